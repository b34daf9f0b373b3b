import { GroundworkError } from "../../../infra/error";

/** How bytes fall into records and fields. Delimiter, quote and comment are ASCII characters, or "" for none. */
export interface Dialect {
  readonly delimiter: string;
  readonly quote: '"' | "'" | "";
  readonly escape: "doubled" | "backslash";
  readonly comment: string;
  /** Blanks before an opening quote and behind a closing one are no part of the field. */
  readonly blanksAroundQuotes: boolean;
  /** A lone \r ends a record: only where the first line ends with one. */
  readonly loneCarriageReturn: boolean;
}

/** The record that the splitter stands at; object and bytes are used again for the next. Offsets are into `bytes`. */
export interface Split {
  bytes: Buffer;
  start: number;
  end: number;
  /** The number of fields; field i is `bytes[from[i]]` up to and without `bytes[to[i]]`, without its quotes. */
  count: number;
  from: Int32Array;
  to: Int32Array;
  /** 0 for unquoted, 1 for quoted, 2 for quoted with escapes to be undone. */
  quoting: Uint8Array;
  /** A quote stands where none can, or was never closed: then the record ends with its line. */
  malformed: boolean;
  /** The record's first line, from 1, and how many lines it takes. */
  line: number;
  lines: number;
}

/** An opened quote that isn't closed within so many bytes is taken for a letter, and its record for malformed. */
const maxRecordBytes = 262_144;
const maxFields = 16_384;
/** No line end within so many bytes: not a file of records. */
const maxLineBytes = 16 * 1024 * 1024;

const [ordinary, isDelimiter, isNewline, isReturn] = [0, 1, 2, 3];
const [newline, carriageReturn, blank, backslash, controlZ] = [10, 13, 32, 92, 26];

/**
 * Splits a stream of bytes in UTF-8 or any one-byte encoding into records. Hands each to `take`; blank lines are
 * records of one empty field. `push` takes pieces of any length, `end` what is left.
 */
