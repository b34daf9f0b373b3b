import type { Readable } from "node:stream";
import type { TableDefinition } from "./columns";
import { type Header, type Newline, type RecordReader, type Span, readHeader, recordReader } from "./csv";
import type { RowEncoder } from "./encode";

/** A record that was not loaded. */
export interface Reject {
  /** From the first byte of the file. */
  byteOffset: number;
  reason: string;
  /** The record's exact text without its line end, with U+FFFD for what PostgreSQL can't store. */
  record: string;
}

/** The records of some 128 KiB of the file, ready for the server. */
export interface Piece {
  /** In the binary COPY format, without its header and trailer. */
  bytes: Buffer;
  rows: number;
  rejects: Reject[];
  /** The byte of the file behind the last of these records. */
  offset: number;
  newline: Newline;
  /** Why the file can't be loaded, where reading ended for that. A retry would find the same. */
  failure?: string;
}

export interface PieceOptions {
  /** What the file must hold. */
  table: TableDefinition;
  /** Bytes read before they are parsed. */
  pieceBytes: number;
  /** A record that is longer is malformed. */
  maxRecordBytes: number;
  /** Reading ends with a failure at one more than these. */
  maxRejects: number;
}

/** Where reading begins: at the header (byte 0, no newline) or behind a record. */
export interface Start {
  offset: number;
  newline: Newline | undefined;
  size: number;
}

/**
 * Reads a file from `start` to its end, piece by piece; nothing is read ahead of what is asked for.
 *
 * @throws Error when the body is cut short, and what the body throws.
 */
export async function* readPieces(
  body: Readable,
  start: Start,
  encoder: RowEncoder,
  options: PieceOptions,
): AsyncGenerator<Piece, void, undefined> {
  const cutter = pieceCutter(start, encoder, options);
  let text = "";
  let received = start.offset;
  let fresh = 0;
  for await (const part of body) {
    const chunk = part as Buffer;
    // One character a byte, so that places in the text are places in the file.
    for (let at = 0; at < chunk.length;) {
      const length = Math.min(chunk.length - at, options.pieceBytes - fresh);
      text += chunk.toString("latin1", at, at + length);
      at += length;
      fresh += length;
      received += length;
      if (fresh < options.pieceBytes || received === start.size) continue;
      const { piece, rest } = cutter(text, false);
      text = rest;
      fresh = 0;
      if (piece !== undefined) yield piece;
      if (piece?.failure !== undefined) return;
    }
  }
  if (received !== start.size) throw new Error(`The file has ${start.size} bytes, and ${received} were sent`);
  const { piece } = cutter(text, true);
  if (piece !== undefined) yield piece;
}

type Cutter = (text: string, last: boolean) => { piece: Piece | undefined; rest: string };

/** Cuts pieces off a text that begins where the last piece ended. */
function pieceCutter(start: Start, encoder: RowEncoder, options: PieceOptions): Cutter {
  // Local names: see values.ts.
  const { maxRejects, maxRecordBytes, table } = options;
  const makeReader = recordReader;
  const isHeader = headerProblem;
  const header = readHeader;
  const foreign = foreignFormat;
  const toReject = rejectOf;
  let offset = start.offset;
  let newline = start.newline;
  let reader = newline && makeReader(newline, maxRecordBytes);
  let rejected = 0;

  const isBlank = (fields: readonly string[]): boolean => fields.length === 1 && fields[0] === "";
  const failed = (failure: string, rejects: Reject[] = []): Piece => {
    encoder.reset();
    return { ...encoder.take(), rejects, offset, newline: newline ?? "\n", failure };
  };

  function cut(text: string, last: boolean): { piece: Piece | undefined; rest: string } {
    if (reader !== undefined && newline !== undefined) return cutRecords(reader, newline, text, last);
    const format = foreign(text);
    if (format !== undefined) return { piece: failed(format), rest: "" };
    const found = header(text, last || text.length > maxRecordBytes);
    if (found === undefined) return { piece: undefined, rest: text };
    const problem = isHeader(found, table);
    if (problem !== undefined) return { piece: failed(problem), rest: "" };
    newline = found.newline;
    reader = makeReader(newline, maxRecordBytes);
    offset += found.end;
    return cutRecords(reader, newline, text.slice(found.end), last);
  }

  function cutRecords(records: RecordReader, lineEnd: Newline, text: string, last: boolean) {
    const consumed = addAll(records, text, last);
    if (consumed !== undefined) {
      offset += consumed;
      const piece = { ...encoder.take(), rejects: [], offset, newline: lineEnd };
      return { piece, rest: text.slice(consumed) };
    }
    encoder.reset();
    return sort(records, lineEnd, text, last);
  }

  /** Adds all the text's records, as nearly always; undefined when one of them can't be loaded. */
  function addAll(records: RecordReader, text: string, last: boolean): number | undefined {
    const all = records.read(text, last);
    if (all === undefined) return undefined;
    for (const fields of all.records) {
      if (isBlank(fields)) continue;
      if (encoder.add(fields) !== "") return undefined;
    }
    return all.consumed;
  }

  /** Looks at the records one by one, and sorts out those that can't be loaded. */
  function sort(records: RecordReader, lineEnd: Newline, text: string, last: boolean) {
    const base = offset;
    const rejects: Reject[] = [];
    const visitSpan = (span: Span): boolean => {
      if (span.problem === undefined && isBlank(span.fields)) return true;
      const problem = span.problem ?? encoder.add(span.fields);
      if (problem !== "") {
        rejects.push(toReject(text.slice(span.start, span.end), base + span.start, problem));
      }
      return rejected + rejects.length <= maxRejects;
    };
    const { consumed, tooLong } = records.visit(text, last, visitSpan);
    rejected += rejects.length;
    if (rejected > maxRejects) {
      const { byteOffset, reason } = rejects[rejects.length - 1]!;
      const failure = `more than ${maxRejects} records were rejected, the last at byte ${byteOffset}: ${reason}`;
      return { piece: failed(failure, rejects), rest: "" };
    }
    if (tooLong !== undefined) {
      const failure = `the line at byte ${base + tooLong} is longer than ${maxRecordBytes} bytes`;
      return { piece: failed(failure, rejects), rest: "" };
    }
    offset += consumed;
    return { piece: { ...encoder.take(), rejects, offset, newline: lineEnd }, rest: text.slice(consumed) };
  }

  return cut;
}

/** What a file is that tells so by its first two bytes, in words; undefined for others. */
function foreignFormat(text: string): string | undefined {
  const start = text.slice(0, 2);
  if (start === "\x1f\x8b") return "the file is a gzip, and must be unpacked first";
  if (start === "\xff\xfe" || start === "\xfe\xff") return "the file is UTF-16, and must be UTF-8";
  return undefined;
}

/** Undefined for the header that the definition asks for. */
function headerProblem(header: Header, table: TableDefinition): string | undefined {
  const expected = table.columns.map((column) => column.header);
  if (header.names.length === expected.length && expected.every((name, i) => name === header.names[i])) {
    return undefined;
  }
  const found = header.names.join(",");
  const shown = found.length > 200 ? `${found.slice(0, 200)}…` : found;
  return `the file's header is ${JSON.stringify(shown)} and must be ${JSON.stringify(expected.join(","))}`;
}

function rejectOf(raw: string, byteOffset: number, reason: string): Reject {
  const record = Buffer.from(raw, "latin1").toString("utf8").replaceAll("\0", "\ufffd");
  return { byteOffset, reason: reason.replaceAll("\0", "\ufffd"), record };
}
