import { type ColumnSettings, type FieldReader, refused } from "./field";
import { hexDigits } from "./hexDigits";
import { utf8Counter } from "./utf8";

/** Reads text, and varchar and char whose `length` counts characters; blanks at the end don't count, as in PostgreSQL. */
export function textReader({ args }: ColumnSettings): FieldReader {
  const characters = utf8Counter();
  const notUtf8 = refused.utf8;
  const nul = refused.nul;
  const tooLong = refused.length;
  const most = args[0] ?? 2 ** 31;
  return (src, from, to, out, at) => {
    let all = 0;
    let next = at + 4;
    for (let i = from; i < to; i++) {
      const byte = src[i]!;
      if (byte === 0) return nul;
      all |= byte;
      out[next++] = byte;
    }
    const length = to - from;
    if (all > 127) {
      const count = characters(src, from, to);
      if (count < 0) return notUtf8;
      if (count > most && !isBlank(src, to, count - most)) return tooLong;
    } else if (length > most && !isBlank(src, to, length - most)) return tooLong;
    out[at] = length >> 24;
    out[at + 1] = length >> 16;
    out[at + 2] = length >> 8;
    out[at + 3] = length;
    return next;
  };

  /** Whether the last `count` bytes are blanks. */
  function isBlank(src: Buffer, to: number, count: number): boolean {
    for (let i = to - count; i < to; i++) if (src[i] !== 0x20) return false;
    return true;
  }
}

/** Reads the labels of an enumeration. */
export function enumReader({ values }: ColumnSettings): FieldReader {
  const memory = Buffer;
  const labels = values.map((value) => memory.from(value));
  const unknown = refused.enumeration;
  return (src, from, to, out, at) => {
    const length = to - from;
    for (const label of labels) {
      if (label.length !== length) continue;
      let i = 0;
      while (i < length && src[from + i] === label[i]) i++;
      if (i < length) continue;
      // PostgreSQL's labels have 63 bytes at most.
      out[at] = out[at + 1] = out[at + 2] = 0;
      out[at + 3] = length;
      for (i = 0; i < length; i++) out[at + 4 + i] = label[i]!;
      return at + 4 + length;
    }
    return unknown;
  };
}

/** Reads boolean: the format's words, in any case. */
export function booleanReader({ format }: ColumnSettings): FieldReader {
  const memory = Buffer;
  const wordsOf = (words: readonly string[], value: number) =>
    words.map((word) => ({ bytes: memory.from(word.toLowerCase()), value }));
  const words = [...wordsOf(format.booleans.true, 1), ...wordsOf(format.booleans.false, 0)];
  const unknown = refused.boolean;
  return (src, from, to, out, at) => {
    const length = to - from;
    for (const { bytes, value } of words) {
      if (bytes.length !== length) continue;
      let i = 0;
      for (; i < length; i++) {
        const byte = src[from + i]!;
        if ((byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte) !== bytes[i]) break;
      }
      if (i < length) continue;
      out[at] = out[at + 1] = out[at + 2] = 0;
      out[at + 3] = 1;
      out[at + 4] = value;
      return at + 5;
    }
    return unknown;
  };
}

/** Reads uuid as PostgreSQL does: in any case, in braces or not, a dash after any four digits or none. */
export function uuidReader(_: ColumnSettings): FieldReader {
  const digit = hexDigits();
  const notUuid = refused.uuid;
  return (src, from, to, out, at) => {
    const braces = src[from] === 0x7b;
    const end = braces ? to - 1 : to;
    if (braces && src[end] !== 0x7d) return notUuid;
    let p = braces ? from + 1 : from;
    for (let i = 0; i < 16; i++) {
      const high = digit(src[p]!);
      const low = digit(src[p + 1]!);
      if (high < 0 || low < 0) return notUuid;
      out[at + 4 + i] = high * 16 + low;
      p += 2;
      if (i % 2 === 1 && i < 15 && src[p] === 0x2d) p++;
    }
    if (p !== end) return notUuid;
    out[at] = out[at + 1] = out[at + 2] = 0;
    out[at + 3] = 16;
    return at + 20;
  };
}

/** Reads bytea: hexadecimal digits behind \x, 0x or nothing, or base64, whose blanks and line ends don't count. */
export function byteaReader({ format }: ColumnSettings): FieldReader {
  const digit = hexDigits();
  const notBytes = refused.bytes;
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const values = new Int8Array(256).fill(-1);
  for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i;

  function readHex(src: Buffer, from: number, to: number, out: Buffer, at: number): number {
    const prefixed = src[from + 1] === 0x78 && (src[from] === 0x5c || src[from] === 0x30) && to - from >= 2;
    let next = at + 4;
    let p = prefixed ? from + 2 : from;
    if ((to - p) % 2 === 1) return notBytes;
    for (; p < to; p += 2) {
      const high = digit(src[p]!);
      const low = digit(src[p + 1]!);
      if (high < 0 || low < 0) return notBytes;
      out[next++] = high * 16 + low;
    }
    return next;
  }

  function readBase64(src: Buffer, from: number, to: number, out: Buffer, at: number): number {
    let next = at + 4;
    let bits = 0;
    let digits = 0;
    let padding = 0;
    for (let p = from; p < to; p++) {
      const byte = src[p]!;
      if (byte === 0x20 || (byte >= 9 && byte <= 13)) continue;
      if (byte === 0x3d) {
        padding++;
        continue;
      }
      const value = values[byte]!;
      if (value < 0 || padding > 0) return notBytes;
      bits = ((bits << 6) | value) & 0xffffff;
      if (++digits % 4 === 0) {
        out[next++] = bits >> 16;
        out[next++] = bits >> 8;
        out[next++] = bits;
      }
    }
    const left = digits % 4;
    if (left === 1 || padding !== (4 - left) % 4) return notBytes;
    if (left === 3) out[next++] = bits >> 10;
    if (left >= 2) out[next++] = left === 3 ? bits >> 2 : bits >> 4;
    return next;
  }

  const read = format.bytea === "hex" ? readHex : readBase64;
  return (src, from, to, out, at) => {
    const next = read(src, from, to, out, at);
    const length = next - at - 4;
    out[at] = length >> 24;
    out[at + 1] = length >> 16;
    out[at + 2] = length >> 8;
    out[at + 3] = length;
    return next;
  };
}
