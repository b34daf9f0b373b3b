-- What the CSV files hold, one row a record. Only the loader decides what a file must hold: see
-- functions/ingest/columns.ts.
CREATE TABLE records (
  id bigserial PRIMARY KEY,
  mcc int,
  merchant varchar(100),
  currency varchar(10),
  amount numeric(15, 2),
  transaction_date date,
  card_type varchar(50),
  "timestamp" timestamp DEFAULT current_timestamp
);
