import { type ColumnSettings, type FieldReader, refused } from "./field";
import { momentReader, patternParts } from "./dateTimePatterns";
import { zoneOffsets } from "./zones";

/** Reads date; of one with a time behind it the day is taken, as COPY does. */
export function dateReader({ format }: ColumnSettings): FieldReader {
  const { readPattern, readTime, readZone, days } = momentReader(format.dates);
  const notDate = refused.date;
  const hasTime = /h/i.test(patternParts(format.dates).join(""));
  return (src, from, to, out, at) => {
    let end = readPattern(src, from, to);
    if (end < 0) return notDate;
    const value = days();
    if (value !== value) return notDate;
    if (end < to) {
      if (hasTime) return notDate;
      if (src[end] === 0x20 || src[end] === 0x54 || src[end] === 0x74) {
        while (end + 1 < to && src[end + 1] === 0x20) end++;
        end = readTime(src, end + 1, to);
      }
      if (end < 0 || readZone(src, end, to) !== to) return notDate;
    }
    out[at] = out[at + 1] = out[at + 2] = 0;
    out[at + 3] = 4;
    out[at + 4] = value >> 24;
    out[at + 5] = value >> 16;
    out[at + 6] = value >> 8;
    out[at + 7] = value;
    return at + 8;
  };
}

/** Makes the writer of seconds and microseconds as a count of microseconds in 8 bytes. */
function microsWriter(): (seconds: number, micros: number, out: Buffer, at: number) => number {
  const word = 4294967296;
  return (seconds, micros, out, at) => {
    let low = seconds % word;
    if (low < 0) low += word;
    const high = (seconds - low) / word;
    const product = low * 1_000_000 + micros;
    const lower = product % word;
    const upper = high * 1_000_000 + (product - lower) / word;
    out[at] = out[at + 1] = out[at + 2] = 0;
    out[at + 3] = 8;
    out[at + 4] = upper >> 24;
    out[at + 5] = upper >> 16;
    out[at + 6] = upper >> 8;
    out[at + 7] = upper;
    out[at + 8] = lower >>> 24;
    out[at + 9] = lower >>> 16;
    out[at + 10] = lower >>> 8;
    out[at + 11] = lower;
    return at + 12;
  };
}

/** Reads time. */
export function timeReader(_: ColumnSettings): FieldReader {
  const { moment, readTime } = momentReader("ISO");
  const write = microsWriter();
  const notTime = refused.time;
  return (src, from, to, out, at) => {
    if (readTime(src, from, to) !== to) return notTime;
    return write(moment.seconds, moment.micros, out, at);
  };
}

/** Reads timestamp, whose zone doesn't count, and timestamptz, whose zone is the format's where it names none. */
export function timestampReader({ format }: ColumnSettings, withZone: boolean): FieldReader {
  const { timestamps, zone } = format;
  const iso = timestamps === "ISO";
  const { moment, readPattern, readTime, readZone, days } = momentReader(timestamps);
  const write = microsWriter();
  const offsets = withZone ? zoneOffsets(zone) : () => 0;
  const notTimestamp = refused.timestamp;
  return (src, from, to, out, at) => {
    let end = readPattern(src, from, to);
    if (end < 0) return notTimestamp;
    const day = days();
    if (day !== day) return notTimestamp;
    if (iso && end < to) {
      if (src[end] !== 0x20 && src[end] !== 0x54 && src[end] !== 0x74) return notTimestamp;
      while (end + 1 < to && src[end + 1] === 0x20) end++;
      end = readTime(src, end + 1, to);
    }
    if (end < 0 || (end < to && readZone(src, end, to) !== to)) return notTimestamp;
    const local = day * 86400 + moment.seconds;
    const offset = !withZone ? 0 : moment.zoned ? moment.offset : offsets(local);
    return write(local - offset, moment.micros, out, at);
  };
}
