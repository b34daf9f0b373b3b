import type { Table } from "../table";
import { refusalOf } from "./field";
import type { Plan } from "./plan";
import type { Problem } from "./problem";
import { parseType } from "./types";

/** A record that was not loaded. */
export interface Reject {
  /** From the first byte of the file; where the layout says `decoded`, of its unpacked text in UTF-8. */
  byteOffset: number;
  /** From 1 on. */
  line: number;
  /** The name in the header; undefined for the whole record. */
  column: string | undefined;
  /** What stands in the field, at most 60 characters. */
  value: string | undefined;
  /** For programs, in words joined by dashes. */
  code: string;
  /** For people, with the column's name. */
  reason: string;
  /** The exact text without its line end, with U+FFFD for what PostgreSQL can't store; of one too long its beginning. */
  record: string;
}

/** Says in words why a record is not loaded. */
export function rejectOf(
  table: Table,
  plan: Plan,
  problem: Problem,
  place: { byteOffset: number; line: number },
  record: string,
): Reject {
  const { what, field } = problem;
  const storable = (text: string): string => text.replaceAll("\0", "\ufffd");
  const named = (code: string, reason: string, column?: string, value?: string): Reject => ({
    ...place,
    column,
    value: value && storable(value),
    code,
    reason: storable(reason),
    record: storable(record),
  });
  if (typeof what === "object") return named("transform", what.refused);
  if (what === "misquoted") return named(what, "a quote is not closed, or text follows a closing quote");
  if (what === "too-long")
    return named(what, `the record is longer than ${table.maxRecordBytes} bytes, or a quote is not closed`);
  if (what === "repeated-header") return named(what, "the record is the header again");
  if (what === "fields") return named(what, `${field} fields instead of ${plan.headers.length}`);
  const header = plan.headers[field] ?? "";
  const column = table.columns.find((each) => each.header === header);
  const { code, sentence } = refusalOf(what);
  const value = shortened(problem.value);
  const parsed = column && parseType(column.type);
  const words: Record<string, string> = {
    value: JSON.stringify(value),
    type: parsed?.sql ?? "",
    length: String(parsed?.args[0] ?? ""),
    dates: column?.format.dates ?? "",
    timestamps:
      column?.format.timestamps === "ISO" ? "YYYY-MM-DD HH:MM:SS" : (column?.format.timestamps ?? ""),
    bytea: column?.format.bytea === "base64" ? "base64" : "hexadecimal digits",
  };
  const reason = sentence.replace(/\{(\w+)\}/g, (_, word: string) => words[word] ?? "");
  return named(code, `${header}: ${reason}`, header, value);
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length > 60 ? characters.slice(0, 60).join("") : text;
}
