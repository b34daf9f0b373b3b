import type { ValueFormat } from "../format";

/**
 * Reads the field `src[from..to)`, whose outer blanks are gone and which is neither empty nor NULL, and writes its length
 * and its value in PostgreSQL's binary form to `out` from `at` on. Answers with the place behind it, or with the negative
 * number of a refusal. It may write `to - from + 48` bytes.
 *
 * Pulumi puts each function that it serializes into a `with` block. There each use of a name from outside (a global, an
 * import, a constant of the module, even `undefined`) is a search. So what runs once a field or a record is an inner
 * function of a factory, and everything it uses is a local name of that factory.
 */
export type FieldReader = (src: Buffer, from: number, to: number, out: Buffer, at: number) => number;

/** A column's type and format, as the factories of readers get them. */
export interface ColumnSettings {
  /** The numbers in the type's brackets. */
  readonly args: readonly number[];
  /** Of an enumeration. */
  readonly values: readonly string[];
  /** What a numeric is multiplied by. */
  readonly times: number;
  readonly format: ValueFormat;
}

/** Why a record is not loaded: a code for programs, a sentence for people ({value}, {type} and {length} are filled in). */
export interface Refusal {
  readonly code: string;
  readonly sentence: string;
}

/** Their places are the numbers that readers answer with, negated. */
export const refusals: readonly Refusal[] = [
  { code: "", sentence: "" },
  { code: "not-a-whole-number", sentence: "{value} is not a whole number" },
  { code: "out-of-range", sentence: "{value} is out of the range of {type}" },
  { code: "not-a-number", sentence: "{value} is not a decimal number" },
  { code: "beyond-precision", sentence: "beyond {type}" },
  { code: "not-a-date", sentence: "{value} is not a date {dates}" },
  { code: "not-a-time", sentence: "{value} is not a time HH:MM:SS" },
  { code: "not-a-timestamp", sentence: "{value} is not a timestamp {timestamps}" },
  { code: "not-a-boolean", sentence: "{value} is neither true nor false" },
  { code: "not-utf-8", sentence: "the text is not UTF-8" },
  { code: "nul-character", sentence: "the text has a NUL character" },
  { code: "too-long", sentence: "longer than {length} characters" },
  { code: "not-a-uuid", sentence: "{value} is not a UUID" },
  { code: "not-json", sentence: "the text is not JSON that {type} takes" },
  { code: "not-bytes", sentence: "{value} is not {bytea}" },
  { code: "not-in-enum", sentence: "{value} is not one of {type}'s values" },
  { code: "empty", sentence: "the field is empty" },
];

/** Names for what readers answer with. */
export const refused = {
  wholeNumber: -1,
  range: -2,
  number: -3,
  precision: -4,
  date: -5,
  time: -6,
  timestamp: -7,
  boolean: -8,
  utf8: -9,
  nul: -10,
  length: -11,
  uuid: -12,
  json: -13,
  bytes: -14,
  enumeration: -15,
  empty: -16,
} as const;
