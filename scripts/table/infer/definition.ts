import * as format from "../../../functions/ingest/format";
import type * as types from "../../../functions/ingest/reader/types";
import type * as table from "../../../functions/ingest/table";

/** No file shows an enumeration. */
export type ColumnType = Exclude<types.ColumnType, types.EnumType>;
export type FileFormat = Partial<format.FileFormat>;
export type ValueFormat = Partial<format.ValueFormat>;
export type Column = table.TableDefinition["columns"][number] & { readonly type: ColumnType };

/** A table's definition, as far as a file can say it. */
export interface TableDefinition {
  readonly name: string;
  readonly format: FileFormat & ValueFormat;
  readonly columns: readonly Column[];
}

/** The markers of NULL of a format that names none. */
export const defaultNulls: readonly string[] = format.valueDefaults.nulls;
