import type { FileFormat } from "../format";
import type { Fields } from "../table";
import { refused } from "./field";
import { type Layout, type Plan, flag } from "./plan";
import { utf8Counter } from "./utf8";

/** Why a record is not loaded, as the reader of records finds it. */
export interface Problem {
  /** A refusal's number, or what is wrong with the record. */
  what: number | "misquoted" | "too-long" | "fields" | "repeated-header" | { refused: string };
  /** The field's place, -1 for the whole record; of "fields", how many there are. */
  field: number;
  /** What stands in the field. */
  value: string;
}

export interface RecordReader {
  /**
   * Reads the records that end in `src[0..length)`; with `last` its end ends the last. One byte behind `length` is
   * written to. Answers with where the first lies that does not end there.
   */
  read(src: Buffer, length: number, last: boolean): number;
  /** The rows read since the last call, as binary COPY has them, in a buffer that is the caller's. */
  take(): { bytes: Buffer; rows: number };
  /** Lines before the record that comes next. */
  line(): number;
  /** Bytes of a record that is too long which were passed over; 0 outside of one. */
  passed(): number;
}

/** What stands behind a row's own values: framed as in COPY, so many of them; and whether the record's line comes behind. */
export interface Trailing {
  readonly bytes: Buffer;
  readonly count: number;
  readonly line: boolean;
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
  const { readers, flags, nulls, nullLengths, places, changed, transform } = plan;
  const memory = Buffer;
  const makeAnother = recordReader;
  const codeOf = (text: string): number => (text === "" ? 256 : text.charCodeAt(0));
  const delimiter = codeOf(layout.delimiter);
  const quote = codeOf(format.quote);
  const escape = format.escape === "backslash" ? 0x5c : quote;
  const comment = codeOf(format.comment);
  // A second \n where \r ends nothing.
  const cr = layout.newline === "\r" ? 0x0d : 0x0a;
  const tab = delimiter === 0x09 ? 0x20 : 0x09;
  const header = memory.from(layout.header);
  const headerLength = header.length === 0 ? -1 : header.length;
  const skipsHeader = format.repeatedHeader === "skip";
  const skipsEmpty = format.emptyRows === "skip";
  const cutsLong = format.longRows === "cut";
  const fillsShort = format.shortRows === "null";
  const count = layout.columns.length;
  const least = count - layout.spare;
  const values = plan.columns.length + trailing.count + (trailing.line ? 1 : 0);
  const tail = trailing.bytes;
  const tailLength = tail.length;
  const { leftOut, required, text: isText, trim, excel, emptyIsNull, changed: isChanged } = flag;
  const emptyField = refused.empty;
  const notUtf8 = refused.utf8;
  const characters = utf8Counter();
  const hasTransform = transform !== undefined;
  const fields: Fields = changed.map(() => null);
  const keepsLine = trailing.line;
  const slack = 64 + 4 * count + 16 + tailLength;
  const problem: Problem = { what: 0, field: -1, value: "" };

  let buffer = nextBuffer();
  let end = 0;
  let rows = 0;
  let line = layout.line;
  let scratch = memory.alloc(4096);
  // Of a record that is too long: 0 outside, else where in it.
  let passing = 0;
  let passedBytes = 0;
  let passedLines = 0;
  let passedText = "";
  // The end of the line that was given up.
  let givenUp = 0;
  let trial: RecordReader | undefined;
  let trialBuffer = memory.alloc(0);
  let trialRejects = 0;

  // As many as may stand between a record and what shows that it ended.
  const lineEndBytes = 2;
  const [inQuotes, quoteSeen, escaped, fieldStart, plain] = [1, 2, 3, 4, 5];

  function grow(bytes: number): Buffer {
    const larger = memory.allocUnsafeSlow(2 * buffer.length + bytes);
    buffer.copy(larger);
    buffer = larger;
    return larger;
  }

  function copyToScratch(src: Buffer, from: number, to: number, at: number): number {
    if (at + to - from > scratch.length) {
      const larger = memory.alloc(2 * (at + to - from));
      scratch.copy(larger, 0, 0, at);
      scratch = larger;
    }
    let next = at;
    for (let i = from; i < to; i++) scratch[next++] = src[i]!;
    return next;
  }

