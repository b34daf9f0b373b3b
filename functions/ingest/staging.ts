import type { Table } from "./table";
import { quoteName, tableColumns } from "./tableSql";

/** The temporary table that a chunk stands in before its rows are put beside those that are there. */
export interface Staging {
  readonly name: string;
  /** Statements that make it once a connection; it is empty after each commit. */
  readonly create: string;
  /** The statement that takes its rows over: of those with one key in the chunk the first, or to update the last. */
  readonly insert: string;
}

/** @param columns those that the file has, and the loader's own; an update leaves the others as they are. */
export function stagingTable(table: Table, columns: readonly string[]): Staging {
  const name = "pg_temp.ingest_chunk";
  const types = tableColumns(table);
  const created = columns.map(
    (column) => `${quoteName(column)} ${types.find((each) => each.name === column)!.type}`,
  );
  const list = columns.map(quoteName).join(", ");
  const key = table.key.map(quoteName).join(", ");
  const set = columns
    .filter((column) => !table.key.includes(column))
    .map((column) => `${quoteName(column)} = EXCLUDED.${quoteName(column)}`);
  const update = table.sameRow === "update";
  return {
    name,
    // A chunk is sorted in memory.
    create: `SET LOCAL work_mem = '64MB';
      CREATE TEMPORARY TABLE IF NOT EXISTS ingest_chunk (${created.join(", ")}) ON COMMIT DELETE ROWS`,
    // By the key, so that two files' transactions lock the rows that both have in the same order.
    insert: `INSERT INTO ${quoteName(table.name)} (${list})
      SELECT DISTINCT ON (${key}) ${list} FROM ${name} ORDER BY ${key}, ctid${update ? " DESC" : ""}
      ON CONFLICT (${key}) DO ${update ? `UPDATE SET ${set.join(", ")}` : "NOTHING"}`,
  };
}
