import type { Column, Fields, Table } from "../table";
import type { FieldReader } from "./field";
import { parseType } from "./types";

/** What is found at a file's start, and what a later hop needs to go on in its middle. It can be stored as JSON. */
export interface Layout {
  /** What ends the header's line. */
  readonly newline: "\n" | "\r" | "\r\n";
  readonly delimiter: string;
  /** The table's columns in the order of the file's; null is left out. */
  readonly columns: readonly (string | null)[];
  /** Fields that a record may lack: nameless columns at the end. */
  readonly spare: number;
  /** The header as it stands in the file, "" where there is none. */
  readonly header: string;
  /** Lines before the offset that the layout came with. */
  readonly line: number;
  /** Whether offsets count the bytes of the unpacked, decoded text, and not those of the object. */
  readonly decoded: boolean;
}

/** Bits of `Plan.flags`. */
export const flag = {
  leftOut: 1,
  required: 2,
  text: 4,
  trim: 8,
  excel: 16,
  emptyIsNull: 32,
  /** Its text is made for the transform. */
  changed: 64,
  /** A quote behind blanks opens it. */
  indented: 128,
} as const;

/** Columns compiled for a file: an entry for each of its fields. */
export interface Plan {
  readonly readers: readonly FieldReader[];
  readonly flags: Int32Array;
  /** Whether a quote behind blanks opens a field whichever it is. */
  readonly indented: boolean;
  /** Unquoted texts that mean NULL; bit n of `nullLengths` says that one has n bytes. */
  readonly nulls: readonly (readonly Buffer[])[];
  readonly nullLengths: Int32Array;
  /** 1 for bytes at a field's start, or end, that ask for more than its reader: blanks, `="`, and what begins a NULL. */
  readonly oddFirst: Uint8Array;
  readonly oddLast: Uint8Array;
  /** Of each field that the transform changes, its place in the transform's columns; else -1. */
  readonly places: Int32Array;
  /** The transform's columns, which stand last in a row. */
  readonly changed: readonly { readonly reader: FieldReader; readonly flags: number }[];
  readonly transform: ((fields: Fields) => Fields | string) | undefined;
  /** Of the COPY, in the order of a row's values. */
  readonly columns: readonly string[];
  /** What readers of messages call the fields, as in the file. */
  readonly headers: readonly string[];
}

/** Whether blanks around fields are cut whichever column they belong to. */
export function trimsAll({ columns }: Table): boolean {
  return columns.every(({ format }) => format.trim);
}

export function makePlan(table: Table, layout: Pick<Layout, "columns">): Plan {
  const memory = Buffer;
  const byName = (name: string | null): Column | undefined =>
    table.columns.find((column) => column.name === name);
  const { transform } = table;
  const changed = transform?.columns ?? [];
  const indented = trimsAll(table);
  const fields = layout.columns.map(byName);
  const flagsOf = (column: Column | undefined): number => {
    if (column === undefined) return flag.leftOut | (indented ? flag.indented : 0);
    const { format, required, name } = column;
    const { text = false, blanks = false } = parseType(column.type)?.entry ?? {};
    return (
      (required ? flag.required : 0) |
      (text ? flag.text : 0) |
      (!blanks || format.trim ? flag.trim : 0) |
      (format.excelText ? flag.excel : 0) |
      (format.nulls.includes("") ? flag.emptyIsNull : 0) |
      (changed.includes(name) ? flag.changed : 0) |
      (format.trim ? flag.indented : 0)
    );
  };
  const readerOf = ({ type, times, format, name }: Column): FieldReader => {
    const parsed = parseType(type);
    if (parsed === undefined) throw new Error(`Column ${name} has the unknown type ${JSON.stringify(type)}`);
    return parsed.entry.reader({ args: parsed.args, values: parsed.values, times, format });
  };
  const none: FieldReader = (_src, _from, _to, _out, at) => at;
  const nulls = fields.map((column) =>
    (column?.format.nulls ?? []).filter((text) => text !== "").map((text) => memory.from(text)),
  );
  const oddFirst = new Uint8Array(256).fill(1, 0, 0x21);
  const oddLast = oddFirst.slice();
  oddFirst[0x3d] = oddFirst[0xc2] = oddLast[0xa0] = 1;
  for (const text of nulls.flat()) oddFirst[text[0]!] = 1;
  return {
    readers: fields.map((column) => (column ? readerOf(column) : none)),
    flags: Int32Array.from(fields, flagsOf),
    indented,
    nulls,
    nullLengths: Int32Array.from(nulls, (texts) =>
      texts.reduce((bits, text) => bits | (1 << text.length), 0),
    ),
    oddFirst,
    oddLast,
    places: Int32Array.from(layout.columns, (name) => (name === null ? -1 : changed.indexOf(name))),
    changed: changed.map((name) => {
      const column = byName(name)!;
      return { reader: readerOf(column), flags: flagsOf(column) };
    }),
    transform: transform?.make(),
    columns: [
      ...layout.columns.filter((name): name is string => name !== null && !changed.includes(name)),
      ...changed,
    ],
    headers: layout.columns.map((name) => byName(name)?.header ?? ""),
  };
}
