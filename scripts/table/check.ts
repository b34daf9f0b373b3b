import { createWriteStream, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { once } from "node:events";
import * as path from "node:path";
import { finished } from "node:stream/promises";
import { isNoFile, tableOfKey } from "../../functions/ingest/chooseTable";
import type { Table } from "../../functions/ingest/table";
import { GroundworkError } from "../../infra/error";
import { readTables, tableNamed } from "../../infra/tables";
import { type Out, formatCount, paint } from "../shared/terminal";
import { keyOfFile } from "../shared/keyOfFile";
import { csvLine, textFields } from "./csvRows";
import { inferTable } from "./infer/inferTable";
import { type FileReading, readFile } from "./readFile";
import { hintLines } from "./rejectHints";
import { shownTable } from "./shownTable";

export interface CheckOptions {
  /** The table of all files. */
  readonly table?: string;
  /** Each file has the table that it shows itself. */
  readonly infer?: boolean;
  /** A folder: each file's rows are written there, under its base name and `.csv`. */
  readonly rows?: string;
  readonly json?: boolean;
}

/** One line of `--json`. */
interface CheckedFile {
  readonly file: string;
  readonly table: string | null;
  readonly rows: number;
  readonly rejected: number;
  readonly seconds: number;
  /** Why it is refused: nothing of it would be loaded. */
  readonly error?: string;
  /** Why it is none to load. */
  readonly skipped?: string;
}

/**
 * Reads files with the loader's own reader, and says what would be loaded.
 *
 * @returns the exit code: 0 when all were read without rejects, 2 with rejects, 1 where one is refused
 * @throws GroundworkError for what is wrong before anything is read
 */
export async function check(files: readonly string[], options: CheckOptions, out: Out): Promise<number> {
  prepare(files, options);
  let code = 0;
  for (const file of files) {
    const { checked, rejects } = await checkFile(file, options);
    if (options.json === true) out.write(`${JSON.stringify(checked)}\n`);
    else for (const line of linesOf(checked, rejects, out)) out.write(`${line}\n`);
    if (checked.error !== undefined) code = 1;
    else if (checked.rejected > 0 && code === 0) code = 2;
  }
  return code;
}

function prepare(files: readonly string[], { table, infer, rows }: CheckOptions): void {
  if (table !== undefined && infer === true)
    throw new GroundworkError("--table and --infer: name one of them");
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) throw new GroundworkError(`There is no file ${missing.join(", ")}: name CSV files`);
  if (rows === undefined) return;
  const names = files.map((file) => path.basename(file));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new GroundworkError(
      `Two files are named ${twice}, and their rows would be one file: check them apart`,
    );
  mkdirSync(rows, { recursive: true });
}

async function checkFile(
  file: string,
  options: CheckOptions,
): Promise<{ checked: CheckedFile; rejects: FileReading["rejects"] }> {
  const started = performance.now();
  const seconds = (): number => Math.round(performance.now() - started) / 1000;
  const nothing = { rows: 0, rejected: 0 };
  const skipped = whyNoFile(file);
  if (skipped !== undefined)
    return { checked: { file, table: null, ...nothing, seconds: seconds(), skipped }, rejects: [] };
  let table: Table;
  try {
    table = await tableOf(file, options);
  } catch (error) {
    if (!(error instanceof GroundworkError)) throw error;
    return {
      checked: {
        file,
        table: null,
        ...nothing,
        seconds: seconds(),
        error: error.message.replace(`${file}: `, ""),
      },
      rejects: [],
    };
  }
  const { rejects, ...reading } = await (options.rows === undefined
    ? readFile(file, table)
    : writeRows(file, table, path.join(options.rows, `${path.basename(file)}.csv`)));
  const { rows, rejected, ...refused } = reading;
  return { checked: { file, table: table.name, rows, rejected, seconds: seconds(), ...refused }, rejects };
}

function whyNoFile(file: string): string | undefined {
  const stat = statSync(file);
  if (stat.isDirectory()) return "a folder";
  if (isNoFile(file)) return "a folder's or a tool's marker";
  return stat.size === 0 ? "a marker: it has no bytes" : undefined;
}

async function tableOf(file: string, { table: name, infer }: CheckOptions): Promise<Table> {
  if (infer === true) return shownTable((await inferTable(file)).definition);
  const tables = readTables();
  if (name !== undefined) return tableNamed(tables, name);
  const found = tableOfKey(tables, keyOfFile(tables, file));
  if (found !== undefined) return found;
  const known = tables.map((table) => table.name).join(", ");
  throw new GroundworkError(
    `No table takes files named ${path.basename(file)}: name one with --table (${known}), or make one with npm run table -- new ${file}`,
  );
}

/** Of a file that is refused nothing is written. */
async function writeRows(file: string, table: Table, target: string): Promise<FileReading> {
  const output = createWriteStream(target);
  const ended = finished(output);
  // It is awaited below; until then a fault must not be one that nobody hears.
  ended.catch(() => undefined);
  output.write(csvLine(table.columns.map(({ name }) => name)));
  const reading = await readFile(file, table, {
    onRows: async (bytes, columns) => {
      let lines = "";
      for (const fields of textFields(table, bytes, columns)) lines += csvLine(fields);
      if (!output.write(lines)) await Promise.race([once(output, "drain"), ended]);
    },
  });
  output.end();
  await ended;
  if (reading.error !== undefined) rmSync(target);
  return reading;
}

function linesOf(checked: CheckedFile, rejects: FileReading["rejects"], out: Out): string[] {
  const { file, table, rows, rejected, error, skipped } = checked;
  if (skipped !== undefined) return [`${file}: skipped, ${skipped}`];
  const into = table === null ? "" : ` (table ${table})`;
  const counts =
    error === undefined
      ? `${formatCount(rows)} ${rows === 1 ? "row" : "rows"}${rejected > 0 ? `, ${formatCount(rejected)} rejected` : ""}`
      : paint("red", `refused: ${error}`, out);
  const more = rejected - rejects.length;
  return [
    `${file}${into}: ${counts}`,
    // A reason begins with its column.
    ...rejects.map(({ line, reason }) => `  line ${line}: ${reason}`),
    ...(more > 0 ? [`  and ${formatCount(more)} more`] : []),
    ...hintLines(
      rejects.map(({ code }) => code),
      table ?? "",
    ),
  ];
}
