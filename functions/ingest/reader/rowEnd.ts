import type { FileFormat } from "../format";
import type { Changes } from "./changes";
import type { OddFields } from "./oddFields";
import type { Layout } from "./plan";
import type { Note } from "./problem";
import type { Rows } from "./rows";

/** What stands behind a row's own values: framed as in COPY, so many of them; and whether the record's line comes behind. */
export interface Trailing {
  readonly bytes: Buffer;
  readonly count: number;
  readonly line: boolean;
}

/** Completes the row of a record of so many fields, on the line `line`; false, with the problem noted, where it is none. */
export type RowEnd = (src: Buffer, stop: number, fields: number, refusal: number, line: number) => boolean;

/** @param changes where the table has a transform. */
export function rowEnd(
  layout: Layout,
  format: FileFormat,
  trailing: Trailing,
  rows: Rows,
  odd: OddFields,
  changes: Changes | undefined,
  note: Note,
): RowEnd {
  const cutsLong = format.longRows === "cut";
  const fillsShort = format.shortRows === "null";
  const count = layout.columns.length;
  const least = count - layout.spare;
  const delimiter = layout.delimiter.charCodeAt(0);
  const { bytes: tail, line: keepsLine } = trailing;

  function addTrailing(line: number): void {
    const out = rows.bytes;
    let at = rows.end + tail.copy(out, rows.end);
    if (keepsLine) {
      for (let i = 0; i < 8; i++) out[at + i] = i === 3 ? 8 : 0;
      out[at + 8] = line >> 24;
      out[at + 9] = line >> 16;
      out[at + 10] = line >> 8;
      out[at + 11] = line;
      at += 12;
    }
    rows.end = at;
  }

  return (src, stop, fields, refusal, line) => {
    // A trailing delimiter makes no field.
    const long = fields > count && !cutsLong && (fields > count + 1 || src[stop - 1] !== delimiter);
    if (long || (fields < least && !fillsShort)) {
      note("fields", fields, src, 0, 0);
      return false;
    }
    if (refusal !== 0 || (fields < least && !odd.fill(fields))) return false;
    if (changes !== undefined && !changes.add()) return false;
    addTrailing(line);
    return true;
  };
}
