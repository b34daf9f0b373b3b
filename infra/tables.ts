import { readdirSync } from "node:fs";
import * as path from "node:path";
import { tablesProblems } from "../functions/ingest/chooseTable";
import type { Table } from "../functions/ingest/table";
import { GroundworkError } from "./error";

/** A job fails at one more rejected record than these, where neither its table nor the config says otherwise. */
export const defaultMaxRejects = 1000;

const folder = path.join(__dirname, "../tables");

/** @throws GroundworkError that names the tables where there is none of that name */
export function tableNamed(tables: readonly Table[], name: string): Table {
  const found = tables.find((table) => table.name === name);
  if (found !== undefined) return found;
  const known = tables.map((table) => table.name).join(", ");
  throw new GroundworkError(`There is no table ${name} in tables/, only ${known}`);
}

/**
 * The tables of the files in tables/, by name: each file's default export.
 *
 * @throws GroundworkError that names every problem of the tables beside one another.
 */
export function readTables(): readonly Table[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  const tables = files.sort().map((file) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- Only the folder says which there are; import() would answer later.
    const { default: table } = require(path.join(folder, file)) as { default?: Table };
    if (table === undefined)
      throw new GroundworkError(`tables/${file} has no default export: export default defineTable({…})`);
    return table;
  });
  const problems = tablesProblems(tables);
  if (tables.length === 0) problems.push("there is none: write tables/NAME.ts");
  if (problems.length > 0) throw new GroundworkError(`tables/: ${problems.join("; ")}`);
  return tables;
}
