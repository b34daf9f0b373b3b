import type { Dialect } from "./dialect";
import { type LineEnds, lineEndBytes } from "./lineEnds";

/** Gives up records that are malformed, and passes over those that are too long. */
export interface BrokenRecords {
  /**
   * Gives up the first line of the record at `start`; answers with where the next begins, -1 where more must be read to
   * tell. Where the record is longer than it may be, and no line of it would be a row, its quote is no stray one: then
   * it is passed over from `start` on.
   */
  readonly giveUp: (src: Buffer, start: number, length: number, last: boolean, long: boolean) => number;
  /** Passes over bytes from `from` on; answers with where they end. */
  readonly pass: (src: Buffer, from: number, length: number, last: boolean) => number;
  /** The end of the line that was given up. */
  lineEnd: number;
  /** Of the record that is passed over: 0 outside of one, else where in it. */
  passing: number;
  bytes: number;
  lines: number;
  /** How it begins. */
  text: string;
}

/**
 * @param blank what may stand before an opening quote; 256 for nothing.
 * @param isRow whether a line would be a row by itself.
 */
export function brokenRecords(
  { delimiter, quote, escape, cr }: Dialect,
  ends: LineEnds,
  maxRecordBytes: number,
  blank: number,
  isRow: (src: Buffer, from: number, to: number) => boolean,
): BrokenRecords {
  const findLineEnd = ends.find;
  const lineEndAt = ends.lengthAt;
  const behindRecord = lineEndBytes;
  const [inQuotes, quoteSeen, escaped, fieldStart, plain] = [1, 2, 3, 4, 5];
  const broken: BrokenRecords = { giveUp, pass, lineEnd: 0, passing: 0, bytes: 0, lines: 0, text: "" };

  /** Whether some line of the text would be a row: then the quote before it is a stray one. */
  function hasRow(src: Buffer, from: number, to: number): boolean {
    for (let at = from; at < to;) {
      const lineEnd = findLineEnd(src, at, to);
      if (lineEnd < 0) return false;
      if (isRow(src, at, lineEnd)) return true;
      at = lineEnd + 1;
    }
    return false;
  }

  function pass(src: Buffer, from: number, length: number, last: boolean): number {
    let at = from;
    let place = broken.passing;
    while (at < length && place > 0) {
      const byte = src[at++];
      if (byte === 0x0a) broken.lines++;
      if (place === escaped) place = inQuotes;
      else if (place === inQuotes) place = byte === quote ? quoteSeen : byte === escape ? escaped : inQuotes;
      else if (place === quoteSeen && byte === quote) place = inQuotes;
      else if (byte === 0x0a || byte === cr) place = 0;
      else if (place === fieldStart && byte === quote) place = inQuotes;
      else if (place === fieldStart && byte === blank) continue;
      else place = byte === delimiter ? fieldStart : plain;
    }
    broken.bytes += at - from;
    broken.passing = last ? 0 : place;
    return at;
  }

  function giveUp(src: Buffer, start: number, length: number, last: boolean, long: boolean): number {
    const most = start + maxRecordBytes;
    const lineEnd = findLineEnd(src, start, most + behindRecord < length ? most + behindRecord : length);
    if (lineEnd < 0 && !last && length - behindRecord <= most) return -1;
    broken.lineEnd = lineEnd < 0 ? length : lineEnd;
    const next = lineEnd < 0 ? length : lineEnd + lineEndAt(src, lineEnd, length, last);
    if (broken.lineEnd > most || (long && !hasRow(src, next, most))) {
      broken.passing = fieldStart;
      broken.bytes = broken.lines = 0;
      broken.text = src.toString("utf8", start, start + 1000 < length ? start + 1000 : length);
      return start;
    }
    return next < broken.lineEnd ? -1 : next;
  }

  return broken;
}
