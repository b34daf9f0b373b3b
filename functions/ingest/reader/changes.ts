import type { Fields } from "../table";
import type { Blanks } from "./blanks";
import { refused } from "./field";
import { type Plan, flag } from "./plan";
import type { Note } from "./problem";
import type { Rows } from "./rows";

/** The fields that the table's transform changes. */
export interface Changes {
  /** Takes a record's field as it stands in the file; null is NULL. */
  readonly set: (field: number, text: string | null) => void;
  /** Adds to the row what the transform makes of them; false, with the problem noted, where it is refused. */
  readonly add: () => boolean;
}

/** @param slack what must stay free behind them. */
export function changesOf(plan: Plan, rows: Rows, trimmed: Blanks, note: Note, slack: number): Changes {
  const { places, changed, transform } = plan;
  const memory = Buffer;
  const { required, text: isText, trim } = flag;
  const emptyField = refused.empty;
  const trimmedStart = trimmed.start;
  const trimmedEnd = trimmed.end;
  const fields: Fields = changed.map(() => null);
  let scratch = memory.alloc(4096);

  function add(): boolean {
    const answer = transform!(fields.slice());
    if (typeof answer === "string") {
      note({ refused: answer }, -1, scratch, 0, 0);
      return false;
    }
    for (let i = 0; i < changed.length; i++) {
      const { reader, flags: bits } = changed[i]!;
      const field = places.indexOf(i);
      const value = answer[i] ?? null;
      let from = 0;
      let to = 0;
      if (value !== null) {
        if (scratch.length < 3 * value.length) scratch = memory.alloc(6 * value.length);
        to = scratch.write(value);
        if ((bits & trim) !== 0) {
          from = trimmedStart(scratch, 0, to);
          to = trimmedEnd(scratch, from, to);
        }
      }
      rows.reserve(to + slack);
      const out = rows.bytes;
      const at = rows.end;
      if (from < to) {
        const written = reader(scratch, from, to, out, at);
        if (written < 0) {
          note(written, field, scratch, from, to);
          return false;
        }
        rows.end = written;
        continue;
      }
      const isNull = value === null || (bits & isText) === 0;
      if (isNull && (bits & required) !== 0) {
        note(emptyField, field, scratch, 0, 0);
        return false;
      }
      out[at] = out[at + 1] = out[at + 2] = out[at + 3] = isNull ? 0xff : 0;
      rows.end = at + 4;
    }
    return true;
  }

  return {
    set: (field, text) => {
      fields[places[field]!] = text;
    },
    add,
  };
}
