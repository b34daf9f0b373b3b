import { type ColumnSettings, type FieldReader, refused } from "./field";
import { hexDigits } from "./hexDigits";

/** Reads inet: an IPv4 address of four numbers or an IPv6 address (RFC 4291, 2.2), and on wish `/` and a network's bits. */
export function inetReader(_: ColumnSettings): FieldReader {
  const digit = hexDigits();
  const notInet = refused.inet;
  /** Where what was read last ended. */
  let end = 0;

  /** A decimal number, -1 for what is none or greater than `most`. */
  function decimal(src: Buffer, from: number, to: number, most: number, zeros: boolean): number {
    let value = 0;
    for (end = from; end < to && value <= most; end++) {
      const byte = src[end]! - 0x30;
      if (byte < 0 || byte > 9) break;
      value = value * 10 + byte;
    }
    const padded = end > from + 1 && src[from] === 0x30;
    return end === from || value > most || (padded && !zeros) ? -1 : value;
  }

  function readFour(src: Buffer, from: number, to: number, out: Buffer, at: number, zeros: boolean): boolean {
    end = from - 1;
    for (let i = 0; i < 4; i++) {
      if (i > 0 && (end >= to || src[end] !== 0x2e)) return false;
      const value = decimal(src, end + 1, to, 255, zeros);
      if (value < 0) return false;
      out[at + i] = value;
    }
    return true;
  }

  /** Eight groups; `::` stands for those of zeros, and the last two may be written as in IPv4. */
  function readSix(src: Buffer, from: number, to: number, out: Buffer, at: number): boolean {
    let p = from;
    let filled = 0;
    let gap = -1;
    if (src[p] === 0x3a) {
      if (src[++p] !== 0x3a) return false;
      gap = 0;
      p++;
    }
    while (p < to && src[p] !== 0x2f) {
      if (filled === 16) return false;
      let value = 0;
      let q = p;
      for (; q < to && q < p + 4; q++) {
        const four = digit(src[q]!);
        if (four < 0) break;
        value = value * 16 + four;
      }
      if (q === p) return false;
      if (q < to && src[q] === 0x2e) {
        if (filled > 12 || !readFour(src, p, to, out, at + filled, false)) return false;
        filled += 4;
        p = end;
        break;
      }
      out[at + filled++] = value >> 8;
      out[at + filled++] = value;
      p = q;
      if (p >= to || src[p] !== 0x3a) break;
      p++;
      if (p < to && src[p] === 0x3a) {
        if (gap >= 0) return false;
        gap = filled;
        p++;
      } else if (p >= to || src[p] === 0x2f) return false;
    }
    end = p;
    if (gap < 0) return filled === 16;
    if (filled === 16) return false;
    const behind = at + 16 - (filled - gap);
    out.copyWithin(behind, at + gap, at + filled);
    out.fill(0, at + gap, behind);
    return true;
  }

  return (src, from, to, out, at) => {
    let six = false;
    for (let i = from; i < to && !six; i++) six = src[i] === 0x3a;
    const size = six ? 16 : 4;
    const known = six ? readSix(src, from, to, out, at + 8) : readFour(src, from, to, out, at + 8, true);
    if (!known) return notInet;
    let bits = size * 8;
    if (end < to) {
      if (src[end] !== 0x2f) return notInet;
      bits = decimal(src, end + 1, to, bits, !six);
      if (bits < 0 || end < to) return notInet;
    }
    out[at] = out[at + 1] = out[at + 2] = 0;
    out[at + 3] = 4 + size;
    // As PostgreSQL's inet_send: family, bits, whether it is a cidr, the address's size and the address.
    out[at + 4] = six ? 3 : 2;
    out[at + 5] = bits;
    out[at + 6] = 0;
    out[at + 7] = size;
    return at + 8 + size;
  };
}
