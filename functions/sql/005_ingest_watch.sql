-- What the sweeper needs to go on with a job by itself, and to know one that would never end.
ALTER TABLE ingest_jobs
  -- Of the object in a versioned bucket: a file that was replaced meanwhile is still read to its end.
  ADD COLUMN version_id text,
  -- How often a function began with the job since its last checkpoint.
  ADD COLUMN starts int NOT NULL DEFAULT 0 CHECK (starts >= 0);

CREATE INDEX ingest_jobs_running ON ingest_jobs (updated_at) WHERE status = 'running';
CREATE INDEX ingest_jobs_started ON ingest_jobs (started_at DESC);

-- The jobs function signs in as the same role: it hands out rejects, and takes back those that a resumed job finds anew.
GRANT SELECT, DELETE ON ingest_rejects TO ingest;
