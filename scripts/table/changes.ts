import type { Reject } from "../../functions/ingest/pieces";
import type { ColumnType } from "../../functions/ingest/reader/types";
import { type Column, type Table, type TableDefinition, defineTable } from "../../functions/ingest/table";
import { headerKey } from "../../functions/ingest/tableCheck";
import { columnSql, quoteName, sqlType, tableGrants } from "../../functions/ingest/tableSql";
import type { ColumnChange } from "./definitionFile";
import type { Inference } from "./infer/inferTable";
import { columnNames } from "./infer/names";
import { readFile } from "./readFile";

type ColumnDefinition = TableDefinition["columns"][number];

/** What a newer file asks of a table that is there already. */
export interface Changes {
  readonly added: readonly ColumnDefinition[];
  readonly changed: readonly ColumnChange[];
  /** Statements for both; "" where only the definition changes. */
  readonly sql: string;
  /** What is different, a line each. */
  readonly told: readonly string[];
  /** Why the file can't be read by the table at all. */
  readonly error?: string;
}

/**
 * Compares a file with a table by reading it as the table's, again with each column that is mended: a record is rejected
 * for the first of its columns alone.
 */
export async function findChanges(file: string, table: Table, inference: Inference): Promise<Changes> {
  const found = matched(table, inference);
  const changes = new Map<string, ColumnChange>();
  const told: string[] = [];
  const note = (change: ColumnChange, line: string): void => {
    changes.set(change.name, { ...changes.get(change.name), ...change });
    told.push(line);
  };
  for (const { name, required } of table.columns) {
    const nulls = inference.columns.find((each) => each.name === found.get(name)?.name)?.nulls;
    const lack = nulls === undefined ? "the file has none" : `${nulls} rows have none`;
    if (nulls === 0) continue;
    if (required && !table.key.includes(name))
      note({ name, optional: true }, `~ ${name}: ${lack}, so it is no more required`);
    else if (nulls === undefined) told.push(`- ${name}: the file has none; nothing is dropped`);
  }
  let refused: Map<string, Reject>;
  for (let mended = true; mended;) {
    const { error, rejects } = await rejectsOf(file, table, changes);
    if (error !== undefined) return { added: [], changed: [], sql: "", told: [], error };
    refused = rejects;
    mended = false;
    for (const column of table.columns) {
      const theirs = found.get(column.name);
      const reject = refused.get(column.header);
      if (reject === undefined || theirs === undefined) continue;
      const step = mend(
        { ...column, ...typeOf(changes.get(column.name)) },
        changes.get(column.name),
        theirs,
        inference,
      );
      if (step === undefined) continue;
      note(step, `~ ${column.name}: ${sayStep(column, step)}, for line ${reject.line}: ${reject.reason}`);
      mended = true;
    }
  }
  for (const { reason, line } of refused!.values())
    told.push(`! will be rejected, such as line ${line}: ${reason}`);
  const added = newColumns(table, inference, [...found.values()]);
  told.push(...added.map(({ name, type }) => `+ ${name}: ${sqlName(type)}, NULL in the rows that are there`));
  const changed = [...changes.values()];
  return { added, changed, sql: changesSql(table, added, changed), told };
}

const typeOf = (change: ColumnChange | undefined): Pick<Partial<Column>, "type"> =>
  change?.type === undefined ? {} : { type: change.type };

function sayStep(column: Column, { type, nulls = [] }: ColumnChange): string {
  if (type !== undefined) return `${sqlName(column.type)} becomes ${sqlName(type)}`;
  return `${nulls.filter((marker) => !column.format.nulls.includes(marker)).join(", ")} is NULL`;
}

/** Of each column that a record was rejected for, the first; "" for what is wrong with a whole record. */
async function rejectsOf(
  file: string,
  table: Table,
  changes: ReadonlyMap<string, ColumnChange>,
): Promise<{ error?: string; rejects: Map<string, Reject> }> {
  const rejects = new Map<string, Reject>();
  const lenient: Table = {
    ...table,
    maxRejects: "100%",
    format: { ...table.format, extraColumns: "leave out", missingColumns: "null" },
    columns: table.columns.map((column) => {
      const {
        optional = false,
        nulls = column.format.nulls,
        type = column.type,
      } = changes.get(column.name) ?? {};
      const format = { ...column.format, nulls };
      return { ...column, type, format, required: column.required && !optional };
    }),
  };
  const { error } = await readFile(file, lenient, {
    onReject: (reject) => {
      const { column = "" } = reject;
      if (!rejects.has(column)) rejects.set(column, reject);
    },
  });
  return { ...(error !== undefined && { error }), rejects };
}

