import * as path from "node:path";
import { tableOfKey } from "../../functions/ingest/chooseTable";
import type { Table } from "../../functions/ingest/table";
import { tableName } from "../table/infer/names";

/** The key that a file goes to: under a prefix that a person names, or that of the table that is called as the file is. */
export function keyOfFile(tables: readonly Table[], file: string, prefix?: string): string {
  const name = path.basename(file);
  if (prefix !== undefined) return `${prefix}${name}`;
  const own = tables.find((table) => table.name === tableName(file));
  const key = `${own?.files.prefix ?? ""}${name}`;
  return own !== undefined && tableOfKey(tables, key) === own ? key : name;
}
