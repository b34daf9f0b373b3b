import * as path from "node:path";
import { tableOfKey } from "../../functions/ingest/chooseTable";
import type { Table } from "../../functions/ingest/table";
import { tableName } from "../table/infer/names";

/** The key that a file goes to unless a person names one: under the prefix of the table that is called as the file is. */
export function keyOfFile(tables: readonly Table[], file: string): string {
  const name = path.basename(file);
  const own = tables.find((table) => table.name === tableName(file));
  const key = `${own?.files.prefix ?? ""}${name}`;
  return own !== undefined && tableOfKey(tables, key) === own ? key : name;
}
