/** Why a record is not loaded, as the reader of records finds it. */
export interface Problem {
  /** What a field's reader answered with, or what is wrong with the record. */
  what: number | "misquoted" | "too-long" | "fields" | "repeated-header" | { refused: string };
  /** The field's place, -1 for the whole record; of "fields", how many there are. */
  field: number;
  /** What stands in the field. */
  value: string;
}

/** Notes a problem with the field that stands in `src[from..to)`. */
export type Note = (what: Problem["what"], field: number, src: Buffer, from: number, to: number) => void;

/** Makes a problem, and what notes the current one in it. */
export function problemNote(): { problem: Problem; note: Note } {
  const problem: Problem = { what: 0, field: -1, value: "" };
  const note: Note = (what, field, src, from, to) => {
    problem.what = what;
    problem.field = field;
    problem.value = src.toString("utf8", from, to - from > 400 ? from + 400 : to);
  };
  return { problem, note };
}
