/** Finds a field's text within its blanks. */
export interface Blanks {
  /** Behind the blanks at its start. */
  readonly start: (src: Buffer, from: number, to: number) => number;
  /** Before the blanks at its end. */
  readonly end: (src: Buffer, from: number, to: number) => number;
}

/** A blank is a space, white space of ASCII, or a no-break space. */
export function blanks(): Blanks {
  function lengthAt(src: Buffer, at: number, to: number): number {
    const byte = src[at]!;
    if (byte === 0x20 || (byte >= 9 && byte <= 13)) return 1;
    if (byte === 0xc2 && at + 1 < to && src[at + 1] === 0xa0) return 2;
    return 0;
  }

  function start(src: Buffer, from: number, to: number): number {
    let at = from;
    for (let length = 1; at < to && length > 0; at += length) length = lengthAt(src, at, to);
    return at;
  }

  function end(src: Buffer, from: number, to: number): number {
    let at = to;
    while (at > from) {
      if (lengthAt(src, at - 1, to) === 1) at--;
      else if (at - 1 > from && lengthAt(src, at - 2, at) === 2) at -= 2;
      else break;
    }
    return at;
  }

  return { start, end };
}
