"""pandas' to_sql with many rows an INSERT. pandas.pydata.org/docs/reference/api/pandas.DataFrame.to_sql.html"""

import sys

import pandas
from sqlalchemy import create_engine

table, columns, path = sys.argv[1:]
frame = pandas.read_csv(path, dtype={"mcc": "Int64"}, parse_dates=["transaction_date"])
# PostgreSQL takes 65,535 values a statement; fewer rows at once are faster.
frame.to_sql(table, create_engine("postgresql+psycopg://"), if_exists="append", index=False, chunksize=1000, method="multi")
