import { type FileFormat, type ValueFormat, fileDefaults, valueDefaults } from "./format";
import type { ColumnType } from "./reader/types";
import { definitionProblems } from "./tableCheck";

interface ColumnDefinition {
  /** The column of the table. */
  readonly name: string;
  /** The name in the file's header; the column's unless told. */
  readonly header?: string;
  /** As PostgreSQL writes it; `{ enum, values }` for an enumeration. */
  readonly type: ColumnType;
  /** Whether NULL is refused, and a file without the column. false */
  readonly required?: boolean;
  /** What a numeric is multiplied by: a whole number from -9 to 9. 1 */
  readonly times?: number;
  /** Where this column is written otherwise than the table's format says. */
  readonly format?: Partial<ValueFormat>;
}

/** The fields that a transform gets, in the order of its columns; null is NULL. */
export type Fields = (string | null)[];

interface Transform {
  /** Names of columns. Only their texts are made, so that the others cost nothing. */
  readonly columns: readonly string[];
  /**
   * Makes the pure function that stands between file and table: it answers with the fields to store, or with a text,
   * the reason why the record must not be loaded. All that it uses stands inside: see reader/field.ts.
   */
  readonly make: () => (fields: Fields) => Fields | string;
}

/** Columns that say where a row came from, each by name. The job is always kept, in `ingest_job`. */
interface LineageDefinition {
  /** The file's key, text. */
  readonly file?: string;
  /** The record's line in the file, bigint. */
  readonly line?: string;
  /** When it was loaded, timestamptz. */
  readonly time?: string;
  /**
   * Of keys like `dataload=20230221/a.csv`: the part's name, and the column that its value goes to: the name of a text
   * column, or a column like the file's own: `{ dataload: { name: "day", type: "date", format: { dates: "YYYYMMDD" } } }`.
   */
  readonly parts?: Readonly<Record<string, string | Omit<ColumnDefinition, "header">>>;
}

/** The same with its defaults. */
interface Lineage extends Omit<LineageDefinition, "parts"> {
  readonly parts?: Readonly<Record<string, Column>>;
}

/** What stands in tables/NAME.ts. */
export interface TableDefinition {
  /** In the schema public. */
  readonly name: string;
  /** Whose keys begin with the prefix and go on as the pattern says: * but not over /, ** over /, ?. All unless told. */
  readonly files?: { readonly prefix?: string; readonly pattern?: string };
  /** How its files and their values are written, as far as it isn't the default. */
  readonly format?: Partial<FileFormat & ValueFormat>;
  /** The columns that its files have, in the table's order. */
  readonly columns: readonly ColumnDefinition[];
  /** Columns that are unique together; each is required by that. */
  readonly key?: readonly string[];
  /** What a new version of a file does with the rows of the former; with a key "replace" needs sameRow "update". "append" */
  readonly sameFile?: "append" | "replace";
  /** What a row does whose key is there already. "fail" */
  readonly sameRow?: "fail" | "skip" | "update";
  /** What each row keeps of where it came from, beside its job. Nothing unless told. */
  readonly lineage?: LineageDefinition;
  /** A job fails at one more, a count or a share as "1%"; `ingest:maxRejects` unless told. */
  readonly maxRejects?: number | `${number}%`;
  /** A longer record is a reject. 262144 */
  readonly maxRecordBytes?: number;
  /** A function that changes or refuses records between file and table. */
  readonly transform?: Transform;
}

export interface Column extends Required<Omit<ColumnDefinition, "format">> {
  readonly format: ValueFormat;
}

/** A definition with all its defaults: plain data, and at most one function that makes the transform. */
export interface Table {
  readonly name: string;
  readonly files: { readonly prefix: string; readonly pattern: string };
  readonly format: FileFormat;
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  readonly sameFile: "append" | "replace";
  readonly sameRow: "fail" | "skip" | "update";
  readonly lineage: Lineage;
  readonly maxRejects?: number | `${number}%`;
  readonly maxRecordBytes: number;
  readonly transform?: Transform;
}

/**
 * Checks a definition and fills in its defaults.
 *
 * @throws Error that names every problem of the definition at once.
 */
export function defineTable(definition: TableDefinition): Table {
  const problems = definitionProblems(definition);
  if (problems.length > 0) {
    throw new Error(
      `The table ${definition.name} can't be:\n${problems.map((each) => `- ${each}`).join("\n")}`,
    );
  }
  const { name, files, format = {}, columns, key = [], maxRejects, transform } = definition;
  return {
    name,
    files: { prefix: "", pattern: "**", ...files },
    format: pick(fileDefaults, format),
    columns: columns.map((column) => columnOf(column, format, key)),
    key,
    sameFile: definition.sameFile ?? "append",
    sameRow: definition.sameRow ?? "fail",
    lineage: lineageOf(definition),
    maxRecordBytes: definition.maxRecordBytes ?? 256 * 1024,
    ...(maxRejects !== undefined && { maxRejects }),
    ...(transform && { transform }),
  };
}

function columnOf(column: ColumnDefinition, format: Partial<ValueFormat>, key: readonly string[]): Column {
  return {
    name: column.name,
    header: column.header ?? column.name,
    type: column.type,
    required: (column.required ?? false) || key.includes(column.name),
    times: column.times ?? 1,
    format: pick(pick(valueDefaults, format), column.format ?? {}),
  };
}

function lineageOf({ lineage: { parts, ...lineage } = {}, format = {} }: TableDefinition): Lineage {
  if (parts === undefined) return lineage;
  const columns = Object.entries(parts).map(([part, column]): [string, Column] => [
    part,
    columnOf(typeof column === "string" ? { name: column, type: "text" } : column, format, []),
  ]);
  return { ...lineage, parts: Object.fromEntries(columns) };
}

/** The defaults with what is given for them. */
function pick<T extends object>(defaults: T, given: Partial<T>): T {
  const known = Object.entries(given).filter(([key, value]) => key in defaults && value !== undefined);
  return { ...defaults, ...(Object.fromEntries(known) as Partial<T>) };
}