export function makeSplitter(dialect: Dialect, take: (record: Split) => void) {
  const quote = dialect.quote === "" ? -1 : dialect.quote.charCodeAt(0);
  const comment = dialect.comment === "" ? -1 : dialect.comment.charCodeAt(0);
  const delimiter = dialect.delimiter === "" ? -1 : dialect.delimiter.charCodeAt(0);
  const escapes = dialect.escape === "backslash" ? backslash : -1;
  const kinds = new Uint8Array(256);
  kinds[newline] = isNewline;
  kinds[carriageReturn] = isReturn;
  if (delimiter >= 0) kinds[delimiter] = isDelimiter;

  const record: Split = {
    bytes: Buffer.alloc(0),
    start: 0,
    end: 0,
    count: 0,
    from: new Int32Array(maxFields),
    to: new Int32Array(maxFields),
    quoting: new Uint8Array(maxFields),
    malformed: false,
    line: 1,
    lines: 1,
  };
  const { from, to, quoting } = record;
  /** The pieces' bytes, one behind the other; the first `kept` of them wait for the next piece. */
  let space: Buffer = Buffer.alloc(0);
  let kept = 0;

  /** The end of the line end at `at`, or -1 for a \r that ends nothing, or -2 when more bytes must say. */
  function lineEnd(bytes: Buffer, at: number, limit: number, last: boolean): number {
    if (bytes[at] === newline) return at + 1;
    let next = at + 1;
    if (next < limit && bytes[next] === carriageReturn && !dialect.loneCarriageReturn) next++;
    if (next >= limit) return last ? limit : -2;
    if (bytes[next] === newline) return next + 1;
    return dialect.loneCarriageReturn ? at + 1 : -1;
  }

  /** Where the field's quote at `open` closes; -1 when it never does. Notes escapes, strays and line breaks. */
  let [closeState, closeLines, stray] = [1, 0, false];
  function findClose(bytes: Buffer, open: number, limit: number, last: boolean): number {
    closeState = 1;
    closeLines = 0;
    stray = false;
    const end = Math.min(limit, open + maxRecordBytes);
    for (let at = open + 1; at < end; at++) {
      const byte = bytes[at];
      if (byte === newline) closeLines++;
      else if (byte === escapes) {
        closeState = 2;
        at++;
      } else if (byte === quote) {
        let next = at + 1;
        if (escapes < 0 && next < limit && bytes[next] === quote) {
          closeState = 2;
          at++;
          continue;
        }
        if (dialect.blanksAroundQuotes) while (next < limit && bytes[next] === blank) next++;
        if (next >= limit) return last ? at : -1;
        if (kinds[bytes[next]!] !== ordinary) return at;
        stray = true;
        return at;
      }
    }
    return -1;
  }

  /** Splits the record at `start`; the offset behind it, or -1 when it isn't whole. */
  function splitOne(bytes: Buffer, start: number, limit: number, last: boolean, literal: boolean): number {
    let [count, at] = [0, start];
    record.malformed = literal;
    record.lines = 1;
    if (bytes[start] === comment) {
      const end = bytes.indexOf(newline, start);
      if (end < 0 && !last) return -1;
      record.count = 0;
      return end < 0 ? limit : end + 1;
    }
    for (;;) {
      let open = at;
      if (dialect.blanksAroundQuotes) while (open < limit && bytes[open] === blank) open++;
      let state = 0;
      if (!literal && open < limit && bytes[open] === quote) {
        const close = findClose(bytes, open, limit, last);
        if (close < 0) return -1;
        from[count] = open + 1;
        to[count] = close;
        state = closeState;
        record.lines += closeLines;
        if (stray) {
          record.malformed = true;
          const found = bytes.indexOf(newline, close);
          if (found < 0 && !last) return -1;
          record.count = count + 1;
          record.end = found < 0 ? limit : found;
          return found < 0 ? limit : found + 1;
        }
        at = close + 1;
        if (dialect.blanksAroundQuotes) while (at < limit && bytes[at] === blank) at++;
      } else {
        from[count] = at;
      }
      let end = -1;
      for (; at < limit; at++) {
        const kind = kinds[bytes[at]!];
        if (kind === ordinary) continue;
        if (kind === isDelimiter) break;
        end = lineEnd(bytes, at, limit, last);
        if (end === -2) return -1;
        if (end >= 0) break;
      }
      if (state === 0) to[count] = at;
      quoting[count] = state;
      if (count < maxFields - 1) count++;
      else record.malformed = true;
      if (at >= limit && !last) return -1;
      if (at >= limit || end >= 0) {
        record.count = count;
        record.end = at;
        return at >= limit ? limit : end;
      }
      at++;
    }
  }

  /** Splits what is there; what is left of it moves to the front. */
  function run(length: number, last: boolean): void {
    const bytes = space.subarray(0, length);
    record.bytes = bytes;
    let start = 0;
    while (start < length) {
      let next = splitOne(bytes, start, length, last, false);
      if (next < 0 && (last || length - start > maxRecordBytes))
        next = splitOne(bytes, start, length, last, true);
      if (next < 0) break;
      record.start = start;
      if (record.count > 0) take(record);
      record.line += record.lines;
      start = next;
    }
    kept = length - start;
    if (kept > maxLineBytes)
      throw new GroundworkError(`line ${record.line} is longer than 16 MiB: this is no file of records`);
    space.copyWithin(0, start, length);
  }

  return {
    push: (piece: Buffer) => {
      const length = kept + piece.length;
      if (length > space.length) {
        const wider = Buffer.allocUnsafe(2 * length);
        space.copy(wider, 0, 0, kept);
        space = wider;
      }
      piece.copy(space, kept);
      run(length, false);
    },
    end: () => {
      run(kept > 0 && space[kept - 1] === controlZ ? kept - 1 : kept, true);
    },
  };
}

/** A field's bytes with its escapes undone. */
export function fieldBytes({ bytes, from, to, quoting }: Split, index: number, dialect: Dialect): Buffer {
  const raw = bytes.subarray(from[index], to[index]);
  if (quoting[index] !== 2) return raw;
  const escape = (dialect.escape === "backslash" ? "\\" : dialect.quote).charCodeAt(0);
  const out = Buffer.allocUnsafe(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at++) {
    if (raw[at] === escape && at + 1 < raw.length) at++;
    out[length++] = raw[at]!;
  }
  return out.subarray(0, length);
}

/** A record as texts. */
export interface TextRecord {
  readonly fields: readonly string[];
  readonly quoted: readonly boolean[];
  readonly malformed: boolean;
  readonly line: number;
  readonly lines: number;
}

/** All records of whole bytes as texts. */
export function splitAll(bytes: Buffer, dialect: Dialect, decode: (bytes: Buffer) => string): TextRecord[] {
  const records: TextRecord[] = [];
  const splitter = makeSplitter(dialect, (record) => {
    const fields: string[] = [];
    const quoted: boolean[] = [];
    for (let index = 0; index < record.count; index++) {
      fields.push(decode(fieldBytes(record, index, dialect)));
      quoted.push(record.quoting[index] !== 0);
    }
    records.push({ fields, quoted, malformed: record.malformed, line: record.line, lines: record.lines });
  });
  splitter.push(bytes);
  splitter.end();
  return records;
}
