import { sqlType, tableSql } from "../../functions/ingest/tableSql";
import { readTables, tableNamed } from "../../infra/tables";
import { columns } from "../shared/columns";
import type { Out } from "../shared/terminal";

/** Lists the tables of tables/, and which files are theirs. */
export function listTables(out: Out): void {
  const rows = readTables().map(({ name, files, columns: own, key, sameFile, sameRow }) => [
    name,
    `${files.prefix}${files.pattern}`,
    String(own.length),
    key.join(", "),
    `${sameFile}, ${sameRow}`,
  ]);
  for (const line of columns([["table", "files", "columns", "key", "same file, row"], ...rows], [2])) {
    out.write(`${line}\n`);
  }
}

/**
 * Shows a table with all its defaults, and the DDL that makes it.
 *
 * @throws GroundworkError where there is none of that name
 */
export function showTable(name: string, out: Out): void {
  const table = tableNamed(readTables(), name);
  const { files, format, key, sameFile, sameRow, lineage, maxRejects, maxRecordBytes, transform } = table;
  const facts = { files, format, key, sameFile, sameRow, lineage, maxRejects, maxRecordBytes };
  const shown = Object.entries(facts).filter(([, value]) => value !== undefined);
  for (const line of columns([
    ...shown.map(([fact, value]) => [fact, JSON.stringify(value)]),
    ...(transform ? [["transform", `of ${transform.columns.join(", ")}`]] : []),
  ]))
    out.write(`${line}\n`);
  out.write("\n");
  for (const line of columns([
    ["column", "header", "type", "required", "times"],
    ...table.columns.map(({ name: column, header, type, required, times }) => [
      column,
      header,
      sqlType(type),
      required ? "yes" : "",
      times === 1 ? "" : String(times),
    ]),
  ]))
    out.write(`${line}\n`);
  out.write(`\n${tableSql(table)}`);
}
