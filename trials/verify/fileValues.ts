import { isUtf8 } from "node:buffer";
import { parseType } from "../../functions/ingest/reader/types";
import type { Column, Fields, Table } from "../../functions/ingest/table";
import { type FileRecord, type Layout } from "./fileRecords";

/** The texts of a record's values, in the order of `valueColumns`, one character a byte; null is NULL. */
type Texts = (string | null)[];

/** Columns of the table that a file has values for. */
export function valueColumns(table: Table, { columns }: Layout): readonly Column[] {
  return table.columns.filter(
    ({ name }) => columns.includes(name) || table.transform?.columns.includes(name),
  );
}

/**
 * Makes the function that decides what a record's fields stand for, by the format: whether it has enough of them, which of
 * them are NULL, which blanks belong to them. What a text is worth, PostgreSQL decides. Undefined is a reject.
 */
export function valueReader(table: Table, layout: Layout): (record: FileRecord) => Texts | undefined {
  const { shortRows, longRows } = table.format;
  const count = layout.columns.length;
  const columns = valueColumns(table, layout).map((column) => {
    const { text = false, blanks = false } = parseType(column.type)?.entry ?? {};
    const { nulls, trim, excelText } = column.format;
    const place = layout.columns.indexOf(column.name);
    const changed = table.transform?.columns.includes(column.name) ?? false;
    return { ...column, place, changed, text, trim: trim || !blanks, nulls, excelText };
  });
  const transform = transformOf(table, columns);

  return ({ fields, quoted, raw }) => {
    if (raw.length > table.maxRecordBytes) return undefined;
    const isTrailing = fields.length === count + 1 && fields[count] === "" && !quoted?.[count];
    if (fields.length > count && !isTrailing && longRows === "reject") return undefined;
    if (fields.length < count - layout.spare && shortRows === "reject") return undefined;
    const texts: Texts = [];
    for (const { place, changed, required, text: isText, trim, nulls, excelText } of columns) {
      const isQuoted = quoted?.[place] ?? false;
      let text = fields[place] ?? null;
      if (text !== null) {
        if (excelText && text.length > 2 && text.startsWith('="') && text.endsWith('"'))
          text = text.slice(2, -1);
        if (trim) text = trimmed(text);
        if (text === "" ? !isText || (!isQuoted && required) : false) text = null;
        else if (!isQuoted && nulls.includes(utf8(text))) text = null;
      }
      if (text === null && required && !changed) return undefined;
      texts.push(text);
    }
    return transform === undefined ? texts : transform(texts);
  };
}

/** The table's transform on some of the texts: it is trusted, everything else about them is not. */
function transformOf(
  { transform }: Table,
  columns: readonly (Column & { readonly text: boolean; readonly trim: boolean })[],
): ((texts: Texts) => Texts | undefined) | undefined {
  if (transform === undefined) return undefined;
  const change = transform.make();
  const places = transform.columns.map((name) => columns.findIndex((column) => column.name === name));
  return (texts) => {
    const given = places.map((place) => texts[place] ?? null);
    // What is no text can't be given to it.
    if (given.some((text) => text !== null && !isUtf8(Buffer.from(text, "latin1")))) return undefined;
    const answer: Fields | string = change(given.map((text) => (text === null ? null : utf8(text))));
    if (typeof answer === "string") return undefined;
    for (const [i, place] of places.entries()) {
      const { text: isText, required, trim } = columns[place]!;
      let text = answer[i] ?? null;
      if (text !== null) {
        text = Buffer.from(text).toString("latin1");
        if (trim) text = trimmed(text);
        if (text === "" && !isText) text = null;
      }
      if (text === null && required) return undefined;
      texts[place] = text;
    }
    return texts;
  };
}

/** White space of ASCII, and the no-break space. */
function trimmed(text: string): string {
  const isEdge = (code: number): boolean => !(code > 0x20 && code < 0x7f);
  if (!isEdge(text.charCodeAt(0)) && !isEdge(text.charCodeAt(text.length - 1))) return text;
  return text.replace(/^(?:[\t-\r ]|\xc2\xa0)+|(?:[\t-\r ]|\xc2\xa0)+$/g, "");
}

export function utf8(bytes: string): string {
  return /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, "latin1").toString() : bytes;
}

/** A row of PostgreSQL's COPY in text, one character a byte; undefined where a value is no text that it can store. */
export function copyLine(number: number, texts: Texts): string | undefined {
  let line = String(number);
  for (const text of texts) line += text === null ? "\t\\N" : `\t${escapedText(text)}`;
  if (/[\0\x80-\xff]/.test(line) && (line.includes("\0") || !isUtf8(Buffer.from(line, "latin1"))))
    return undefined;
  return `${line}\n`;
}

const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const escapedText = (text: string): string =>
  /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (each) => escapes[each]!) : text;
