import type { FileFormat } from "../format";
import { blanks } from "./blanks";
import { brokenRecords } from "./broken";
import { changesOf } from "./changes";
import { dialectOf } from "./dialect";
import { lineEndBytes, lineEnds } from "./lineEnds";
import { noRecords } from "./noRecords";
import { type Layout, type Plan, flag } from "./plan";
import { oddFields } from "./oddFields";
import { type Problem, problemNote } from "./problem";
import { quotedFields, quoting } from "./quoted";
import { type Trailing, rowEnd } from "./rowEnd";
import { rowsIn } from "./rows";

export type { Problem } from "./problem";
export type { Trailing } from "./rowEnd";

export interface RecordReader {
  /**
   * Reads the records that end in `src[0..length)`; with `last` its end ends the last. One byte behind `length` is
   * written to. Answers with where the first lies that does not end there.
   */
  readonly read: (src: Buffer, length: number, last: boolean) => number;
  /** The rows read since the last call, as binary COPY has them, in a buffer that is the caller's. */
  readonly take: () => { bytes: Buffer; rows: number };
  /** Lines before the record that comes next. */
  readonly line: () => number;
  /** Bytes of a record that is too long which were passed over; 0 outside of one. */
  readonly passed: () => number;
}

export interface RecordOptions {
  readonly layout: Layout;
  readonly plan: Plan;
  readonly format: FileFormat;
  readonly maxRecordBytes: number;
  readonly trailing: Trailing;
  /** An empty buffer for rows. */
  readonly nextBuffer: () => Buffer;
  /**
   * Hears of a record that is not loaded: its place beside `src[0]`, its line, and its text, of one that is too long its
   * beginning. Answers false to stop there.
   */
  readonly reject: (problem: Problem, place: number, line: number, record: string) => boolean;
}

/**
 * Makes the reader that turns a file's bytes into rows, without a text, an array or an object for a row or a field.
 *
 * Each of \n, \r\n and \r\r\n ends a record outside quotes, and a lone \r where it ended the header. Of a malformed record
 * only the first line is given up, so that a stray quote doesn't swallow what follows it.
 */
