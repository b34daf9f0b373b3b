import { defineTable } from "../../functions/ingest/table";
import { sqlType, tableSql } from "../../functions/ingest/tableSql";
import { readTables, tableNamed } from "../../infra/tables";
import { writeColumns } from "../shared/columns";
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
  writeColumns([["table", "files", "columns", "key", "same file, row"], ...rows], out, [2]);
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
  const shown = Object.entries(facts).flatMap(([fact, value]) =>
    typeof value === "object" && !Array.isArray(value)
      ? entriesOf(value).map(([key, each]) => [`${fact}.${key}`, each])
      : value === undefined
        ? []
        : [[fact, JSON.stringify(value)]],
  );
  writeColumns([...shown, ...(transform ? [["transform", `of ${transform.columns.join(", ")}`]] : [])], out);
  out.write("\n");
  const usual = new Map(
    entriesOf(defineTable({ name, columns: [{ name: "a", type: "text" }] }).columns[0]!.format),
  );
  writeColumns(
    [
      ["column", "header", "type", "required", "times", "format"],
      ...table.columns.map(({ name: column, header, type, required, times, format: own }) => [
        column,
        header,
        sqlType(type),
        required ? "yes" : "",
        times === 1 ? "" : String(times),
        entriesOf(own)
          .filter(([key, value]) => usual.get(key) !== value)
          .map(([key, value]) => `${key} ${value}`)
          .join(", "),
      ]),
    ],
    out,
  );
  out.write(`\n${tableSql(table)}`);
}

const entriesOf = (format: object): [string, string][] =>
  Object.entries(format).map(([key, value]) => [key, JSON.stringify(value)]);
