/** Makes the function that counts the characters of UTF-8, one for each code point; -1 for what is no UTF-8. */
export function utf8Counter(): (src: Buffer, from: number, to: number) => number {
  return (src, from, to) => {
    let count = 0;
    for (let i = from; i < to; count++) {
      const byte = src[i++]!;
      if (byte < 0x80) continue;
      if (byte < 0xc2 || byte > 0xf4) return -1;
      const more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      if (i + more > to) return -1;
      // No longer form than needed, no surrogates, nothing behind U+10FFFF.
      const second = src[i]!;
      if (byte === 0xe0 && second < 0xa0) return -1;
      if (byte === 0xed && second > 0x9f) return -1;
      if (byte === 0xf0 && second < 0x90) return -1;
      if (byte === 0xf4 && second > 0x8f) return -1;
      for (let end = i + more; i < end; i++) if ((src[i]! & 0xc0) !== 0x80) return -1;
    }
    return count;
  };
}
