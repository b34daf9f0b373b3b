import type { FileFormat } from "../format";
import type { Layout } from "./plan";

/** The bytes that have a meaning in a file; 256, which no byte is, for what there is none of. */
export interface Dialect {
  readonly delimiter: number;
  readonly quote: number;
  readonly escape: number;
  readonly comment: number;
  /** \r where it ends a line by itself, else \n. */
  readonly cr: number;
}

export function dialectOf(layout: Layout, format: FileFormat): Dialect {
  const codeOf = (text: string): number => (text === "" ? 256 : text.charCodeAt(0));
  const quote = codeOf(format.quote);
  return {
    delimiter: codeOf(layout.delimiter),
    quote,
    escape: format.escape === "backslash" ? 0x5c : quote,
    comment: codeOf(format.comment),
    cr: layout.newline === "\r" ? 0x0d : 0x0a,
  };
}
