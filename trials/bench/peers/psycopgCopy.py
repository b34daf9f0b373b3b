"""COPY by psycopg, with the file in blocks. psycopg.org/psycopg3/docs/basic/copy.html"""

import sys

import psycopg

table, columns, path = sys.argv[1:]
statement = f"COPY {table} ({columns}) FROM STDIN (FORMAT csv, HEADER)"
with psycopg.connect() as connection, connection.cursor() as cursor:
    with open(path, "rb") as file, cursor.copy(statement) as copy:
        while block := file.read(256 * 1024):
            copy.write(block)
