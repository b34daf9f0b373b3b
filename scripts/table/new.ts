import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { tablesProblems } from "../../functions/ingest/chooseTable";
import type { Table, TableDefinition } from "../../functions/ingest/table";
import { headerKey } from "../../functions/ingest/tableCheck";
import { tableSql } from "../../functions/ingest/tableSql";
import { GroundworkError } from "../../infra/error";
import { readTables } from "../../infra/tables";
import { root } from "../../programs/programs";
import { regExpText } from "../../trials/regExpText";
import { checkFile } from "../shared/arguments";
import { columns } from "../shared/columns";
import { type Out, formatBytes, formatCount, formatDuration, widthOf } from "../shared/terminal";
import { type Ask, answered } from "./answers";
import { findChanges, matched } from "./changes";
import { changedDefinition, definitionFile } from "./definitionFile";
import { type Inference, inferTable } from "./infer/inferTable";
import { readFile } from "./readFile";
import { shownTable } from "./shownTable";

export interface NewOptions {
  readonly name?: string;
  readonly prefix?: string;
  readonly key?: readonly string[];
  /** Reads only the file's first 10 MB. */
  readonly sample?: boolean;
  /** How dates are written whose values don't tell it. */
  readonly dates?: string;
  /** Prints what it would write. */
  readonly dryRun?: boolean;
}

/** A file to write, by its path from the root. */
type Written = readonly [file: string, text: string];

const sampleBytes = 10_000_000;

/**
 * Writes the definition and the migration of the table that a file shows; of a table that is there already, those of what
 * the file has more.
 *
 * @param ask undefined where there is no terminal
 * @throws GroundworkError for what a person has to decide first
 */
export async function newTable(
  file: string,
  options: NewOptions,
  ask: Ask | undefined,
  out: Out,
): Promise<void> {
  checkFile(file);
  if (options.name?.includes("/") === true)
    throw new GroundworkError(`--name ${options.name}: a table's name is also its file's, and has no /`);
  const started = performance.now();
  const inference = await inferTable(file, {
    ...(options.name !== undefined && { name: options.name }),
    ...(options.sample === true && { sampleBytes }),
  });
  const milliseconds = performance.now() - started;
  for (const line of describe(inference, milliseconds, widthOf(out))) out.write(`${line}\n`);
  const known = readTables().find(({ name }) => name === inference.definition.name);
  // What a table that is there says of its columns is decided.
  const theirs = known === undefined ? [] : [...matched(known, inference).values()];
  const open = inference.unsure.filter(({ column }) => !theirs.some(({ name }) => name === column));
  const sure = await answered({ ...inference, unsure: open }, options.dates, ask);
  for (const { question } of sure.unsure) out.write(`not sure: ${question}\n`);
  const written = known
    ? await changeTable(file, known, { ...sure, unsure: inference.unsure }, options, out)
    : await createTable(file, sure, options, out);
  for (const [target, text] of written) {
    if (options.dryRun === true) out.write(`\n-- ${target}\n${text}`);
    else writeFileSync(path.join(root, target), text);
  }
  if (written.length === 0 || options.dryRun === true) return;
  out.write(`written: ${written.map(([target]) => target).join(", ")}\n`);
  const named = /\s/.test(file) ? JSON.stringify(file) : file;
  out.write(`next: npm start -- --file ${named} loads it on this machine; npm run deploy brings it to AWS\n`);
}

function describe(
  { definition, decided, columns: evidence, counts }: Inference,
  milliseconds: number,
  width: number,
): string[] {
  const { bytes, rows } = counts;
  const rate = formatBytes((bytes / Math.max(milliseconds, 1)) * 1000);
  const types = definition.columns.map(({ type, format = {}, required }) =>
    [
      type,
      required === true ? "NOT NULL" : "",
      ...Object.entries(format).map(([key, value]) => `${key} ${JSON.stringify(value)}`),
    ].filter((part) => part !== ""),
  );
  return [
    `read ${formatCount(rows)} rows, ${formatBytes(bytes)} in ${formatDuration(milliseconds)} (${rate}/s)`,
    ...columns(
      decided.map(({ about, value, because }) => [about, value, because]),
      [],
      width,
    ),
    ...columns(
      [
        ["column", "type", "empty", "values"],
        ...evidence.map(({ name, examples, nulls, note }, i) => [
          name,
          types[i]?.join(", ") ?? "",
          nulls === 0 ? "" : formatCount(nulls),
          [
            ...examples.slice(0, 3).map((text) => shortened(text)),
            ...(note === undefined ? [] : [`(${note})`]),
          ].join("  "),
        ]),
      ],
      [],
      width,
    ),
  ];
}

