/** Where lines end: behind \n, \r\n and \r\r\n, and behind a lone \r in a file whose header ends with one. */
export interface LineEnds {
  /** The length of the line end at `at`; 0 where there is none, -1 where more must be read to tell. */
  readonly lengthAt: (src: Buffer, at: number, length: number, last: boolean) => number;
  /** The first byte of the line end behind `from`; -1 when it is not before `to`. */
  readonly find: (src: Buffer, from: number, to: number) => number;
  /** Behind the line that begins at `from`; -1 where more must be read to tell. */
  readonly behind: (src: Buffer, from: number, length: number, last: boolean) => number;
}

/** As many bytes as may stand between a record and what shows that it ended. */
export const lineEndBytes = 2;

/** @param cr \r where it ends a line by itself, else \n. */
export function lineEnds(cr: number): LineEnds {
  function lengthAt(src: Buffer, at: number, length: number, last: boolean): number {
    if (src[at] === 0x0a) return 1;
    if (src[at] !== 0x0d) return 0;
    if (at + 1 >= length) return last ? 1 : -1;
    if (src[at + 1] === 0x0a) return 2;
    if (cr === 0x0d) return 1;
    if (src[at + 1] !== 0x0d) return 0;
    if (at + 2 >= length) return last ? 2 : -1;
    return src[at + 2] === 0x0a ? 3 : 0;
  }

  function find(src: Buffer, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = src[at];
      if (byte !== 0x0a && byte !== cr) continue;
      let start = at;
      for (let i = 0; i < 2 && byte === 0x0a && start > from && src[start - 1] === 0x0d; i++) start--;
      return start;
    }
    return -1;
  }

  function behind(src: Buffer, from: number, length: number, last: boolean): number {
    const at = find(src, from, length);
    if (at < 0) return last ? length : -1;
    const size = lengthAt(src, at, length, last);
    return size < 0 ? -1 : at + size;
  }

  return { lengthAt, find, behind };
}
