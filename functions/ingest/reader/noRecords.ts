import type { FileFormat } from "../format";
import type { Layout } from "./plan";

/** Tells what is no record of a file's, though it reads as one. */
export interface NoRecords {
  /** Whether it is a row of so many fields without a value, or a line of blanks and control characters, as Ctrl-Z. */
  readonly isBlank: (src: Buffer, from: number, to: number, fields: number, filled: number) => boolean;
  /** Whether it is the header, also behind a byte order mark, as in files that were joined. */
  readonly isHeader: (src: Buffer, from: number, to: number) => boolean;
}

export function noRecords(layout: Layout, format: FileFormat): NoRecords {
  const header = Buffer.from(layout.header);
  const size = header.length === 0 ? -1 : header.length;
  const count = layout.columns.length;
  const skipsEmpty = format.emptyRows === "skip";

  function isBlank(src: Buffer, from: number, to: number, fields: number, filled: number): boolean {
    if (!skipsEmpty || filled === 0) return skipsEmpty;
    if (fields > 1 || count === 1) return false;
    let at = from;
    while (at < to && src[at]! <= 0x20) at++;
    return at === to;
  }

  function isHeader(src: Buffer, from: number, to: number): boolean {
    const isMarked = src[from] === 0xef && to - from === size + 3 && src[from + 1] === 0xbb;
    const start = isMarked ? from + 3 : from;
    return to - start === size && src[start] === header[0] && src.compare(header, 0, size, start, to) === 0;
  }

  return { isBlank, isHeader };
}
