import type { ValueFormat } from "../../../functions/ingest/format";
import type { ColumnType } from "../../../functions/ingest/reader/types";

/** Values beside each bound of a type: what they are as PostgreSQL writes them under UTC, or a refusal's code. */
export interface ValueCase {
  readonly type: ColumnType;
  readonly format?: Partial<ValueFormat>;
  /** What PostgreSQL takes and the loader doesn't. */
  readonly stricter?: RegExp;
  readonly values: Readonly<Record<string, string>>;
}

/** Texts that are all the same value. */
export const all = (value: string, ...texts: string[]): Record<string, string> =>
  Object.fromEntries(texts.map((text) => [text, value]));

/** Texts that are refused for the same reason. */
export const no = (code: string, ...texts: string[]): Record<string, string> => all(code, ...texts);
