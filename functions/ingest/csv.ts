import { Parser } from "papaparse";

/** What ends a line. A file has one kind, decided at its header. */
export type Newline = "\n" | "\r" | "\r\n";

export interface Header {
  names: string[];
  newline: Newline;
  /** Where the records begin: the byte behind the header's line end. */
  end: number;
}

/**
 * Reads the header from the first characters of a file, each of which stands for a byte (latin1). A byte order
 * mark is skipped; the first line end outside quotes decides for the whole file, and a file of one line that
 * has none is one of `\n`. Answers undefined when the line may go on behind the text.
 */
export function readHeader(text: string, atEnd: boolean): Header | undefined {
  const start = text.startsWith("\u00ef\u00bb\u00bf") ? 3 : 0;
  let quoted = false;
  let at = start;
  for (; at < text.length; at++) {
    const char = text[at];
    if (char === '"') quoted = !quoted;
    if (!quoted && (char === "\n" || char === "\r")) break;
  }
  const openEnd = at >= text.length || (text[at] === "\r" && at + 1 === text.length);
  if (openEnd && !atEnd) return undefined;
  const newline = text[at] !== "\r" ? "\n" : text[at + 1] === "\n" ? "\r\n" : "\r";
  const { data } = new Parser({ newline, delimiter: "," }).parse(text.slice(start, at), 0, false) as Parsed;
  const names = (data[0] ?? []).map((name) => Buffer.from(name, "latin1").toString("utf8"));
  return { names, newline, end: Math.min(at + newline.length, text.length) };
}

/** A record and its place in the text; a malformed one has a `problem`, and no fields. */
export interface Span {
  fields: readonly string[];
  /** The first character, and the one behind the last; the line end is not part of it. */
  start: number;
  end: number;
  problem?: string;
}

export interface RecordReader {
  /**
   * The records that end in the text, and where the first lies that does not; with `last` the text's end is the
   * end of the last. A blank line is a record of one empty field. Undefined when some record is malformed.
   */
  read(text: string, last: boolean): { records: string[][]; consumed: number } | undefined;
  /**
   * The same, slower: visits each record with its place. Of a malformed one only the first line is given up, and
   * reading goes on at the next, so that one stray quote doesn't swallow what follows it. `visit` answers false
   * to stop. A line that is longer than a record may be ends it: `tooLong` is where that line begins.
   */
  visit(text: string, last: boolean, visit: (span: Span) => boolean): { consumed: number; tooLong?: number };
}

interface Parsed {
  data: string[][];
  errors: { row?: number }[];
  meta: { cursor: number };
}

/**
 * Makes the reader of records. For what is not plainly RFC 4180 it stands on papaparse's parser, and not on its
 * streams, which corrupt characters at the borders of pieces. The last record of a text is held back, because the
 * text may end inside it.
 *
 * @param maxRecordBytes what is longer is malformed: most likely a quote was not closed.
 */
