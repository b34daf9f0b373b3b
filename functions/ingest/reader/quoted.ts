import type { Dialect } from "./dialect";
import type { LineEnds } from "./lineEnds";

/** What the reader of quoted fields answers with. */
export const quoting = { closed: 0, unfinished: 1, wrong: 2 } as const;

/** Reads quoted fields; of the last one it knows where it stands. */
export interface QuotedFields {
  /** Reads the field whose quote is at `at`. With `lenient` a quote that a backslash precedes may close it. */
  readonly read: (src: Buffer, at: number, length: number, last: boolean, lenient: boolean) => number;
  /** Its text is `text[from..to)`: of the file's bytes, or where something was escaped, of a copy. */
  text: Buffer;
  from: number;
  to: number;
  /** Behind its quote and the blanks there; of one that isn't closed the end of the file. */
  end: number;
  /** The delimiter behind it, or the last byte of a line end. */
  next: number;
  /** Whether a line ends behind it. */
  endsLine: boolean;
  /** Line ends within it. */
  lines: number;
  /** Whether another reading is possible: `\",` is a quote in the text, or a backslash at its end. */
  doubtful: boolean;
}

export function quotedFields({ delimiter, quote, escape }: Dialect, ends: LineEnds): QuotedFields {
  const memory = Buffer;
  const tab = delimiter === 0x09 ? 0x20 : 0x09;
  const { closed, unfinished, wrong } = quoting;
  const lineEndAt = ends.lengthAt;
  let scratch = memory.alloc(4096);
  const none = memory.alloc(0);
  const field: QuotedFields = {
    read,
    text: none,
    from: 0,
    to: 0,
    end: 0,
    next: 0,
    endsLine: false,
    lines: 0,
    doubtful: false,
  };

  function copy(src: Buffer, from: number, to: number, at: number): number {
    if (at + to - from > scratch.length) {
      const larger = memory.alloc(2 * (at + to - from));
      scratch.copy(larger, 0, 0, at);
      scratch = larger;
    }
    let next = at;
    for (let i = from; i < to; i++) scratch[next++] = src[i]!;
    return next;
  }

  /** Finds the closing quote; `src[length]` is a line end. */
  function readText(src: Buffer, start: number, length: number, last: boolean, lenient: boolean): number {
    let copied = 0;
    let segment = start;
    let at = start;
    for (;;) {
      let byte = src[at]!;
      while (byte !== quote && byte !== 0x0a && byte !== escape) byte = src[++at]!;
      if (byte === 0x0a) {
        if (at >= length) {
          field.end = length;
          return last ? wrong : unfinished;
        }
        field.lines++;
        at++;
        continue;
      }
      if (at + 1 >= length && !last) return unfinished;
      const follows = at + 1 < length ? src[at + 1] : 0x0a;
      if (byte === quote) {
        if (follows !== quote) break;
        copied = copy(src, segment, at + 1, copied);
      } else {
        if (follows !== quote && follows !== escape) {
          at++;
          continue;
        }
        if (at + 2 >= length && !last) return unfinished;
        const behind = at + 2 < length ? src[at + 2] : 0x0a;
        if (follows === quote && (behind === delimiter || behind === 0x0a || behind === 0x0d)) {
          if (lenient) {
            at++;
            break;
          }
          field.doubtful = true;
        }
        copied = copy(src, segment, at, copied);
        copied = copy(src, at + 1, at + 2, copied);
      }
      at += 2;
      segment = at;
    }
    field.next = at + 1;
    field.from = start;
    field.to = at;
    field.text = src;
    if (segment > start) {
      field.to = copy(src, segment, at, copied);
      field.from = 0;
      field.text = scratch;
    }
    return closed;
  }

  function read(src: Buffer, at: number, length: number, last: boolean, lenient: boolean): number {
    field.lines = 0;
    field.doubtful = false;
    const state = readText(src, at + 1, length, last, lenient);
    if (state !== closed) return state;
    let { next } = field;
    while (src[next] === 0x20 || src[next] === tab) next++;
    field.end = next;
    if (next >= length && !last) return unfinished;
    const byte = src[next]!;
    field.endsLine = byte !== delimiter;
    if (byte === 0x0d) {
      const size = lineEndAt(src, next, length, last);
      if (size <= 0) return size < 0 ? unfinished : wrong;
      next += size - 1;
    } else if (byte !== delimiter && byte !== 0x0a) return wrong;
    field.next = next;
    return closed;
  }

  return field;
}
