import type { Table } from "../../functions/ingest/table";
import { textOf } from "./copyText";

/** Writes rows of the binary COPY format as CSV (RFC 4180): NULL is an unquoted empty field, an empty text `""`. */
export function csvRows(table: Table): {
  header: string;
  rows(bytes: Buffer, columns: readonly string[]): string;
} {
  const names = table.columns.map(({ name }) => name);
  const texts = table.columns.map(({ type }) => textOf(type));
  return {
    header: `${names.map(quoted).join(",")}\n`,
    rows(bytes, columns) {
      const places = columns.map((name) => names.indexOf(name));
      let lines = "";
      for (let at = 0; at < bytes.length;) {
        const fields = Array<string>(names.length).fill("");
        const count = bytes.readInt16BE(at);
        at += 2;
        for (let i = 0; i < count; i++) {
          const length = bytes.readInt32BE(at);
          at += 4;
          if (length < 0) continue;
          const place = places[i]!;
          fields[place] = quoted(texts[place]!(bytes.subarray(at, at + length)));
          at += length;
        }
        lines += `${fields.join(",")}\n`;
      }
      return lines;
    },
  };
}

const quoted = (text: string): string =>
  text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
