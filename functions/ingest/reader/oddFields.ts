import type { Blanks } from "./blanks";
import type { Changes } from "./changes";
import { refused } from "./field";
import { type Plan, flag } from "./plan";
import type { Note } from "./problem";
import type { Rows } from "./rows";
import { utf8Counter } from "./utf8";

/** Reads the fields that are more than a value in their type's form. */
export interface OddFields {
  /** Cuts blanks and Excel's guard, finds NULL, and keeps what the transform changes; answers as a field's reader does. */
  readonly read: (src: Buffer, from: number, to: number, field: number, inQuotes: boolean) => number;
  /** Makes the fields from `first` on NULL; false, with the problem noted, where one is required. */
  readonly fill: (first: number) => boolean;
}

/** @param slack what must stay free behind a field. */
export function oddFields(
  plan: Plan,
  rows: Rows,
  changes: Changes,
  trimmed: Blanks,
  note: Note,
  slack: number,
): OddFields {
  const { readers, flags, nulls, nullLengths } = plan;
  const { leftOut, required, text: isText, trim, excel, emptyIsNull, changed: isChanged } = flag;
  const emptyField = refused.empty;
  const notUtf8 = refused.utf8;
  const characters = utf8Counter();
  const trimmedStart = trimmed.start;
  const trimmedEnd = trimmed.end;
  const count = flags.length;
  const { set } = changes;
  const none = Buffer.alloc(0);

  /** Whether the field is one of the texts that mean NULL. */
  function isNull(src: Buffer, from: number, to: number, field: number): boolean {
    const size = to - from;
    if (size >= 32 || (nullLengths[field]! & (1 << size)) === 0) return false;
    for (const text of nulls[field]!) {
      if (text.length !== size) continue;
      let i = 0;
      while (i < size && src[from + i] === text[i]) i++;
      if (i === size) return true;
    }
    return false;
  }

  function read(src: Buffer, start: number, stop: number, field: number, inQuotes: boolean): number {
    const bits = flags[field]!;
    let from = start;
    let to = stop;
    if (
      (bits & excel) !== 0 &&
      to - from > 2 &&
      src[from] === 0x3d &&
      src[from + 1] === 0x22 &&
      src[to - 1] === 0x22
    ) {
      from += 2;
      to--;
    }
    if ((bits & trim) !== 0) {
      from = trimmedStart(src, from, to);
      to = trimmedEnd(src, from, to);
    }
    const size = to - from;
    rows.reserve(size + slack);
    const out = rows.bytes;
    const at = rows.end;
    const absent =
      size === 0
        ? (bits & isText) === 0 || (!inQuotes && (bits & (emptyIsNull | required)) !== 0)
        : !inQuotes && isNull(src, from, to, field);
    let written = at;
    if ((bits & isChanged) !== 0) {
      if (!absent && characters(src, from, to) < 0) written = notUtf8;
      set(field, absent ? null : src.toString("utf8", from, to));
    } else if (absent && (bits & required) !== 0) written = emptyField;
    else if (absent || size === 0) {
      out[at] = out[at + 1] = out[at + 2] = out[at + 3] = absent ? 0xff : 0;
      written = at + 4;
    } else written = readers[field]!(src, from, to, out, at);
    if (written < 0) note(written, field, src, from, to);
    return written;
  }

  function fill(first: number): boolean {
    rows.reserve(slack);
    const out = rows.bytes;
    for (let field = first; field < count; field++) {
      const bits = flags[field]!;
      if ((bits & leftOut) !== 0) continue;
      if ((bits & isChanged) !== 0) {
        set(field, null);
        continue;
      }
      if ((bits & required) !== 0) {
        note(emptyField, field, none, 0, 0);
        return false;
      }
      const at = rows.end;
      out[at] = out[at + 1] = out[at + 2] = out[at + 3] = 0xff;
      rows.end = at + 4;
    }
    return true;
  }

  return { read, fill };
}