export function recordReader(newline: Newline, maxRecordBytes: number): RecordReader {
  // Local names: see values.ts.
  const PapaParser = Parser;
  const memory = Buffer;
  let bytes = memory.alloc(0);
  const carriageReturn = 0x0d;
  const tooLong = `the record is longer than ${maxRecordBytes} bytes, or a quote is not closed`;
  const quote = 0x22;
  const comma = 0x2c;
  const newlineStart = newline.charCodeAt(0);
  const newlineLength = newline.length;
  const newlineEnd = newline.charCodeAt(newlineLength - 1);
  const endsInCarriageReturn = (fields: readonly string[]): boolean => {
    const field = fields[fields.length - 1] ?? "";
    return field.charCodeAt(field.length - 1) === carriageReturn;
  };
  const isLineEnd = (bytes: Uint8Array, at: number): boolean =>
    bytes[at] === newlineStart && bytes[at + newlineLength - 1] === newlineEnd;

  /** The place behind the quote that closes the field opened at `open`; 0 when none does. */
  function behindQuotes(text: string, open: number): number {
    let at = text.indexOf('"', open + 1);
    while (at >= 0 && text.charCodeAt(at + 1) === quote) at = text.indexOf('"', at + 2);
    return at + 1;
  }

  function behindPlain(bytes: Uint8Array, start: number, length: number): number {
    let at = start;
    for (; at < length; at++) {
      const code = bytes[at];
      if (code === comma || (code === newlineStart && isLineEnd(bytes, at))) break;
    }
    return at;
  }

  // Takes what RFC 4180 has, and leaves all that is odder to papaparse: a seventh less CPU for parsing and encoding.
  function read(text: string, last: boolean): { records: string[][]; consumed: number } | undefined {
    const length = text.length;
    // Bytes are read faster than the characters of a text that was put together. One behind the end is no line end.
    if (bytes.length <= length) bytes = memory.allocUnsafeSlow(2 * length + 1);
    bytes.write(text, 0, "latin1");
    bytes[length] = 0;
    const records: string[][] = [];
    let fields: string[] = [];
    let consumed = 0;
    for (let at = 0; at < length || last;) {
      let end: number;
      if (bytes[at] === quote) {
        end = behindQuotes(text, at);
        if (end === 0 && !last) break;
        if (end === 0 || (end < length && bytes[end] !== comma && !isLineEnd(bytes, end))) return undefined;
        const inner = text.slice(at + 1, end - 1);
        fields.push(inner.includes('"') ? inner.replaceAll('""', '"') : inner);
      } else {
        end = behindPlain(bytes, at, length);
        fields.push(text.slice(at, end));
      }
      if (end < length && bytes[end] === comma) {
        at = end + 1;
        continue;
      }
      if (end >= length && !last) break;
      if (end - consumed > maxRecordBytes || (end > at && bytes[end - 1] === carriageReturn)) {
        return undefined;
      }
      records.push(fields);
      fields = [];
      if (end >= length) return { records, consumed: length };
      consumed = end + newlineLength;
      at = consumed;
    }
    return length - consumed > maxRecordBytes ? undefined : { records, consumed };
  }

  function visit(text: string, last: boolean, visitSpan: (span: Span) => boolean) {
    for (let from = 0; ;) {
      const { consumed, problem, stopped } = visitWellFormed(text, from, last, visitSpan);
      if (problem === undefined || stopped) return { consumed };
      const found = text.indexOf(newline, consumed);
      const end = found < 0 ? text.length : found;
      if (end - consumed > maxRecordBytes) return { consumed, tooLong: consumed };
      from = Math.min(end + newline.length, text.length);
      if (!visitSpan({ fields: [], start: consumed, end, problem })) return { consumed: from };
    }
  }

  /** Visits the records behind `from` up to the first malformed one, which then begins at `consumed`. */
  function visitWellFormed(text: string, from: number, last: boolean, visitSpan: (span: Span) => boolean) {
    const rest = text.slice(from);
    let consumed = from;
    let problem: string | undefined;
    let stopped = false;
    const stepper = new PapaParser({
      newline,
      delimiter: ",",
      step: ({ data, errors, meta }) => {
        const next = from + meta.cursor;
        const terminated =
          next - newline.length >= consumed && text.startsWith(newline, next - newline.length);
        const end = terminated ? next - newline.length : next;
        const fields = (data as string[][])[0] ?? [];
        problem = problemOf(fields, errors.length > 0, text, consumed, end);
        if (problem === undefined) {
          stopped = !visitSpan({ fields, start: consumed, end });
          consumed = next;
        }
        if (problem !== undefined || stopped) stepper.abort();
      },
    });
    stepper.parse(rest, 0, !last);
    if (problem === undefined && !stopped && text.length - consumed > maxRecordBytes) problem = tooLong;
    return { consumed, problem, stopped };
  }

  function problemOf(
    fields: readonly string[],
    misquoted: boolean,
    text: string,
    start: number,
    end: number,
  ) {
    if (end - start > maxRecordBytes) return tooLong;
    if (misquoted) return "a quote is not closed, or text follows a closing quote";
    if (endsInCarriageReturn(fields) && text.charCodeAt(end - 1) === carriageReturn) {
      return "the line ends with a carriage return, unlike the header";
    }
    return undefined;
  }

  return { read, visit };
}
