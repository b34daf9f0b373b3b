-- Whom the functions behind the API's routes sign in as: it reads what records hold, and nothing else, in transactions that
-- write nothing. As for ingest, two logins take turns, and the schema function sets their passwords.
DO $$
BEGIN
  -- Roles belong to the server: another database on it may have made them.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN
    CREATE ROLE reader LOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader_2') THEN
    CREATE ROLE reader_2 LOGIN IN ROLE reader;
  END IF;
END
$$;
ALTER ROLE reader SET default_transaction_read_only TO on;
ALTER ROLE reader_2 SET default_transaction_read_only TO on;
ALTER ROLE reader_2 SET role TO reader;

GRANT USAGE ON SCHEMA public TO reader;
GRANT SELECT (id, mcc, merchant, currency, amount, transaction_date, card_type, "timestamp") ON records TO reader;