  /** Whether the field is one of the texts that mean NULL. */
  function isNull(src: Buffer, from: number, to: number, field: number): boolean {
    for (const text of nulls[field]!) {
      if (text.length !== to - from) continue;
      let i = 0;
      while (i < text.length && src[from + i] === text[i]) i++;
      if (i === text.length) return true;
    }
    return false;
  }

  /** The length of the blank at `at`: a space, white space of ASCII, or a no-break space. */
  function blankAt(src: Buffer, at: number, to: number): number {
    const byte = src[at]!;
    if (byte === 0x20 || (byte >= 9 && byte <= 13)) return 1;
    if (byte === 0xc2 && at + 1 < to && src[at + 1] === 0xa0) return 2;
    return 0;
  }

  function trimmedStart(src: Buffer, from: number, to: number): number {
    let at = from;
    for (let length = 1; at < to && length > 0; at += length) length = blankAt(src, at, to);
    return at;
  }

  function trimmedEnd(src: Buffer, from: number, to: number): number {
    let at = to;
    while (at > from) {
      if (blankAt(src, at - 1, to) === 1) at--;
      else if (at - 1 > from && blankAt(src, at - 2, at) === 2) at -= 2;
      else break;
    }
    return at;
  }

  /** The length of the line end at `at`; 0 where there is none, -1 where more must be read to tell. */
  function lineEndAt(src: Buffer, at: number, length: number, last: boolean): number {
    if (src[at] === 0x0a) return 1;
    if (src[at] !== 0x0d) return 0;
    if (at + 1 >= length) return last ? 1 : -1;
    if (src[at + 1] === 0x0a) return 2;
    if (cr === 0x0d) return 1;
    if (src[at + 1] !== 0x0d) return 0;
    if (at + 2 >= length) return last ? 2 : -1;
    return src[at + 2] === 0x0a ? 3 : 0;
  }

