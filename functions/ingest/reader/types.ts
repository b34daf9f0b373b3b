import type { ColumnSettings, FieldReader } from "./field";
import { floatReader } from "./floats";
import { integerReader } from "./integers";
import { inetReader } from "./inets";
import { jsonReader } from "./json";
import { dateReader, timeReader, timestampReader } from "./dateTimes";
import { numericReader } from "./numerics";
import { booleanReader, byteaReader, enumReader, textReader, uuidReader } from "./texts";

interface TypeEntry {
  /** Makes the reader of a column's fields. */
  readonly reader: (settings: ColumnSettings) => FieldReader;
  /** How many numbers may stand in brackets; none unless told. */
  readonly args?: number;
  /** An empty field may be an empty text. */
  readonly text?: true;
  /** Blanks around a value belong to it. */
  readonly blanks?: true;
  /** A value may be multiplied. */
  readonly times?: true;
}

/** PostgreSQL's types by the names that it gives them itself. This is all that the loader knows of them. */
export const types = {
  smallint: { reader: (settings: ColumnSettings) => integerReader(settings, 2) },
  integer: { reader: (settings: ColumnSettings) => integerReader(settings, 4) },
  bigint: { reader: (settings: ColumnSettings) => integerReader(settings, 8) },
  numeric: { reader: numericReader, args: 2, times: true },
  real: { reader: (settings: ColumnSettings) => floatReader(settings, 4) },
  "double precision": { reader: (settings: ColumnSettings) => floatReader(settings, 8) },
  boolean: { reader: booleanReader },
  text: { reader: textReader, text: true, blanks: true },
  varchar: { reader: textReader, args: 1, text: true, blanks: true },
  char: { reader: textReader, args: 1, text: true, blanks: true },
  date: { reader: dateReader },
  time: { reader: timeReader },
  timestamp: { reader: (settings: ColumnSettings) => timestampReader(settings, false) },
  timestamptz: { reader: (settings: ColumnSettings) => timestampReader(settings, true) },
  uuid: { reader: uuidReader },
  inet: { reader: inetReader },
  json: { reader: (settings: ColumnSettings) => jsonReader(settings, false), blanks: true },
  jsonb: { reader: (settings: ColumnSettings) => jsonReader(settings, true) },
  bytea: { reader: byteaReader },
} satisfies Record<string, TypeEntry>;

type TypeName = keyof typeof types;

/** An enumeration of one's own. */
export interface EnumType {
  /** The type's name in PostgreSQL, in the schema public. */
  readonly enum: string;
  readonly values: readonly string[];
}

/** A type as PostgreSQL writes it: integer, numeric(15,2), varchar(100), … */
export type ColumnType = TypeName | `${TypeName}(${number})` | `${TypeName}(${number},${number})` | EnumType;

export interface ParsedType {
  readonly entry: TypeEntry;
  readonly args: readonly number[];
  readonly values: readonly string[];
  /** As in DDL. */
  readonly sql: string;
}

/** Undefined for what is no type. */
export function parseType(type: ColumnType): ParsedType | undefined {
  if (typeof type === "object") {
    return { entry: { reader: enumReader, blanks: true }, args: [], values: type.values, sql: type.enum };
  }
  const found = /^([a-z ]+?)(?:\((-?\d+)(?:, ?(-?\d+))?\))?$/.exec(type);
  const entry: TypeEntry | undefined = Object.entries(types).find(([name]) => name === found?.[1])?.[1];
  if (!found || entry === undefined) return undefined;
  const args = found
    .slice(2)
    .filter((arg) => arg !== undefined)
    .map(Number);
  // What PostgreSQL takes for char(1).
  if (type === "char") args.push(1);
  return { entry, args, values: [], sql: type };
}
