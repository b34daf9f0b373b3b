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
    if (count === 0) return size === 8 ? write64(0, 0, 0, false, out, at) : write(0, false, out, at);
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

/**
 * Reads numeric, exactly whatever its length, multiplies it by `times` and rounds half away from zero to the column's
 * scale, as PostgreSQL does. Its binary form: digits to the base 10000, `weight` the place of the first, zeros at both
 * ends left out.
 */
export function numericReader({ args, times, format }: ColumnSettings): FieldReader {
  const number = digitReader(format);
  const notNumber = refused.number;
  const tooLarge = refused.precision;
  const decimal = format.decimal.charCodeAt(0);
  const [precision, scale = 0] = args;
  const bounded = precision !== undefined;
  // Of numeric without brackets: https://www.postgresql.org/docs/current/datatype-numeric.html
  const mostWhole = precision === undefined ? 131_072 : precision - scale;
  const mostScale = 16_383;
  const factor = times < 0 ? -times : times;
  const flips = times < 0;
  const exact = 2 ** 53;
  const powers = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
  const bound = precision !== undefined && precision <= 15 ? 10 ** precision : exact;
  const groups = new Int32Array(16);

  function writeHead(
    out: Buffer,
    at: number,
    count: number,
    weight: number,
    negative: boolean,
    shown: number,
  ) {
    const length = 8 + 2 * count;
    out[at] = length >> 24;
    out[at + 1] = length >> 16;
    out[at + 2] = length >> 8;
    out[at + 3] = length;
    out[at + 4] = count >> 8;
    out[at + 5] = count;
    out[at + 6] = weight >> 8;
    out[at + 7] = weight;
    out[at + 8] = negative ? 0x40 : 0;
    out[at + 9] = 0;
    out[at + 10] = shown >> 8;
    out[at + 11] = shown;
    return at + 12;
  }

  function multiply(): void {
    const { digits } = number;
    let carry = 0;
    for (let i = number.first + number.count - 1; i >= number.first; i--) {
      const product = digits[i]! * factor + carry;
      digits[i] = product % 10;
      carry = (product - (product % 10)) / 10;
    }
    if (carry === 0) return;
    digits[--number.first] = carry;
    number.count++;
    number.point++;
  }

  function round(): void {
    const { digits } = number;
    const kept = number.point + scale;
    if (kept >= number.count) return;
    const up = kept >= 0 && digits[number.first + kept]! >= 5;
    number.count = kept < 0 ? 0 : kept;
    if (!up) return;
    let i = number.first + kept - 1;
    while (i >= number.first && digits[i] === 9) digits[i--] = 0;
    if (i >= number.first) {
      digits[i]!++;
      return;
    }
    digits[--number.first] = 1;
    number.count++;
    number.point++;
  }

  function readExactly(src: Buffer, from: number, to: number, out: Buffer, at: number): number {
    if (!number.parse(src, from, to)) return notNumber;
    if (factor !== 1) multiply();
    if (bounded) round();
    const { digits, first, point } = number;
    let count = number.count;
    while (count > 0 && digits[first + count - 1] === 0) count--;
    const shown = bounded ? (scale > 0 ? scale : 0) : number.scale;
    if (shown > mostScale) return tooLarge;
    if (count === 0) return writeHead(out, at, 0, 0, false, shown);
    if (point > mostWhole) return tooLarge;
    // Digits of the first group: its place is a multiple of four from the decimal sign.
    let lead = point % 4;
    if (lead <= 0) lead += 4;
    const length = count <= lead ? 1 : 1 + ((count - lead + 3) >> 2);
    let next = writeHead(out, at, length, (point - lead) / 4, number.negative !== flips, shown);
    for (let group = 0, i = lead - 4; group < length; group++, i += 4) {
      let value = 0;
      for (let j = i; j < i + 4; j++) value = value * 10 + (j >= 0 && j < count ? digits[first + j]! : 0);
      out[next++] = value >> 8;
      out[next++] = value;
    }
    return next;
  }

  return (src, from, to, out, at) => {
    let p = from;
    let negative = flips;
    const sign = src[p];
    if (sign === 0x2d || sign === 0x2b) {
      if (sign === 0x2d) negative = !flips;
      p++;
    }
    let units = 0;
    let point = -1;
    const start = p;
    for (; p < to; p++) {
      const code = src[p]!;
      if (code === decimal && point < 0) {
        point = p;
        continue;
      }
      const digit = code - 0x30;
      if (!(digit >= 0 && digit <= 9)) return readExactly(src, from, to, out, at);
      units = units * 10 + digit;
    }
    const behind = point < 0 ? 0 : to - point - 1;
    const shown = bounded ? scale : behind;
    // No digit at all, or more than fit: 15 of them times 9 are still exact.
    if (to - start === (point < 0 ? 0 : 1) || units >= 1e15 || behind > 20 || shown > 15 || shown < 0)
      return readExactly(src, from, to, out, at);
    units *= factor;
    if (behind < shown) units *= powers[shown - behind]!;
    else if (behind > shown) {
      const divisor = powers[behind - shown]!;
      const rest = units % divisor;
      units = (units - rest) / divisor + (2 * rest >= divisor ? 1 : 0);
    }
    if (units >= bound) return units >= exact ? readExactly(src, from, to, out, at) : tooLarge;
    let count = 0;
    let fractions = 1;
    let whole: number;
    if (shown <= 4) {
      const unit = powers[shown]!;
      whole = units < 2147483648 ? (units / unit) | 0 : (units - (units % unit)) / unit;
      groups[count++] = (units - whole * unit) * powers[4 - shown]!;
    } else {
      fractions = (shown + 3) >> 2;
      const unit = powers[shown]!;
      let fraction = units % unit;
      whole = (units - fraction) / unit;
      // The last group has the digits that don't fill one.
      const filled = powers[shown - 4 * (fractions - 1)]!;
      groups[count++] = (fraction % filled) * powers[4 * fractions - shown]!;
      fraction = (fraction - (fraction % filled)) / filled;
      while (count < fractions) {
        groups[count++] = fraction % 10000;
        fraction = (fraction - (fraction % 10000)) / 10000;
      }
    }
    while (whole > 0) {
      const next = whole < 2147483648 ? (whole / 10000) | 0 : (whole - (whole % 10000)) / 10000;
      groups[count++] = whole - next * 10000;
      whole = next;
    }
    let first = 0;
    while (first < count && groups[first] === 0) first++;
    while (count > first && groups[count - 1] === 0) count--;
    const length = count - first;
    let next = writeHead(
      out,
      at,
      length,
      length === 0 ? 0 : count - fractions - 1,
      negative && length > 0,
      shown,
    );
    for (let i = count - 1; i >= first; i--) {
      const group = groups[i]!;
      out[next++] = group >> 8;
      out[next++] = group;
    }
    return next;
  };
}
