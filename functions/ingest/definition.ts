import type { FileFormat, ValueFormat } from "./format";
import type { ColumnType } from "./reader/types";

export interface ColumnDefinition {
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

export interface Transform {
  /** Names of columns. Only their texts are made, so that the others cost nothing. */
  readonly columns: readonly string[];
  /**
   * Makes the pure function that stands between file and table: it answers with the fields to store, or with a text,
   * the reason why the record must not be loaded. All that it uses stands inside: see reader/field.ts.
   */
  readonly make: () => (fields: Fields) => Fields | string;
}

/** Columns that say where a row came from, each by name. The job is always kept, in `ingest_job`. */
export interface LineageDefinition {
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
