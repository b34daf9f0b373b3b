import { parallelCopy } from "./parallelCopy";
import type { Peer } from "./peer";
import { pgloader } from "./pgloader";
import { psql } from "./psql";
import { pythonPeer } from "./python";
import { serverCopy } from "./serverCopy";

/** Whom the ingest function is held beside; the first is what the others are measured by. */
export const peers: readonly Peer[] = [
  psql,
  serverCopy,
  parallelCopy(1),
  parallelCopy(2),
  parallelCopy(2, true),
  pgloader,
  pythonPeer({
    key: "duckdb",
    name: "DuckDB's extension postgres",
    distribution: "duckdb",
    script: "duckdbPostgres.py",
    prepares: true,
  }),
  pythonPeer({
    key: "psycopg",
    name: "psycopg COPY, blocks",
    distribution: "psycopg",
    script: "psycopgCopy.py",
  }),
  pythonPeer({
    key: "pandas",
    name: "pandas to_sql, multi",
    distribution: "pandas",
    script: "pandasToSql.py",
  }),
];
