-- One row a version of a file. byte_offset is the checkpoint: everything before it is in records or in
-- ingest_rejects, nothing after it is. It moves in the same transaction as the rows.
CREATE TABLE ingest_jobs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bucket text NOT NULL,
  key text NOT NULL,
  etag text NOT NULL,
  size bigint NOT NULL CHECK (size >= 0),
  byte_offset bigint NOT NULL DEFAULT 0 CHECK (byte_offset BETWEEN 0 AND size),
  -- What ends a line of this file, decided at its header; a later hop begins behind the header.
  newline text CHECK (newline IN (E'\n', E'\r', E'\r\n')),
  rows_loaded bigint NOT NULL DEFAULT 0 CHECK (rows_loaded >= 0),
  rows_rejected bigint NOT NULL DEFAULT 0 CHECK (rows_rejected >= 0),
  -- How often the function handed over to itself.
  hops int NOT NULL DEFAULT 0 CHECK (hops >= 0),
  status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'failed')),
  reason text,
  started_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  UNIQUE (bucket, key, etag),
  CHECK (byte_offset = 0 OR newline IS NOT NULL),
  CHECK (status <> 'done' OR byte_offset = size),
  CHECK ((status = 'failed') = (reason IS NOT NULL)),
  CHECK ((status = 'running') = (finished_at IS NULL))
);

-- The records that were not loaded. byte_offset counts from the first byte of the file; record is the exact text
-- without its line end, save that what PostgreSQL can't store (NUL, bytes that are no UTF-8) is U+FFFD.
CREATE TABLE ingest_rejects (
  job bigint NOT NULL REFERENCES ingest_jobs (id) ON DELETE CASCADE,
  byte_offset bigint NOT NULL CHECK (byte_offset >= 0),
  reason text NOT NULL,
  record text NOT NULL,
  PRIMARY KEY (job, byte_offset)
);