const shortened = (text: string): string => JSON.stringify(text.length > 24 ? `${text.slice(0, 24)}…` : text);

async function createTable(
  file: string,
  inference: Inference,
  options: NewOptions,
  out: Out,
): Promise<Written[]> {
  const { name } = inference.definition;
  const target = `tables/${name}.ts`;
  if (existsSync(path.join(root, target)))
    throw new GroundworkError(`${target} is there already and holds another table: take another --name`);
  const { files, numbered } = migrations();
  const text = regExpText(name);
  const maker = files.find(([, sql]) =>
    new RegExp(`CREATE TABLE (IF NOT EXISTS )?("${text}"|${text})\\s`).test(sql),
  );
  if (maker !== undefined)
    throw new GroundworkError(`${maker[0]} makes a table ${name} already: take another --name`);
  const definition: TableDefinition = {
    name,
    files: { prefix: options.prefix ?? `${name}/` },
    ...withKey(inference, options.key ?? []),
  };
  const table = shownTable(definition);
  const problems = tablesProblems([...readTables(), table]);
  if (problems.length > 0) throw new GroundworkError(`${problems.join("; ")}: say another with --prefix`);
  if (options.sample !== true) await prove(file, table, out);
  out.write(`its files: keys that begin with ${JSON.stringify(table.files.prefix)}\n`);
  const made = `Made by npm run table -- new ${path.basename(file)}`;
  return [
    [target, await definitionFile(definition, `${made}.`)],
    [numbered(name), `-- ${made}.\n${tableSql(table)}`],
  ];
}

/** The definition with a key, whose columns are required. */
function withKey(
  { definition, columns: evidence }: Inference,
  key: readonly string[],
): Omit<TableDefinition, "name" | "files"> {
  const names = key.map((wanted) => {
    const at = definition.columns.findIndex(
      ({ name, header }) => name === wanted || headerKey(header ?? name) === headerKey(wanted),
    );
    const found = evidence[at];
    if (found === undefined)
      throw new GroundworkError(
        `--key: there is no column ${wanted}, only ${evidence.map((each) => each.name).join(", ")}`,
      );
    if (found.nulls > 0)
      throw new GroundworkError(
        `--key: ${found.name} is empty in ${formatCount(found.nulls)} rows, and a key never is`,
      );
    return found.name;
  });
  const columns_ = definition.columns.map((column) =>
    names.includes(column.name) ? { ...column, required: true } : column,
  );
  const { format } = definition;
  return { format, columns: columns_, ...(names.length > 0 && { key: names }) };
}

/** Reads the file as the loader will. */
async function prove(file: string, table: Table, out: Out): Promise<void> {
  const { rows, rejected, rejects, error } = await readFile(file, table);
  if (error !== undefined) throw new GroundworkError(`the loader would refuse the file: ${error}`);
  const [first] = rejects;
  const such = first ? `, such as line ${first.line}: ${first.reason}` : "";
  out.write(`the loader takes ${formatCount(rows)} rows and rejects ${formatCount(rejected)}${such}\n`);
}

async function changeTable(
  file: string,
  table: Table,
  inference: Inference,
  options: NewOptions,
  out: Out,
): Promise<Written[]> {
  const target = `tables/${table.name}.ts`;
  if (options.prefix !== undefined || options.key !== undefined)
    throw new GroundworkError(`${target} is there already: change its prefix and key there`);
  const { added, changed, sql, told, error } = await findChanges(file, table, inference);
  if (error !== undefined) throw new GroundworkError(`${target} doesn't read the file: ${error}`);
  for (const line of told) out.write(`${line}\n`);
  if (added.length + changed.length === 0) {
    out.write(`${target} has nothing to change for this file\n`);
    return [];
  }
  const source = readFileSync(path.join(root, target), "utf8");
  const definition: Written = [target, await changedDefinition(source, added, changed)];
  const comment = `-- What ${path.basename(file)} has more.\n`;
  return sql === "" ? [definition] : [definition, [migrations().numbered(table.name), comment + sql]];
}

function migrations(): { files: Written[]; numbered: (name: string) => string } {
  const folder = "functions/sql";
  const names = readdirSync(path.join(root, folder)).filter((name) => /^\d+_.*\.sql$/.test(name));
  const last = Math.max(0, ...names.map((name) => parseInt(name, 10)));
  return {
    files: names.map((name) => [`${folder}/${name}`, readFileSync(path.join(root, folder, name), "utf8")]),
    numbered: (name) => `${folder}/${String(last + 1).padStart(3, "0")}_${name}.sql`,
  };
}
