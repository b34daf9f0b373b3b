import type { ValueFormat } from "../format";

/** A number as it was written, digit by digit: 0.d1d2d3… times 10^point. No zeros lead. */
export interface Digits {
  /** Begin at `first`; two places before it are free for carries. */
  digits: Uint8Array;
  first: number;
  count: number;
  point: number;
  /** Digits that were written behind the decimal sign, less the exponent: PostgreSQL's display scale. */
  scale: number;
  negative: boolean;
  /** Reads a field; false when it is no number. */
  parse(src: Buffer, from: number, to: number): boolean;
}

/** Makes the reader of every number that is more than a sign, digits and a decimal sign. Any length is exact. */
export function digitReader(format: ValueFormat): Digits {
  const memory = Buffer;
  const decimal = format.decimal.charCodeAt(0);
  const { parentheses } = format;
  const signs = format.currency.map((sign) => memory.from(sign));
  const blanks = [" ", "\u00a0", "\u2009", "\u202f"].map((blank) => memory.from(blank));
  const apostrophes = ["'", "\u2019"].map((apostrophe) => memory.from(apostrophe));
  const { thousands } = format;
  const separators =
    thousands === " "
      ? blanks
      : thousands === "'"
        ? apostrophes
        : thousands === ""
          ? []
          : [memory.from(thousands)];
  const first = 2;
  const mostExponent = 1_000_000;
  const number = { digits: new Uint8Array(64), first, count: 0, point: 0, scale: 0, negative: false, parse };

  /** The length of the one of the texts that stands at `at`, 0 where none does. */
  function lengthAt(texts: readonly Buffer[], src: Buffer, at: number, to: number): number {
    for (const text of texts) {
      let i = 0;
      while (i < text.length && at + i < to && src[at + i] === text[i]) i++;
      if (i === text.length) return i;
    }
    return 0;
  }

  function parse(src: Buffer, from: number, to: number): boolean {
    let at = from;
    let end = to;
    let signed = false;
    number.negative = false;
    if (parentheses && end - at > 2 && src[at] === 0x28 && src[end - 1] === 0x29) {
      number.negative = signed = true;
      at++;
      end--;
    }
    // A sign and a currency, in either order, with blanks behind the currency or before it.
    let priced = false;
    while (at < end) {
      const sign = src[at];
      const length = lengthAt(priced ? blanks : signs, src, at, end);
      if (length > 0) priced = true;
      else if (signed || (sign !== 0x2d && sign !== 0x2b)) break;
      else {
        signed = true;
        number.negative = sign === 0x2d;
      }
      at += length > 0 ? length : 1;
    }
    if (!priced) end = withoutSuffix(src, at, end);
    return parseDigits(src, at, end);
  }

  function withoutSuffix(src: Buffer, from: number, to: number): number {
    for (const text of signs) {
      let end = to - text.length;
      if (end <= from || lengthAt([text], src, end, to) === 0) continue;
      for (const blank of blanks) {
        const start = end - blank.length;
        if (start > from && lengthAt([blank], src, start, end) > 0) end = start;
      }
      return end;
    }
    return to;
  }

  function parseDigits(src: Buffer, from: number, end: number): boolean {
    if (number.digits.length < end - from + 4) number.digits = new Uint8Array(2 * (end - from) + 4);
    const digits = number.digits;
    let count = 0;
    let point = 0;
    let written = 0;
    let fraction = -1;
    // Digits since the last separator, once there was one.
    let group = -1;
    let at = from;
    for (; at < end; at++) {
      const code = src[at]!;
      const digit = code - 0x30;
      if (digit >= 0 && digit <= 9) {
        written++;
        if (group >= 0 && fraction < 0) group++;
        if (digit > 0 || count > 0) digits[first + count++] = digit;
        if (fraction >= 0) fraction++;
        if (fraction < 0 ? count > 0 : count === 0) point += fraction < 0 ? 1 : -1;
        continue;
      }
      if (code === decimal && fraction < 0) {
        fraction = 0;
        continue;
      }
      const length = fraction < 0 && written > 0 ? lengthAt(separators, src, at, end) : 0;
      if (length === 0) break;
      if (group < 0 ? written > 3 : group !== 3) return false;
      group = 0;
      at += length - 1;
    }
    if (written === 0 || (group >= 0 && group !== 3)) return false;
    let exponent = 0;
    if (at < end) {
      if ((src[at]! | 0x20) !== 0x65) return false;
      const sign = src[++at];
      if (sign === 0x2d || sign === 0x2b) at++;
      if (at >= end) return false;
      for (; at < end; at++) {
        const digit = src[at]! - 0x30;
        if (!(digit >= 0 && digit <= 9)) return false;
        exponent = exponent < mostExponent ? exponent * 10 + digit : mostExponent;
      }
      if (sign === 0x2d) exponent = 0 - exponent;
    }
    number.first = first;
    number.count = count;
    number.point = count === 0 ? 0 : point + exponent;
    number.scale = (fraction > 0 ? fraction : 0) - exponent;
    if (number.scale < 0) number.scale = 0;
    return true;
  }

  return number;
}
