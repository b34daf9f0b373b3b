import type { FileFormat } from "../format";

/** Changes buffers of another encoding into UTF-8, whatever characters they cut; `last` is the file's end. */
export type Decoder = (part: Buffer, last: boolean) => Buffer;

/** The decoder that a file needs whose first bytes these are; undefined for UTF-8. */
export function decoderOf(first: Buffer, encoding: FileFormat["encoding"]): Decoder | undefined {
  const at = (i: number): number => first[i] ?? -1;
  if (at(0) === 0xef && at(1) === 0xbb && at(2) === 0xbf) return undefined;
  if (at(0) === 0xff && at(1) === 0xfe) return utf16Decoder(false);
  if (at(0) === 0xfe && at(1) === 0xff) return utf16Decoder(true);
  const zeros = [0, 0];
  const looked = Math.min(first.length, 400) & ~1;
  for (let i = 0; i < looked; i++) if (first[i] === 0) zeros[i % 2]!++;
  // Letters, digits and delimiters have a zero beside them; NULs in another text stand anywhere.
  const most = looked / 4;
  if (zeros[1]! >= most && zeros[0] === 0 && looked >= 4) return utf16Decoder(false);
  if (zeros[0]! >= most && zeros[1] === 0 && looked >= 4) return utf16Decoder(true);
  if (encoding === "utf-16") return utf16Decoder(false);
  return encoding === "utf-8" ? undefined : singleByteDecoder(encoding);
}

/**
 * One byte a character: ISO 8859-1, or Windows-1252, which has other characters from 0x80 to 0x9f, and none for five of
 * these bytes: they stay as they are, and are then refused as no UTF-8.
 */
function singleByteDecoder(encoding: "latin1" | "windows-1252"): Decoder {
  const memory = Buffer;
  const windows = "€?‚ƒ„…†‡ˆ‰Š‹Œ?Ž??‘’“”•–—˜™š›œ?žŸ";
  const codes = new Uint16Array(256).map((_, byte) => byte);
  if (encoding === "windows-1252") {
    for (let i = 0; i < 32; i++) codes[0x80 + i] = windows[i] === "?" ? 0 : windows.charCodeAt(i);
  }
  const high = encoding === "windows-1252" ? /[\x80-\x9f]/ : undefined;
  return (part) => {
    const text = part.toString("latin1");
    // Four times as fast as the loop.
    if (high?.test(text) !== true) return memory.from(text);
    if (!/[\x81\x8d\x8f\x90\x9d]/.test(text))
      return memory.from(text.replace(/[\x80-\x9f]/g, (sign) => windows[sign.charCodeAt(0) - 0x80]!));
    const out = memory.allocUnsafeSlow(3 * part.length);
    let next = 0;
    for (const byte of part) {
      const code = codes[byte]!;
      if (byte < 0x80 || code === 0) out[next++] = byte;
      else if (code < 0x800) {
        out[next++] = 0xc0 | (code >> 6);
        out[next++] = 0x80 | (code & 0x3f);
      } else {
        out[next++] = 0xe0 | (code >> 12);
        out[next++] = 0x80 | ((code >> 6) & 0x3f);
        out[next++] = 0x80 | (code & 0x3f);
      }
    }
    return out.subarray(0, next);
  };
}

/** Half of a surrogate pair, and half a character at the end, become bytes that are refused as no UTF-8. */
function utf16Decoder(bigEndian: boolean): Decoder {
  const memory = Buffer;
  let odd = -1;
  let high = 0;
  return (given, last) => {
    const whole = odd < 0 ? given : memory.concat([memory.from([odd]), given]);
    const part = whole.subarray(0, whole.length & ~1);
    odd = part.length < whole.length ? whole[part.length]! : -1;
    const text = (bigEndian ? memory.from(part).swap16() : part).toString("utf16le");
    if (high === 0 && !last && !/[\ud800-\udfff]/.test(text)) return memory.from(text);
    const out = memory.allocUnsafeSlow(2 * part.length + 8);
    let next = 0;
    const put3 = (code: number): void => {
      out[next++] = 0xe0 | (code >> 12);
      out[next++] = 0x80 | ((code >> 6) & 0x3f);
      out[next++] = 0x80 | (code & 0x3f);
    };
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (high > 0) {
        const pair = code >= 0xdc00 && code <= 0xdfff;
        if (pair) {
          const point = 0x10000 + (high - 0xd800) * 1024 + code - 0xdc00;
          out[next++] = 0xf0 | (point >> 18);
          out[next++] = 0x80 | ((point >> 12) & 0x3f);
          out[next++] = 0x80 | ((point >> 6) & 0x3f);
          out[next++] = 0x80 | (point & 0x3f);
        } else put3(high);
        high = 0;
        if (pair) continue;
      }
      if (code >= 0xd800 && code <= 0xdbff) high = code;
      else if (code < 0x80) out[next++] = code;
      else if (code < 0x800) {
        out[next++] = 0xc0 | (code >> 6);
        out[next++] = 0x80 | (code & 0x3f);
      } else put3(code);
    }
    if (last && high > 0) put3(high);
    if (last && odd >= 0) out[next++] = 0xff;
    return out.subarray(0, next);
  };
}