const sqlName = (type: ColumnType): string => (typeof type === "object" ? type.enum : type);

/** The file's columns that the table has, by the table's names. */
export function matched(table: Table, { definition }: Inference): Map<string, ColumnDefinition> {
  const byPlace = table.format.header === "none";
  const headers = definition.columns.map(({ header, name }) => headerKey(header ?? name));
  const pairs = table.columns.map((column, place): [string, ColumnDefinition | undefined] => {
    const at = byPlace ? place : headers.indexOf(headerKey(column.header));
    return [column.name, definition.columns[at]];
  });
  return new Map(pairs.filter((pair): pair is [string, ColumnDefinition] => pair[1] !== undefined));
}

/** What would let a column take values like the file's: a word for NULL, then a wider type; undefined for nothing. */
function mend(
  column: Column,
  change: ColumnChange | undefined,
  theirs: ColumnDefinition,
  inference: Inference,
): ColumnChange | undefined {
  const { name } = column;
  const known = change?.nulls ?? column.format.nulls;
  const markers = (theirs.format?.nulls ?? []).filter((marker) => !known.includes(marker));
  if (markers.length > 0) return { name, nulls: [...known, ...markers] };
  const type = wider(column.type, theirs.type);
  // A few values that are none of its type are better rejected.
  const isMistaken = type === "text" && inference.unsure.some((question) => question.column === theirs.name);
  return type === undefined || isMistaken || column.times !== 1 ? undefined : { name, type };
}

const numbers: readonly ColumnType[] = ["smallint", "integer", "bigint", "numeric"];

/** A type that holds all values of the first and those that look like the second; undefined where there is none. */
function wider(own: ColumnType, theirs: ColumnType): ColumnType | undefined {
  if (typeof own === "object" || typeof theirs === "object") return undefined;
  if (own === "text") return undefined;
  if (theirs === "text" || own.startsWith("varchar") || own.startsWith("char")) return "text";
  if (own === "real" && theirs === "double precision") return theirs;
  if (own.startsWith("numeric(") && numbers.includes(theirs)) return "numeric";
  const [from, to] = [numbers.indexOf(own), numbers.indexOf(theirs)];
  if (from >= 0 && to > from) return theirs;
  return from >= 0 && theirs === "double precision" ? "numeric" : undefined;
}

function newColumns(
  table: Table,
  { definition }: Inference,
  known: readonly ColumnDefinition[],
): ColumnDefinition[] {
  const fresh = definition.columns.filter((column) => !known.includes(column));
  const taken = [...table.columns.map(({ name }) => name), ...lineageNames(table)];
  const names = columnNames([...taken, ...fresh.map(({ name }) => name)]).slice(taken.length);
  return fresh.map(({ required: _, header, ...column }, i) => ({
    ...column,
    name: names[i]!,
    ...((header ?? column.name) !== names[i] && { header: header ?? column.name }),
  }));
}

const lineageNames = ({ lineage: { file, line, time, parts = {} } }: Table): string[] =>
  ["ingest_job", file, line, time, ...Object.values(parts).map(({ name }) => name)].filter(
    (name) => name !== undefined,
  );

function changesSql(
  table: Table,
  added: readonly ColumnDefinition[],
  changed: readonly ColumnChange[],
): string {
  const clauses = [
    ...added.map(
      ({ name, type }) => `ADD COLUMN ${columnSql({ name, type: sqlType(type), required: false })}`,
    ),
    ...changed.flatMap(({ name, type, optional }) => [
      ...(type === undefined ? [] : [`ALTER COLUMN ${quoteName(name)} TYPE ${sqlType(type)}`]),
      ...(optional === true ? [`ALTER COLUMN ${quoteName(name)} DROP NOT NULL`] : []),
    ]),
  ];
  if (clauses.length === 0) return "";
  const alter = `ALTER TABLE ${quoteName(table.name)}\n  ${clauses.join(",\n  ")};\n`;
  if (added.length === 0) return alter;
  // New columns need the grants of the others.
  const { name, key, sameRow, lineage } = table;
  const columns = defineTable({ name, columns: added }).columns;
  return alter + tableGrants({ name, key, sameRow, lineage, columns: [...table.columns, ...columns] });
}
