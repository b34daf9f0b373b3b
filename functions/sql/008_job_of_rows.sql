-- Every row knows the job that loaded it, so that a job can be taken back: when its file is loaded anew after a
-- failure, when a new version of the file replaces it, and when a person asks for it.

-- The tables that jobs may load. Only who owns the schema adds to it: what is taken back is bound to it.
CREATE TABLE ingest_tables (name text PRIMARY KEY);
INSERT INTO ingest_tables VALUES ('records');
GRANT SELECT ON ingest_tables TO ingest;

ALTER TABLE records ADD COLUMN ingest_job bigint;
-- A job's rows lie together: BRIN finds them, and costs a load next to nothing.
CREATE INDEX records_ingest_job ON records USING brin (ingest_job) WITH (pages_per_range = 128);

ALTER TABLE ingest_jobs
  -- Of a file that failed before its layout was kept: for whoever mends its rejects.
  ADD COLUMN header text,
  -- Of the object: which of two versions is the newer one.
  ADD COLUMN uploaded_at timestamptz,
  -- Records that were left alone because a row with their key was there, or came later in the file.
  ADD COLUMN rows_skipped bigint NOT NULL DEFAULT 0 CHECK (rows_skipped >= 0),
  ADD COLUMN target text NOT NULL DEFAULT 'records' REFERENCES ingest_tables (name),
  DROP CONSTRAINT ingest_jobs_status_check,
  DROP CONSTRAINT ingest_jobs_check3,
  ADD CONSTRAINT ingest_jobs_status_check CHECK (status IN ('running', 'done', 'failed', 'undone')),
  ADD CONSTRAINT ingest_jobs_reason_check CHECK ((status IN ('failed', 'undone')) = (reason IS NOT NULL));

ALTER TABLE ingest_rejects
  ADD COLUMN line bigint,
  -- NULL where it is the record that is wrong, not one column of it.
  ADD COLUMN column_name text,
  ADD COLUMN value text,
  ADD COLUMN code text;

-- Takes a job's rows and rejects out of the database, in the caller's transaction; answers with the number of rows.
-- The role ingest may remove no single row: it may only take back whole jobs, by this function.
CREATE FUNCTION ingest_take_back(job_id bigint, why text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  job ingest_jobs;
  taken bigint;
BEGIN
  SELECT * INTO job FROM ingest_jobs WHERE id = job_id AND status <> 'undone' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  IF job.status = 'running' THEN
    RAISE EXCEPTION 'job % is still running', job_id USING ERRCODE = 'object_in_use';
  END IF;
  EXECUTE format('DELETE FROM %I WHERE ingest_job = $1', job.target) USING job_id;
  GET DIAGNOSTICS taken = ROW_COUNT;
  DELETE FROM ingest_rejects WHERE ingest_rejects.job = job_id;
  UPDATE ingest_jobs
    SET status = 'undone', reason = why, byte_offset = 0, newline = NULL, layout = NULL,
        rows_loaded = 0, rows_skipped = 0, rows_rejected = 0, hops = 0, starts = 0, updated_at = now(), finished_at = now()
    WHERE id = job_id;
  RETURN taken;
END
$$;
REVOKE EXECUTE ON FUNCTION ingest_take_back FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest_take_back TO ingest;
