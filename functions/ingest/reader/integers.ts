import { digitReader } from "./digits";
import { type ColumnSettings, type FieldReader, refused } from "./field";

/** Reads smallint, integer and bigint of 2, 4 and 8 bytes: 5411.0 and 54e2 are whole numbers too. */
export function integerReader({ format }: ColumnSettings, size: 2 | 4 | 8): FieldReader {
  const number = digitReader(format);
  const notWhole = refused.wholeNumber;
  const outOfRange = refused.range;
  const half = size === 2 ? 32768 : 2147483648;
  const word = 4294967296;

  /** `high` times 10^`shift` plus `low`, up to 19 digits. */
  function write64(
    high: number,
    shift: number,
    low: number,
    negative: boolean,
    out: Buffer,
    at: number,
  ): number {
    let factor = 1;
    for (let i = 0; i < shift; i++) factor *= 10;
    const rest = high % word;
    const lower = rest * factor + low;
    let upper = ((high - rest) / word) * factor + (lower - (lower % word)) / word;
    let lowest = lower % word;
    if (upper > half || (upper === half && (!negative || lowest > 0))) return outOfRange;
    if (negative) {
      upper = lowest === 0 ? 0 - upper : -1 - upper;
      lowest = lowest === 0 ? 0 : word - lowest;
    }
    out[at] = out[at + 1] = out[at + 2] = 0;
    out[at + 3] = 8;
    out[at + 4] = upper >> 24;
    out[at + 5] = upper >> 16;
    out[at + 6] = upper >> 8;
    out[at + 7] = upper;
    out[at + 8] = lowest >>> 24;
    out[at + 9] = lowest >>> 16;
    out[at + 10] = lowest >>> 8;
    out[at + 11] = lowest;
    return at + 12;
  }

  function write(value: number, negative: boolean, out: Buffer, at: number): number {
    if (value > half || (value === half && !negative)) return outOfRange;
    const signed = (negative ? 0 - value : value) | 0;
    out[at] = out[at + 1] = out[at + 2] = 0;
    out[at + 3] = size;
    if (size === 2) {
      out[at + 4] = signed >> 8;
      out[at + 5] = signed;
      return at + 6;
    }
    out[at + 4] = signed >> 24;
    out[at + 5] = signed >> 16;
    out[at + 6] = signed >> 8;
    out[at + 7] = signed;
    return at + 8;
  }

  /** What is more than digits. */
  function readOther(src: Buffer, from: number, to: number, out: Buffer, at: number): number {
    if (!number.parse(src, from, to)) return notWhole;
    const { digits, first, count, point, negative } = number;
    for (let i = point < 0 ? 0 : point; i < count; i++) if (digits[first + i] !== 0) return notWhole;
    if (point > 19) return outOfRange;
    let high = 0;
    let low = 0;
    for (let i = 0; i < point; i++) {
      const digit = i < count ? digits[first + i]! : 0;
      if (i < 15) high = high * 10 + digit;
      else low = low * 10 + digit;
    }
    if (size === 8) return write64(high, point > 15 ? point - 15 : 0, low, negative, out, at);
    return point > 15 ? outOfRange : write(high, negative, out, at);
  }

  return (src, from, to, out, at) => {
    let p = from;
    const sign = src[p];
    if (sign === 0x2d || sign === 0x2b) p++;
    while (p < to - 1 && src[p] === 0x30) p++;
    const digits = to - p;
    if (digits > 19 || digits === 0) return readOther(src, from, to, out, at);
    let value = 0;
    let low = 0;
    for (let i = 0; p < to; i++, p++) {
      const digit = src[p]! - 0x30;
      if (!(digit >= 0 && digit <= 9)) return readOther(src, from, to, out, at);
      if (i < 15) value = value * 10 + digit;
      else low = low * 10 + digit;
    }
    if (size === 8) return write64(value, digits > 15 ? digits - 15 : 0, low, sign === 0x2d, out, at);
    return digits > 15 ? outOfRange : write(value, sign === 0x2d, out, at);
  };
}
