-- As whom the jobs function shows a table's rows to people: it may read the tables that files are loaded into, which the
-- schema function names, and nothing else. Nobody signs in as it: a session of ingest becomes it for one transaction, and
-- has none of its rights before. NOINHERIT holds for the grant below; ingest is a member of no other role.
DO $$
BEGIN
  -- Roles belong to the server: another database on it may have made this one.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ingest_browse') THEN
    CREATE ROLE ingest_browse NOLOGIN;
  END IF;
END
$$;
ALTER ROLE ingest NOINHERIT;
GRANT ingest_browse TO ingest;
GRANT USAGE ON SCHEMA public TO ingest_browse;
