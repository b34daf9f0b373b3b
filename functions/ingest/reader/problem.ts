/** Why a record is not loaded, as the reader of records finds it. */
export interface Problem {
  /** A refusal's number, or what is wrong with the record. */
  what: number | "misquoted" | "too-long" | "fields" | "repeated-header" | { refused: string };
  /** The field's place, -1 for the whole record; of "fields", how many there are. */
  field: number;
  /** What stands in the field. */
  value: string;
}