export function recordReader(options: RecordOptions): RecordReader {
  const { layout, plan, format, maxRecordBytes, trailing, nextBuffer, reject } = options;
  const { readers, flags, oddFirst, oddLast } = plan;
  const memory = Buffer;
  const makeAnother = recordReader;
  const dialect = dialectOf(layout, format);
  const { delimiter, quote, comment, cr } = dialect;
  const blank = delimiter === 0x20 ? 256 : 0x20;
  const skipsHeader = format.repeatedHeader === "skip";
  const { isBlank, isHeader } = noRecords(layout, format);
  const count = layout.columns.length;
  const least = count - layout.spare;
  const values = plan.columns.length + trailing.count + (trailing.line ? 1 : 0);
  const { leftOut, text: isText, changed: isChanged, indented } = flag;
  const { closed, unfinished, wrong } = quoting;
  const behindRecord = lineEndBytes;
  const hasTransform = plan.transform !== undefined;
  const slack = 64 + 4 * count + 16 + trailing.bytes.length;
  const { problem, note } = problemNote();
  const rows = rowsIn(nextBuffer);
  const ends = lineEnds(cr);
  const lineEndAt = ends.lengthAt;
  const trimmed = blanks();
  const quoted = quotedFields(dialect, ends);
  const readQuoted = quoted.read;
  const broken = brokenRecords(dialect, ends, maxRecordBytes, plan.indented ? blank : 256, isRow);
  const changes = changesOf(plan, rows, trimmed, note, slack);
  const odd = oddFields(plan, rows, changes, trimmed, note, slack);
  const readOdd = odd.read;
  const changed = hasTransform ? changes : undefined;
  const complete = rowEnd(layout, format, trailing, rows, odd, changed, note);
  let line = layout.line;
  let trial: RecordReader | undefined;
  let trialLine = memory.alloc(0);
  let trialRejects = 0;
  const trialBuffer = memory.alloc(4096);

  /** Whether the line would be a row by itself. */
  function isRow(src: Buffer, from: number, to: number): boolean {
    const hear = (): boolean => {
      trialRejects++;
      return true;
    };
    trial ??= makeAnother({ ...options, nextBuffer: () => trialBuffer, reject: hear });
    const length = to - from;
    if (trialLine.length <= length) trialLine = memory.alloc(2 * length + 1);
    src.copy(trialLine, 0, from, to);
    trialRejects = 0;
    trial.read(trialLine, length, true);
    return trial.take().rows === 1 && trialRejects === 0;
  }

  function read(src: Buffer, length: number, last: boolean): number {
    let p = 0;
    let out = rows.bytes;
    let at = rows.end;
    let limit = out.length - slack;
    // Names of this function's own are read faster, once a byte.
    const separator = delimiter;
    const lineEnd = cr;
    const highest = separator > lineEnd ? separator : lineEnd;
    // Of a record that is read again: 1 with a backslash that may end a field, 2 with quotes behind blanks as characters.
    let reading = 0;
    // So that no loop has to look for the end.
    const behind = src[length]!;
    src[length] = 0x0a;
    while (p < length) {
      if (broken.passing > 0) {
        p = broken.pass(src, p, length, last);
        if (broken.passing > 0) break;
        note("too-long", -1, src, 0, 0);
        if (!reject(problem, p - broken.bytes, line + 1, broken.text)) break;
        line += broken.lines;
        continue;
      }
      const start = p;
      if (src[p] === comment) {
        const next = ends.behind(src, p, length, last);
        if (next < 0) break;
        p = next;
        line++;
        continue;
      }
      const row = at;
      out[at] = values >> 8;
      out[at + 1] = values;
      at += 2;
      let field = 0;
      let lines = 1;
      let filled = 0;
      let refusal = 0;
      let doubtful = false;
      let opened = false;
      let state: number = closed;
      let recordEnd = 0;
      for (;;) {
        let from = p;
        let to: number;
        let text = src;
        let inQuotes = false;
        let byte = src[p]!;
        const bits = field < count ? flags[field]! : leftOut;
        if (byte === blank && (bits & indented) !== 0 && reading < 2) {
          while (byte === blank) byte = src[++p]!;
          opened ||= byte === quote;
        }
        if (byte !== quote) {
          while (byte > highest || (byte !== separator && byte !== 0x0a && byte !== lineEnd))
            byte = src[++p]!;
          to = p;
          if (byte !== separator) {
            if (p >= length && !last) {
              state = unfinished;
              break;
            }
            if (byte === 0x0a) {
              if (to > from && src[to - 1] === 0x0d) {
                to--;
                if (to > from && src[to - 1] === 0x0d) to--;
              }
            } else {
              const size = lineEndAt(src, p, length, last);
              if (size < 0) {
                state = unfinished;
                break;
              }
              p += size - 1;
            }
            recordEnd = to;
          }
        } else {
          inQuotes = true;
          state = readQuoted(src, p, length, last, reading === 1);
          recordEnd = quoted.end;
          lines += quoted.lines;
          doubtful ||= quoted.doubtful;
          if (state !== closed) break;
          ({ text, from, to, next: p } = quoted);
          byte = quoted.endsLine ? 0x0a : separator;
        }
        const size = to - from;
        filled |= size;
        if (((bits & leftOut) | refusal) === 0) {
          let written: number;
          if (
            size > 0 &&
            at + size <= limit &&
            (bits & isChanged) === 0 &&
            (oddFirst[text[from]!]! | oddLast[text[to - 1]!]!) === 0
          ) {
            // Where all that a call reaches is one function's, it is inlined.
            written =
              (bits & isText) !== 0
                ? readers[field]!(text, from, to, out, at)
                : readers[field]!(text, from, to, out, at);
            if (written < 0) note(written, field, text, from, to);
          } else {
            rows.end = at;
            written = readOdd(text, from, to, field, inQuotes);
            out = rows.bytes;
            limit = out.length - slack;
          }
          if (written < 0) refusal = written;
          else at = written;
        }
        field++;
        p++;
        if (byte === separator) continue;
        // A quoted empty text is a value where it is all that a record has.
        if (field === 1 && inQuotes && count === 1) filled = 1;
        break;
      }

      const size = (state === unfinished ? length - behindRecord : recordEnd) - start;
      const long = size > maxRecordBytes;
      const misfits = state === closed && (field < least || field > count);
      const fails = state === wrong || long;
      reading = doubtful && reading === 0 && (fails || misfits) ? 1 : opened && fails ? 2 : 0;
      if (fails || reading > 0 || state === unfinished) {
        at = row;
        p = start;
        if (reading > 0) continue;
        if (!fails) break;
        const next = broken.giveUp(src, start, length, last, long);
        if (next < 0) break;
        if (broken.passing > 0) continue;
        note(long ? "too-long" : "misquoted", -1, src, 0, 0);
        if (!reject(problem, start, line + 1, src.toString("utf8", start, broken.lineEnd))) break;
        p = next;
        line++;
        continue;
      }

      let keep = !isBlank(src, start, recordEnd, field, filled);
      let known = false;
      if (keep && isHeader(src, start, recordEnd)) {
        keep = !skipsHeader;
        note("repeated-header", -1, src, 0, 0);
      } else if (keep) {
        rows.end = at;
        known = complete(src, recordEnd, field, refusal, line + 1);
        out = rows.bytes;
        limit = out.length - slack;
        at = rows.end;
      }
      if (known) rows.count++;
      else {
        at = row;
        if (keep && !reject(problem, start, line + 1, src.toString("utf8", start, recordEnd))) break;
      }
      line += lines;
    }
    rows.end = at;
    src[length] = behind;
    return p < length ? p : length;
  }

  return {
    read,
    take: rows.take,
    line: () => line,
    passed: () => (broken.passing > 0 ? broken.bytes : 0),
  };
}
