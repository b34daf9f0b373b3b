-- Reports ask for days. BRIN holds a summary of every megabyte in a few kilobytes and costs a load next to nothing:
-- "timestamp" grows with the rows, so that "what came in since" reads only the end of the table.
CREATE INDEX records_timestamp ON records USING brin ("timestamp") WITH (pages_per_range = 128);
CREATE INDEX records_transaction_date ON records (transaction_date);
