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

/** Compares a file with a table: by reading it as the table's, and by what its columns look like. */
export async function findChanges(file: string, table: Table, inference: Inference): Promise<Changes> {
  const refused = new Map<string, Reject[]>();
  // Required columns are compared by what the file was found to lack.
  const lenient: Table = {
    ...table,
    maxRejects: "100%",
    format: { ...table.format, extraColumns: "leave out", missingColumns: "null" },
    columns: table.columns.map((column) => ({ ...column, required: false })),
  };
  const { error } = await readFile(file, lenient, {
    onReject: (reject) => {
      const { column = "" } = reject;
      refused.set(column, [...(refused.get(column) ?? []).slice(0, 1), reject]);
    },
  });
  if (error !== undefined) return { added: [], changed: [], sql: "", told: [], error };
  const found = matched(table, inference);
  const told: string[] = [];
  const changed: ColumnChange[] = [];
  for (const column of table.columns) {
    const theirs = found.get(column.name);
    const change = changeOf(
      column,
      theirs,
      refused.get(column.header),
      inference,
      table.key.includes(column.name),
    );
    told.push(...change.told);
    if (change.type !== undefined || change.optional === true || change.nulls !== undefined)
      changed.push({ name: column.name, ...change });
  }
  const added = newColumns(table, inference, [...found.values()]);
  told.push(...added.map(({ name, type }) => `+ ${name}: ${sqlName(type)}, NULL in the rows that are there`));
  for (const { reason, line } of refused.get("") ?? []) told.push(`! line ${line}: ${reason}`);
  return {
    added,
    changed: changed.map(({ name, type, optional, nulls }) => ({
      name,
      ...(type !== undefined && { type }),
      ...(optional === true && { optional }),
      ...(nulls !== undefined && { nulls }),
    })),
    sql: changesSql(table, added, changed),
    told,
  };
}

const sqlName = (type: ColumnType): string => (typeof type === "object" ? type.enum : type);

/** The file's columns that the table has, by the table's names. */
function matched(table: Table, { definition }: Inference): Map<string, ColumnDefinition> {
  const byPlace = table.format.header === "none";
  const headers = definition.columns.map(({ header, name }) => headerKey(header ?? name));
  const pairs = table.columns.map((column, place): [string, ColumnDefinition | undefined] => {
    const at = byPlace ? place : headers.indexOf(headerKey(column.header));
    return [column.name, definition.columns[at]];
  });
  return new Map(pairs.filter((pair): pair is [string, ColumnDefinition] => pair[1] !== undefined));
}

type Change = Omit<ColumnChange, "name"> & { readonly told: readonly string[] };

function changeOf(
  column: Column,
  theirs: ColumnDefinition | undefined,
  rejects: readonly Reject[] | undefined,
  inference: Inference,
  isKey: boolean,
): Change {
  const { name } = column;
  if (theirs === undefined) {
    if (!column.required || isKey) return { told: [`- ${name}: the file has none; nothing is dropped`] };
    return { optional: true, told: [`~ ${name}: the file has none, so it is no more required`] };
  }
  const nulls = inference.columns.find((each) => each.name === theirs.name)?.nulls ?? 0;
  const isOptional = column.required && nulls > 0 && !isKey;
  const optional = isOptional ? { optional: true } : {};
  const lacks = isOptional ? [`~ ${name}: ${nulls} rows have none, so it is no more required`] : [];
  const [first] = rejects ?? [];
  if (first === undefined) return { ...optional, told: lacks };
  const such = `such as line ${first.line}: ${first.reason}`;
  const markers = (theirs.format?.nulls ?? []).filter((marker) => !column.format.nulls.includes(marker));
  const nullsToo = markers.length > 0 ? { nulls: [...column.format.nulls, ...markers] } : {};
  const type = wider(column.type, theirs.type);
  const hasChoices = inference.unsure.some((question) => question.column === theirs.name);
  if (type !== undefined && !(type === "text" && hasChoices) && column.times === 1)
    return {
      ...optional,
      ...nullsToo,
      type,
      told: [...lacks, `~ ${name}: ${sqlName(column.type)} becomes ${sqlName(type)}, ${such}`],
    };
  if (markers.length > 0)
    return {
      ...optional,
      ...nullsToo,
      told: [...lacks, `~ ${name}: ${markers.join(", ")} is NULL, ${such}`],
    };
  return { ...optional, told: [...lacks, `! ${name}: values will be rejected, ${such}`] };
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
