import { type Options, parse } from "csv-parse";
import { CsvError, parse as parseText } from "csv-parse/sync";
import type { Table } from "../../functions/ingest/table";
import { regExpText } from "../regExpText";
import { cannotCheck, fileText } from "./fileText";

/** A record, without its line end; one character a byte, of UTF-8. */
export interface FileRecord {
  readonly fields: readonly string[];
  /** Which fields were; undefined: none. */
  readonly quoted: readonly boolean[] | undefined;
  /** The exact text. */
  readonly raw: string;
}

/** How a file is laid out. */
export interface Layout {
  /** Names of the table's columns in the file's order; undefined is left out. */
  readonly columns: readonly (string | undefined)[];
  /** Nameless columns at the end: records may lack them. */
  readonly spare: number;
}

interface Start extends Layout {
  readonly delimiter: string;
  readonly header: readonly string[] | undefined;
  /** Whether a lone \r ends a line. */
  readonly oldMac: boolean;
  /** Of the first record. */
  readonly at: number;
}

const headerBytes = 64 * 1024;
const lineEnd = /\r{0,2}\n|\r/g;

/**
 * Reads a file by csv-parse, which shares nothing with the ingest function: so it finds where records begin and end, and
 * the fields of those without quotes; of the others the fields come from the record's text, because csv-parse tells
 * what was quoted only at fifteen times the cost.
 *
 * @param take gets what the layout is once, then records; the next ones come when it has resolved.
 * @throws GroundworkError when the file can't be read, has no header of the table, or has a wrong quote: behind one each
 *   reader goes on at a place of its own, so that there is nothing to compare.
 */
