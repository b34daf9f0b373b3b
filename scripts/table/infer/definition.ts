/** A table's definition as data: what `defineTable` takes, as far as a file can say it. */
export interface TableDefinition {
  readonly name: string;
  readonly format: FileFormat & ValueFormat;
  readonly columns: readonly Column[];
}

export interface FileFormat {
  readonly delimiter?: string;
  readonly quote?: '"' | "'" | "";
  readonly escape?: "doubled" | "backslash";
  readonly encoding?: "utf-8" | "utf-16" | "latin1" | "windows-1252";
  readonly header?: "names" | "none";
  readonly skipLines?: number | "auto";
  readonly comment?: string;
  readonly shortRows?: "reject" | "null";
  readonly longRows?: "reject" | "cut";
  readonly footer?: number;
}

export interface ValueFormat {
  readonly nulls?: readonly string[];
  readonly trim?: boolean;
  readonly decimal?: "." | ",";
  readonly thousands?: "" | "," | "." | " " | "'";
  readonly currency?: readonly string[];
  readonly parentheses?: boolean;
  readonly dates?: string;
  readonly timestamps?: string;
  readonly booleans?: { readonly true: readonly string[]; readonly false: readonly string[] };
}

export interface Column {
  readonly name: string;
  /** The name in the file; left out where it is the column's, but for case, and where columns go by their place. */
  readonly header?: string;
  readonly type: ColumnType;
  readonly required?: boolean;
  readonly format?: ValueFormat;
}

export type ColumnType =
  | "integer"
  | "bigint"
  | "numeric"
  | "double precision"
  | "boolean"
  | "text"
  | "date"
  | "time"
  | "timestamp"
  | "timestamptz"
  | "uuid"
  | "jsonb"
  | "bytea";

/** The markers of NULL of a format that names none. */
export const defaultNulls: readonly string[] = ["", "NULL", "\\N", "nan", "NaN"];
