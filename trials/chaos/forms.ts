import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import type { Client } from "pg";
import type { Table } from "../../functions/ingest/table";
import records from "../../tables/records";
import { quoted } from "../sample/sampleText";
import { type Expected, expectations } from "../verify/verify";

/** The trials' file as it is written, and what an independent reader finds in it. */
export interface WrittenForm {
  readonly form: string;
  readonly table: Table;
  readonly content: Buffer;
  readonly expected: Expected;
}

/** `records` again, for files as German spreadsheets save them. */
export const german: Table = {
  ...records,
  files: { ...records.files, prefix: "windows-1252/" },
  format: { ...records.format, encoding: "windows-1252", delimiter: ";" },
  columns: records.columns.map((column) => ({ ...column, format: { ...column.format, decimal: "," } })),
};

/** Of what is unpacked or decoded a checkpoint counts the text's bytes. */
const forms: readonly (readonly [form: string, table: Table, write: (content: Buffer) => Buffer])[] = [
  ["plain", records, (content) => content],
  ["gzip", records, (content) => gzipSync(content)],
  ["UTF-16", records, (content) => Buffer.from(content.toString(), "utf16le")],
  ["Windows-1252", german, inGerman],
];

/** Writes a file of `records` in each form beside it: what is right may differ, as in UTF-16 no byte is wrong. */
export async function writeForms(client: Client, file: string): Promise<WrittenForm[]> {
  const plain = readFileSync(file);
  const written: WrittenForm[] = [];
  for (const [form, table, write] of forms) {
    const content = write(plain);
    writeFileSync(`${file}.${form}`, content);
    written.push({ form, table, content, expected: await expectations(client, `${file}.${form}`, table) });
  }
  return written;
}

/** With `;` and decimal commas; letters that Windows-1252 lacks become its euro sign. */
export function inGerman(content: Buffer): Buffer {
  const rows: string[][] = parse(content, { relax_column_count: true, record_delimiter: "\n" });
  const lines = rows.map((fields) =>
    fields
      .map((field, i) => (i === 3 ? field.replace(".", ",") : field))
      .map((field) => (/[;"\r\n]/.test(field) ? quoted(field) : field))
      .join(";"),
  );
  return Buffer.from(`${lines.join("\n")}\n`.replace(/[^\0-\x7f\xa0-\xff]/gu, "\x80"), "latin1");
}
