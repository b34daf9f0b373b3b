-- Whom the ingest function signs in as: it adds rows and keeps its book, and can neither read, change nor remove
-- what it has loaded. Its password is set by the schema function; until then nobody can sign in as it.
DO $$
BEGIN
  -- Roles belong to the server: another database on it may have made this one.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ingest') THEN
    CREATE ROLE ingest LOGIN;
  END IF;
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ingest;
GRANT INSERT ON records TO ingest;
GRANT USAGE ON SEQUENCE records_id_seq TO ingest;
GRANT SELECT, INSERT, UPDATE ON ingest_jobs TO ingest;
-- SELECT too: ON CONFLICT looks at the primary key.
GRANT SELECT (job, byte_offset), INSERT ON ingest_rejects TO ingest;
