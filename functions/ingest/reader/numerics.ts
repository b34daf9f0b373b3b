import { digitReader } from "./digits";
import { type ColumnSettings, type FieldReader, refused } from "./field";

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
  // Of so many characters the digits are below 2^31; and what is below the bound has two groups before the decimal sign.
  const mostSmall = bounded && scale >= 0 && scale <= 4 ? 9 : -1;
  const smallUnit = 10 ** scale;
  const smallLift = 10 ** (4 - scale);
  const smallBound = Math.min(bound, 100_000_000 * smallUnit, 2 ** 31);
  const smallFactors = Int32Array.from({ length: 5 }, (_, behind) => factor * 10 ** (scale - behind));

  function writeHead(
    out: Buffer,
    at: number,
    count: number,
    weight: number,
    negative: boolean,
    shown: number,
  ) {
    // Below 2^17: PostgreSQL's own bounds see to it.
    const length = 8 + 2 * count;
    out[at] = 0;
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
    const length = 1 + ((count - lead + 3) >> 2);
    let next = writeHead(out, at, length, (point - lead) / 4, number.negative !== flips, shown);
    for (let group = 0, i = lead - 4; group < length; group++, i += 4) {
      let value = 0;
      for (let j = i; j < i + 4; j++) value = value * 10 + (j >= 0 && j < count ? digits[first + j]! : 0);
      out[next++] = value >> 8;
      out[next++] = value;
    }
    return next;
  }

  /** A number of so many units that four groups hold it, in 32-bit arithmetic. */
  function writeSmall(units: number, negative: boolean, out: Buffer, at: number): number {
    const whole = (units / smallUnit) | 0;
    const fraction = (units - whole * smallUnit) * smallLift;
    const high = (whole / 10000) | 0;
    const low = whole - high * 10000;
    let next = at + 12;
    if (high > 0) {
      out[next++] = high >> 8;
      out[next++] = high;
    }
    if (low > 0 || (high > 0 && fraction > 0)) {
      out[next++] = low >> 8;
      out[next++] = low;
    }
    if (fraction > 0) {
      out[next++] = fraction >> 8;
      out[next++] = fraction;
    }
    const weight = high > 0 ? 1 : low > 0 || fraction === 0 ? 0 : -1;
    writeHead(out, at, (next - at - 12) >> 1, weight, negative && units > 0, scale);
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
    let point = -1;
    const start = p;
    if (to - p <= mostSmall) {
      let small = 0;
      for (; p < to; p++) {
        const code = src[p]!;
        if (code === decimal && point < 0) point = p;
        else if (code >= 0x30 && code <= 0x39) small = (small * 10 + code - 0x30) | 0;
        else return readExactly(src, from, to, out, at);
      }
      const behind = point < 0 ? 0 : to - point - 1;
      if (behind <= scale && to - start > (point < 0 ? 0 : 1)) {
        const units = small * smallFactors[behind]!;
        if (units < smallBound) return writeSmall(units | 0, negative, out, at);
      }
      p = start;
      point = -1;
    }
    let units = 0;
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