export async function readRecords(
  file: string,
  table: Table,
  take: (records: FileRecord[], layout: Layout) => Promise<void>,
): Promise<void> {
  const parts = fileText(file, table.format.encoding);
  let head = Buffer.alloc(0);
  while (head.length < headerBytes) {
    const next = await parts.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const start = findStart(file, head.toString("latin1", 0, headerBytes), table);
  const split = splitter(file, table, start.delimiter);
  const isRecord = recordFilter(table, start);
  const footer: FileRecord[] = [];
  let records: FileRecord[] = [];
  let failure: Error | undefined;
  const parser = parse({
    ...quoting(table),
    delimiter: start.delimiter,
    record_delimiter: start.oldMac ? ["\r\n", "\n", "\r"] : ["\r\r\n", "\r\n", "\n"],
    ...(table.format.comment !== "" && { comment: table.format.comment, comment_no_infix: true }),
    // One character a byte, so that what is not UTF-8 can be told.
    encoding: "latin1",
    relax_column_count: true,
    // A quote within an unquoted field is a character of it. What else that lets pass is found below.
    relax_quotes: true,
    trim: cutsBlanks(table),
    raw: true,
  });
  parser.on("error", ({ message }) => (failure ??= cannotCheck(file, message)));
  parser.on("data", ({ record, raw }: { record: string[]; raw: string }) => {
    try {
      const found = split(record, raw);
      if (!isRecord(found)) return;
      footer.push(found);
      if (footer.length > table.format.footer) records.push(footer.shift()!);
    } catch (error) {
      failure ??= error as Error;
    }
  });
  const write = async (part: Buffer): Promise<void> => {
    await new Promise<void>((resolve) => parser.write(part, () => resolve()));
    if (failure !== undefined) throw failure;
    const ready = records;
    records = [];
    if (ready.length > 0) await take(ready, start);
  };
  await write(head.subarray(start.at));
  for await (const part of parts) await write(part);
  const ended = new Promise<void>((resolve) => parser.on("close", resolve));
  parser.end();
  await ended;
  if (failure !== undefined) throw failure;
  await take(records, start);
}

/** Blanks around quotes are cut with those around texts, where all columns have it so. */
function cutsBlanks({ columns }: Table): boolean {
  return columns.every(({ format }) => format.trim);
}

function quoting({ format }: Table): Options {
  if (format.quote === "") return { quote: false };
  return { quote: format.quote, escape: format.escape === "backslash" ? "\\" : format.quote };
}

/** Makes the function that takes a record apart, as csv-parse did, and knows what was quoted. */
function splitter(file: string, table: Table, delimiter: string) {
  const { quote, escape, comment } = table.format;
  const [q, d] = [quote, delimiter].map(regExpText);
  const inner =
    escape === "backslash" ? `[^${q}\\\\]*(?:\\\\[^][^${q}\\\\]*)*` : `[^${q}]*(?:${q}${q}[^${q}]*)*`;
  const blanks = cutsBlanks(table) && delimiter !== " " ? "[ ]*" : "";
  const field = new RegExp(`(?:${blanks}${q}(${inner})${q}${blanks}(?=${d}|$)|([^${d}]*))(${d}|$)`, "gy");
  const escaped = escape === "backslash" ? new RegExp(`\\\\(${q}|\\\\)`, "g") : new RegExp(`${q}(${q})`, "g");
  return (record: readonly string[], text: string): FileRecord => {
    let raw = /[\r\n]$/.test(text) ? text.slice(0, -1) : text;
    while (comment !== "" && raw.startsWith(comment)) raw = raw.slice(raw.search(/[\r\n]/) + 1);
    if (quote === "" || !raw.includes(quote)) {
      return { raw, fields: record, quoted: undefined };
    }
    const fields: string[] = [];
    const quoted: boolean[] = [];
    field.lastIndex = 0;
    for (let more = true; more;) {
      const [, inside, plain = "", behind] = field.exec(raw)!;
      // A quote that isn't closed before the delimiter, or text behind one that is.
      if (inside === undefined && plain.startsWith(quote)) throw wrongQuote(file, raw);
      fields.push(inside?.replace(escaped, "$1") ?? plain);
      quoted.push(inside !== undefined);
      more = behind !== "";
    }
    if (fields.length !== record.length) throw wrongQuote(file, raw);
    return { raw, fields, quoted };
  };
}

function wrongQuote(file: string, raw: string): Error {
  const shown = Buffer.from(raw.slice(0, 80), "latin1").toString();
  return cannotCheck(
    file,
    `a quote is not closed, or text follows a closing one, in ${JSON.stringify(shown)}`,
  );
}

/** Makes the function that tells records from blank lines and headers. */
function recordFilter({ format, columns }: Table, { header }: Start): (record: FileRecord) => boolean {
  return ({ fields, quoted, raw }) => {
    // So are a line of Ctrl-Z, and one of NUL as padding.
    const isLine = columns.length > 1 && fields.length === 1 && /^[\0- ]*$/.test(raw);
    const isEmpty = fields.every((text) => text === "") && !(columns.length === 1 && quoted?.[0]);
    const isBlank = isLine || isEmpty;
    if (isBlank && format.emptyRows === "skip") return false;
    return !(
      format.repeatedHeader === "skip" &&
      fields.length === header?.length &&
      fields.every((text, i) => (i === 0 ? text.replace("\u00ef\u00bb\u00bf", "") : text) === header[i])
    );
  };
}

/** Finds the header: of the lines that may be one the one with the most of the table's names. */
function findStart(file: string, text: string, table: Table): Start {
  const { format } = table;
  const automatic = format.skipLines === "auto";
  const separator = automatic ? /^"?sep=(.)"?\r*\n/.exec(text) : null;
  let at = separator?.[0].length ?? 0;
  for (let i = 0; i < Number(format.skipLines); i++) at = behindLine(text, at);
  const declared = separator?.[1] ?? format.delimiter;
  const tried = declared === "auto" ? [",", ";", "\t", "|"] : [declared];
  let best: (Start & { known: number }) | undefined;
  for (let line = 0; line < (automatic ? 30 : 1) && at < text.length;) {
    const next = behindLine(text, at);
    const isComment = format.comment !== "" && text.startsWith(format.comment, at);
    for (const delimiter of isComment ? [] : tried) {
      const found = headerAt(text, at, delimiter, table);
      if (found !== undefined && found.known > (best?.known ?? 0)) best = found;
    }
    if (format.header === "none" && best !== undefined) return best;
    if (!isComment) line++;
    at = next;
  }
  if (best === undefined) throw cannotCheck(file, `it has no header of the table ${table.name}`);
  return best;
}

function behindLine(text: string, at: number): number {
  lineEnd.lastIndex = at;
  return lineEnd.test(text) ? lineEnd.lastIndex : text.length;
}

/** What the line is as a header; undefined where it can't be one. `known` counts the table's columns in it. */
function headerAt(text: string, at: number, delimiter: string, table: Table) {
  const { format } = table;
  let found: { record: string[]; raw: string } | undefined;
  try {
    const options = {
      ...quoting(table),
      delimiter,
      encoding: "latin1",
      relax_quotes: true,
      trim: cutsBlanks(table),
      raw: true,
    } as const;
    const more = { record_delimiter: ["\r\r\n", "\r\n", "\n", "\r"], relax_column_count: true, to: 1 };
    [found] = parseText(Buffer.from(text.slice(at, at + headerBytes / 4), "latin1"), {
      ...options,
      ...more,
    }) as unknown as [typeof found];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  if (found === undefined) return undefined;
  const { record: header, raw } = found;
  const end = at + (/[\r\n]$/.test(raw) ? raw.length - 1 : raw.length);
  const next = behindLine(text, end);
  const oldMac = text[next - 1] === "\r";
  if (format.header === "none") {
    const columns = table.columns.map(({ name }) => name);
    return { delimiter, columns, spare: 0, header: undefined, oldMac, at, known: header.length };
  }
  const names = header.map((name) => Buffer.from(name, "latin1").toString().trim().toLowerCase());
  const columns = names.map(
    (name) => table.columns.find((column) => column.header.trim().toLowerCase() === name)?.name,
  );
  const known = columns.filter((name) => name !== undefined);
  const lacks = table.columns.some(
    ({ name, required }) => !known.includes(name) && (required || format.missingColumns === "refuse"),
  );
  const isExtra = columns.some((name, i) => name === undefined && names[i] !== "");
  const wrong = lacks || new Set(known).size < known.length || (isExtra && format.extraColumns === "refuse");
  if (wrong) return undefined;
  let spare = 0;
  while (names[names.length - 1 - spare] === "") spare++;
  return { delimiter, columns, spare, header, oldMac, at: next, known: known.length };
}
