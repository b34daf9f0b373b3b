-- What the reader of a file must know to go on in its middle: delimiter, line end, the columns in the file's order.
ALTER TABLE ingest_jobs ADD COLUMN layout jsonb;

-- Of a packed or decoded file byte_offset counts its text in UTF-8, whose length nobody knows before its end.
ALTER TABLE ingest_jobs
  DROP CONSTRAINT ingest_jobs_check,
  DROP CONSTRAINT ingest_jobs_check2,
  ADD CHECK (byte_offset >= 0 AND (byte_offset <= size OR coalesce((layout ->> 'decoded')::boolean, false))),
  ADD CHECK (status <> 'done' OR byte_offset = size OR coalesce((layout ->> 'decoded')::boolean, false));

-- Jobs that were begun before: all of the one table that there was. Their rejects' lines count from the checkpoint.
UPDATE ingest_jobs SET layout = jsonb_build_object(
  'newline', newline, 'delimiter', ',', 'spare', 0, 'line', 0, 'decoded', false,
  'header', 'mcc,merchant,currency,amount,transaction_date,card_type',
  'columns', '["mcc", "merchant", "currency", "amount", "transaction_date", "card_type"]'::jsonb)
WHERE newline IS NOT NULL;
