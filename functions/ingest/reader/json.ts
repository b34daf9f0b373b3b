import { type ColumnSettings, type FieldReader, refused } from "./field";
import { hexDigits } from "./hexDigits";
import { utf8Counter } from "./utf8";

/**
 * Reads json and jsonb, whose binary form has a version before the text. What PostgreSQL refuses is refused: for jsonb
 * also \u0000, halves of surrogate pairs and numbers beyond numeric; and more than 500 levels, well below its own limit.
 */
export function jsonReader(_: ColumnSettings, binary: boolean): FieldReader {
  const characters = utf8Counter();
  const digitOf = hexDigits();
  const notJson = refused.json;
  const notUtf8 = refused.utf8;
  const nul = refused.nul;
  const mostLevels = 500;
  const words = ["true", "false", "null"];
  const escapes = Buffer.from('"\\/bfnrt');
  const isArray = new Uint8Array(mostLevels);

  const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
  const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

  /** The code of \uXXXX whose digits are at `at`; -1 where there are none. */
  function unit(src: Buffer, at: number): number {
    let value = 0;
    for (let i = at; i < at + 4; i++) {
      const digit = digitOf(src[i]!);
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  }

  /** Behind the text whose first quote is at `from`, -1 where there is none. */
  function behindText(src: Buffer, from: number, to: number): number {
    for (let at = from + 1; at < to; at++) {
      const byte = src[at]!;
      if (byte === 0x22) return at + 1;
      if (byte < 0x20) return -1;
      if (byte !== 0x5c) continue;
      const escaped = src[++at]!;
      if (escaped !== 0x75) {
        if (!escapes.includes(escaped)) return -1;
        continue;
      }
      const code = unit(src, at + 1);
      at += 4;
      if (code < 0) return -1;
      if (!binary) continue;
      if (code === 0 || (code >= 0xdc00 && code <= 0xdfff)) return -1;
      if (code < 0xd800 || code > 0xdbff) continue;
      const second = src[at + 1] === 0x5c && src[at + 2] === 0x75 ? unit(src, at + 3) : -1;
      if (second < 0xdc00 || second > 0xdfff) return -1;
      at += 6;
    }
    return -1;
  }

  function behindNumber(src: Buffer, from: number, to: number): number {
    let at = src[from] === 0x2d ? from + 1 : from;
    const start = at;
    while (at < to && isDigit(src[at]!)) at++;
    if (at === start || (src[start] === 0x30 && at > start + 1)) return -1;
    const whole = at - start;
    let behind = 0;
    if (at < to && src[at] === 0x2e) {
      const point = at++;
      while (at < to && isDigit(src[at]!)) at++;
      behind = at - point - 1;
      if (behind === 0) return -1;
    }
    let exponent = 0;
    if (at < to && (src[at]! | 0x20) === 0x65) {
      const sign = src[++at];
      if (sign === 0x2b || sign === 0x2d) at++;
      const digits = at;
      for (; at < to && isDigit(src[at]!); at++)
        exponent = exponent < 1e6 ? exponent * 10 + src[at]! - 0x30 : 1e6;
      if (at === digits) return -1;
      if (sign === 0x2d) exponent = 0 - exponent;
    }
    return binary && (whole + exponent > 131_072 || behind - exponent > 16_383) ? -1 : at;
  }

  function behindWord(src: Buffer, from: number, to: number): number {
    for (const word of words) {
      let i = 0;
      while (i < word.length && from + i < to && src[from + i] === word.charCodeAt(i)) i++;
      if (i === word.length) return from + i;
    }
    return -1;
  }

  function isJson(src: Buffer, from: number, to: number): boolean {
    let level = 0;
    let at = from;
    /** What must come: a value (after a comma or a colon), a key, or a comma or an end. */
    let expected: "value" | "first" | "key" | "firstKey" | "end" = "value";
    for (;;) {
      while (at < to && isBlank(src[at]!)) at++;
      if (at >= to) return level === 0 && expected === "end";
      const byte = src[at]!;
      if (expected === "end") {
        if (level === 0) return false;
        const array = isArray[level - 1] === 1;
        if (byte === 0x2c) expected = array ? "value" : "key";
        else if (byte === (array ? 0x5d : 0x7d)) level--;
        else return false;
        at++;
      } else if ((expected === "first" && byte === 0x5d) || (expected === "firstKey" && byte === 0x7d)) {
        level--;
        expected = "end";
        at++;
      } else if (expected === "key" || expected === "firstKey") {
        at = byte === 0x22 ? behindText(src, at, to) : -1;
        while (at < to && isBlank(src[at]!)) at++;
        if (at >= to || src[at] !== 0x3a) return false;
        at++;
        expected = "value";
      } else if (byte === 0x5b || byte === 0x7b) {
        if (level === mostLevels) return false;
        isArray[level++] = byte === 0x5b ? 1 : 0;
        expected = byte === 0x5b ? "first" : "firstKey";
        at++;
      } else {
        at =
          byte === 0x22
            ? behindText(src, at, to)
            : byte === 0x2d || isDigit(byte)
              ? behindNumber(src, at, to)
              : behindWord(src, at, to);
        expected = "end";
      }
    }
  }

  return (src, from, to, out, at) => {
    let all = 0;
    let next = at + 4;
    if (binary) out[next++] = 1;
    for (let i = from; i < to; i++) {
      const byte = src[i]!;
      if (byte === 0) return nul;
      all |= byte;
      out[next++] = byte;
    }
    if (all > 127 && characters(src, from, to) < 0) return notUtf8;
    if (!isJson(src, from, to)) return notJson;
    const length = next - at - 4;
    out[at] = length >> 24;
    out[at + 1] = length >> 16;
    out[at + 2] = length >> 8;
    out[at + 3] = length;
    return next;
  };
}
