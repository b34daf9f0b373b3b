import type { Table } from "../../functions/ingest/table";
import { textOf } from "./copyText";

/** Rows of the binary COPY format as texts, in the order of the table's columns; null is NULL. */
export function* textFields(
  table: Table,
  bytes: Buffer,
  columns: readonly string[],
): Generator<(string | null)[], void, undefined> {
  const places = columns.map((name) => table.columns.findIndex((column) => column.name === name));
  const texts = places.map((place) => textOf(table.columns[place]!.type));
  for (let at = 0; at < bytes.length;) {
    const fields = Array<string | null>(table.columns.length).fill(null);
    const count = bytes.readInt16BE(at);
    at += 2;
    for (let i = 0; i < count; i++) {
      const length = bytes.readInt32BE(at);
      at += 4;
      if (length < 0) continue;
      fields[places[i]!] = texts[i]!(bytes.subarray(at, at + length));
      at += length;
    }
    yield fields;
  }
}

/** A line of CSV (RFC 4180): NULL is an unquoted empty field, an empty text `""`. */
export function csvLine(fields: readonly (string | null)[]): string {
  return `${fields.map((field) => (field === null ? "" : quoted(field))).join(",")}\n`;
}

const quoted = (text: string): string =>
  text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
