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
interface Refusal {
  readonly code: string;
  readonly sentence: string;
}

/** What a field can be refused for. A reader answers with the number in `refused`, which `refusalOf` understands. */
const refusals = {
  wholeNumber: { code: "not-a-whole-number", sentence: "{value} is not a whole number" },
  range: { code: "out-of-range", sentence: "{value} is out of the range of {type}" },
  number: { code: "not-a-number", sentence: "{value} is not a decimal number" },
  precision: { code: "beyond-precision", sentence: "beyond {type}" },
  date: { code: "not-a-date", sentence: "{value} is not a date {dates}" },
  time: { code: "not-a-time", sentence: "{value} is not a time HH:MM:SS" },
  timestamp: { code: "not-a-timestamp", sentence: "{value} is not a timestamp {timestamps}" },
  boolean: { code: "not-a-boolean", sentence: "{value} is neither true nor false" },
  utf8: { code: "not-utf-8", sentence: "the text is not UTF-8" },
  nul: { code: "nul-character", sentence: "the text has a NUL character" },
  length: { code: "too-long", sentence: "longer than {length} characters" },
  uuid: { code: "not-a-uuid", sentence: "{value} is not a UUID" },
  json: { code: "not-json", sentence: "the text is not JSON that {type} takes" },
  bytes: { code: "not-bytes", sentence: "{value} is not {bytea}" },
  inet: { code: "not-an-inet", sentence: "{value} is not an IP address" },
  enumeration: { code: "not-in-enum", sentence: "{value} is not one of {type}'s values" },
  empty: { code: "empty", sentence: "the field is empty" },
} satisfies Record<string, Refusal>;

/** What readers answer with: negative numbers. */
export const refused = Object.fromEntries(
  Object.keys(refusals).map((name, index) => [name, -1 - index]),
) as Readonly<Record<keyof typeof refusals, number>>;

/** @param answer a reader's, negative */
export function refusalOf(answer: number): Refusal {
  return Object.values(refusals)[-1 - answer]!;
}
