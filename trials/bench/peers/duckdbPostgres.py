"""DuckDB's extension postgres, which INSTALL downloads. duckdb.org/docs/stable/core_extensions/postgres.html"""

import sys

import duckdb

connection = duckdb.connect()
try:
    connection.execute("INSTALL postgres; LOAD postgres")
except duckdb.Error as error:
    sys.exit(str(error).splitlines()[0])
if len(sys.argv) > 1:
    table, columns, path = sys.argv[1:]
    connection.execute("ATTACH '' AS target (TYPE postgres)")
    # mcc has leading zeros, and merchant may look like anything.
    types = "{'merchant': 'VARCHAR', 'mcc': 'INTEGER', 'amount': 'DECIMAL(15,2)', 'transaction_date': 'DATE'}"
    connection.execute(
        f"INSERT INTO target.{table} ({columns}) SELECT {columns} FROM read_csv(?, header = true, types = {types})", [path]
    )