  /** Where the line ends that begins at `from`: at its line end's first byte; -1 when that is not before `to`. */
  function lineEndBehind(src: Buffer, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = src[at];
      if (byte !== 0x0a && byte !== cr) continue;
      let start = at;
      for (let i = 0; i < 2 && byte === 0x0a && start > from && src[start - 1] === 0x0d; i++) start--;
      return start;
    }
    return -1;
  }

  function note(what: Problem["what"], field: number, src: Buffer, from: number, to: number): void {
    problem.what = what;
    problem.field = field;
    problem.value = src.toString("utf8", from, to - from > 400 ? from + 400 : to);
  }

  /** Behind the comment or the given-up line that begins at `from`; -1 when it doesn't end in the text. */
  function behindLine(src: Buffer, from: number, length: number, last: boolean): number {
    const at = lineEndBehind(src, from, length);
    if (at < 0) return last ? length : -1;
    const size = lineEndAt(src, at, length, last);
    return size < 0 ? -1 : at + size;
  }

  /** Whether some line of the text would be a row by itself: then the quote before it is a stray one. */
  function hasRow(src: Buffer, from: number, to: number): boolean {
    const rowBuffer = memory.alloc(4096);
    trial ??= makeAnother({
      ...options,
      nextBuffer: () => rowBuffer,
      reject: () => {
        trialRejects++;
        return true;
      },
    });
    for (let at = from; at < to;) {
      const lineEnd = lineEndBehind(src, at, to);
      if (lineEnd < 0) return false;
      const length = lineEnd - at;
      if (trialBuffer.length <= length) trialBuffer = memory.alloc(2 * length + 1);
      src.copy(trialBuffer, 0, at, lineEnd);
      trialRejects = 0;
      trial.read(trialBuffer, length, true);
      const { rows: good } = trial.take();
      if (good === 1 && trialRejects === 0) return true;
      at = lineEnd + 1;
    }
    return false;
  }

  /** Passes over the bytes of a record that is too long; answers with where they end. */
  function pass(src: Buffer, from: number, length: number, last: boolean): number {
    let at = from;
    while (at < length && passing > 0) {
      const byte = src[at++];
      if (byte === 0x0a) passedLines++;
      if (passing === escaped) passing = inQuotes;
      else if (passing === inQuotes)
        passing = byte === quote ? quoteSeen : byte === escape ? escaped : inQuotes;
      else if (passing === quoteSeen && byte === quote) passing = inQuotes;
      else if (byte === 0x0a || byte === cr) passing = 0;
      else if (passing === fieldStart && byte === quote) passing = inQuotes;
      else passing = byte === delimiter ? fieldStart : plain;
    }
    passedBytes += at - from;
    if (last) passing = 0;
    return at;
  }

  /**
   * Gives up the first line of a record; answers with where the next begins, -1 where more must be read to tell. Where the
   * record is longer than it may be, and no line of it would be a row, its quote is no stray one: then it is passed over.
   */
  function giveUp(src: Buffer, start: number, length: number, last: boolean, long: boolean): number {
    const most = start + maxRecordBytes;
    const lineEnd = lineEndBehind(src, start, most + lineEndBytes < length ? most + lineEndBytes : length);
    if (lineEnd < 0 && !last && length - lineEndBytes <= most) return -1;
    givenUp = lineEnd < 0 ? length : lineEnd;
    const next = lineEnd < 0 ? length : lineEnd + lineEndAt(src, lineEnd, length, last);
    if (givenUp > most || (long && !hasRow(src, next, most))) {
      passing = fieldStart;
      passedLines = 0;
      passedText = src.toString("utf8", start, start + 1000 < length ? start + 1000 : length);
      return start;
    }
    if (next < givenUp) return -1;
    note(long ? "too-long" : "misquoted", -1, src, 0, 0);
    return next;
  }

  function read(src: Buffer, length: number, last: boolean): number {
    let p = 0;
    let out = buffer;
    let at = end;
    let limit = out.length - slack;
    // Names of this function's own are read faster, once a byte.
    const separator = delimiter;
    const lineEnd = cr;
    // The second reading of a record with a backslash before a quote.
    let lenient = false;
    // So that no loop has to look for the end.
    const behind = src[length]!;
    src[length] = 0x0a;
    while (p < length) {
      if (passing > 0) {
        p = pass(src, p, length, last);
        if (passing > 0) break;
        problem.what = "too-long";
        problem.field = -1;
        problem.value = "";
        if (!reject(problem, p - passedBytes, line + 1, passedText)) break;
        line += passedLines;
        passedBytes = 0;
        continue;
      }
      const start = p;
      if (src[p] === comment) {
        const next = behindLine(src, p, length, last);
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
      /** 0: the record ends; 1: not in this text; 2: its quotes are wrong. */
      let state = 0;
      let recordEnd = 0;
      for (;;) {
        let from = p;
        let to = p;
        let text = src;
        let quoted = false;
        let next = p;
        let byte = src[p]!;
        if (byte === quote) {
          quoted = true;
          let copied = 0;
          let segment = p + 1;
          next = segment;
          for (;;) {
            byte = src[next]!;
            while (byte !== quote && byte !== 0x0a && byte !== escape) byte = src[++next]!;
            if (byte === 0x0a) {
              if (next >= length) {
                state = last ? 2 : 1;
                recordEnd = length;
                break;
              }
              lines++;
              next++;
              continue;
            }
            if (next + 1 >= length && !last) {
              state = 1;
              break;
            }
            const follows = next + 1 < length ? src[next + 1] : 0x0a;
            if (byte === quote) {
              if (follows !== quote) break;
              copied = copyToScratch(src, segment, next + 1, copied);
            } else {
              if (follows !== quote && follows !== escape) {
                next++;
                continue;
              }
              if (next + 2 >= length && !last) {
                state = 1;
                break;
              }
              const behind = next + 2 < length ? src[next + 2] : 0x0a;
              if (follows === quote && (behind === delimiter || behind === 0x0a || behind === 0x0d)) {
                if (lenient) {
                  next++;
                  break;
                }
                doubtful = true;
              }
              copied = copyToScratch(src, segment, next, copied);
              copied = copyToScratch(src, next + 1, next + 2, copied);
            }
            next += 2;
            segment = next;
          }
          if (state !== 0) break;
          from = p + 1;
          to = next;
          if (segment > from) {
            to = copyToScratch(src, segment, next, copied);
            from = 0;
            text = scratch;
          }
          next++;
          while (src[next] === 0x20 || src[next] === tab) next++;
          recordEnd = next;
          if (next >= length && !last) {
            state = 1;
            break;
          }
          byte = src[next]!;
          if (byte === 0x0d) {
            const size = lineEndAt(src, next, length, last);
            if (size <= 0) {
              state = size < 0 ? 1 : 2;
              break;
            }
            byte = 0x0a;
            next += size - 1;
          } else if (byte !== delimiter && byte !== 0x0a) {
            state = 2;
            break;
          }
        } else {
          while (byte !== separator && byte !== 0x0a && byte !== lineEnd) byte = src[++to]!;
          next = to;
          if (byte !== delimiter) {
            if (next >= length && !last) {
              state = 1;
              break;
            }
            if (byte === 0x0a) {
              if (to > from && src[to - 1] === 0x0d) {
                to--;
                if (to > from && src[to - 1] === 0x0d) to--;
              }
            } else {
              const size = lineEndAt(src, next, length, last);
              if (size < 0) {
                state = 1;
                break;
              }
              byte = 0x0a;
              next += size - 1;
            }
            recordEnd = to;
          }
        }

        filled |= to - from;
        const bits = field < count ? flags[field]! : leftOut;
        if ((bits & leftOut) === 0 && refusal === 0) {
          if (to > from && (bits & (excel | trim)) !== 0) {
            const first = text[from]!;
            if (
              first === 0x3d &&
              (bits & excel) !== 0 &&
              to - from > 2 &&
              text[from + 1] === 0x22 &&
              text[to - 1] === 0x22
            ) {
              from += 2;
              to--;
            }
            if ((bits & trim) !== 0 && to > from) {
              const ending = text[to - 1]!;
              if (first <= 0x20 || ending <= 0x20 || first === 0xc2 || ending === 0xa0) {
                from = trimmedStart(text, from, to);
                to = trimmedEnd(text, from, to);
              }
            }
          }
          const size = to - from;
          if (at + size > limit) {
            end = at;
            out = grow(size + slack);
            limit = out.length - slack;
          }
          let absent = false;
          if (size === 0)
            absent = (bits & isText) === 0 || (!quoted && (bits & (emptyIsNull | required)) !== 0);
          else if (!quoted && size < 32 && (nullLengths[field]! & (1 << size)) !== 0)
            absent = isNull(text, from, to, field);
          if ((bits & isChanged) !== 0) {
            if (!absent && characters(text, from, to) < 0) refusal = notUtf8;
            fields[places[field]!] = absent ? null : text.toString("utf8", from, to);
          } else if (absent) {
            if ((bits & required) !== 0) refusal = emptyField;
            out[at] = out[at + 1] = out[at + 2] = out[at + 3] = 0xff;
            at += 4;
          } else if (size === 0) {
            out[at] = out[at + 1] = out[at + 2] = out[at + 3] = 0;
            at += 4;
          } else {
            const written = readers[field]!(text, from, to, out, at);
            if (written < 0) refusal = written;
            else at = written;
          }
          if (refusal !== 0) note(0 - refusal, field, text, from, to);
        }
        field++;
        p = next + 1;
        if (byte === delimiter) continue;
        // A quoted empty text is a value where it is all that a record has.
        if (field === 1 && quoted && count === 1) filled = 1;
        break;
      }

      const size = (state === 1 ? length - lineEndBytes : recordEnd) - start;
      const wrong = state === 0 && (field < least || field > count);
      const long = size > maxRecordBytes;
      if (doubtful && !lenient && (state === 2 || wrong || long)) {
        // `\",` may be a quote in the text or a backslash at its end: the first reading didn't fit.
        lenient = true;
        p = start;
        at = row;
        continue;
      }
      lenient = false;
      if (state === 2 || long) {
        at = row;
        p = start;
        const next = giveUp(src, start, length, last, long);
        if (next < 0) break;
        if (passing === 0 && !reject(problem, start, line + 1, src.toString("utf8", start, givenUp))) break;
        p = next;
        if (passing === 0) line++;
        continue;
      }
      if (state === 1) {
        at = row;
        p = start;
        break;
      }

      let keep = true;
      let known = true;
      if (filled === 0 && skipsEmpty) keep = false;
      else if (
        recordEnd - start === headerLength &&
        src[start] === header[0] &&
        src.compare(header, 0, headerLength, start, recordEnd) === 0
      ) {
        keep = !skipsHeader;
        note("repeated-header", -1, src, 0, 0);
        known = false;
      } else if (
        wrong &&
        !(field > count && (cutsLong || (field === count + 1 && src[recordEnd - 1] === delimiter)))
      ) {
        if (field < least && fillsShort) {
          for (let i = field; i < count && refusal === 0; i++) {
            const bits = flags[i]!;
            if ((bits & leftOut) !== 0) continue;
            if ((bits & isChanged) !== 0) fields[places[i]!] = null;
            else {
              if ((bits & required) !== 0) {
                refusal = emptyField;
                note(0 - refusal, i, src, 0, 0);
              }
              out[at] = out[at + 1] = out[at + 2] = out[at + 3] = 0xff;
              at += 4;
            }
          }
          known = refusal === 0;
        } else {
          note("fields", field, src, 0, 0);
          known = false;
        }
      } else known = refusal === 0;
      if (keep && known && hasTransform) {
        end = at;
        known = addChanged(recordEnd - start);
        out = buffer;
        limit = out.length - slack;
        at = end;
      }
      if (keep && known) {
        for (let i = 0; i < tailLength; i++) out[at++] = tail[i]!;
        if (keepsLine) {
          out[at] = out[at + 1] = out[at + 2] = 0;
          out[at + 3] = 8;
          for (let i = 4; i < 8; i++) out[at + i] = 0;
          const place = line + 1;
          out[at + 8] = place >> 24;
          out[at + 9] = place >> 16;
          out[at + 10] = place >> 8;
          out[at + 11] = place;
          at += 12;
        }
        rows++;
      } else {
        at = row;
        if (keep && !reject(problem, start, line + 1, src.toString("utf8", start, recordEnd))) break;
      }
      line += lines;
    }
    end = at;
    src[length] = behind;
    return p < length ? p : length;
  }

  /** Adds what the transform makes of the fields; false, with the problem noted, when it refuses them. */
  function addChanged(bytes: number): boolean {
    const answer = transform!(fields.slice());
    if (typeof answer === "string") {
      note({ refused: answer }, -1, scratch, 0, 0);
      return false;
    }
    for (let i = 0; i < changed.length; i++) {
      const { reader, flags: bits } = changed[i]!;
      const field = places.indexOf(i);
      const value = answer[i] ?? null;
      let from = 0;
      let to = 0;
      if (value !== null) {
        if (scratch.length < 3 * value.length) scratch = memory.alloc(6 * value.length);
        to = scratch.write(value);
        if ((bits & trim) !== 0) {
          from = trimmedStart(scratch, 0, to);
          to = trimmedEnd(scratch, from, to);
        }
      }
      if (end + to + slack + bytes > buffer.length) grow(to + slack + bytes);
      const out = buffer;
      if (from < to) {
        const written = reader(scratch, from, to, out, end);
        if (written < 0) {
          note(0 - written, field, scratch, from, to);
          return false;
        }
        end = written;
        continue;
      }
      const isNullValue = value === null || (bits & isText) === 0;
      if (isNullValue && (bits & required) !== 0) {
        note(0 - emptyField, field, scratch, 0, 0);
        return false;
      }
      out[end] = out[end + 1] = out[end + 2] = out[end + 3] = isNullValue ? 0xff : 0;
      end += 4;
    }
    return true;
  }

  return {
    read,
    take: () => {
      const taken = { bytes: buffer.subarray(0, end), rows };
      buffer = nextBuffer();
      end = 0;
      rows = 0;
      return taken;
    },
    line: () => line,
    passed: () => (passing > 0 ? passedBytes : 0),
  };
}
