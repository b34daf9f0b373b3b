-- A second login with the rights of the role ingest, so that its password can change while loads run: Secrets Manager
-- gives the two a new password by turns. Whatever it makes belongs to ingest, as which each of its sessions begins.
DO $$
BEGIN
  -- Roles belong to the server: another database on it may have made this one.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ingest_2') THEN
    CREATE ROLE ingest_2 LOGIN IN ROLE ingest;
  END IF;
END
$$;
ALTER ROLE ingest_2 SET role TO ingest;
