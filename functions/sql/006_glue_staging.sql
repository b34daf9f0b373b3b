-- Where the Glue job's executors put rows until the driver publishes them in one transaction. The tables in it are
-- UNLOGGED, and gone when their job ends: a job that died leaves its own to the next run of the same file.
CREATE SCHEMA ingest_staging;
GRANT USAGE, CREATE ON SCHEMA ingest_staging TO ingest;
