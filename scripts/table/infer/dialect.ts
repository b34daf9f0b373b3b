import { regExpText } from "../../../trials/regExpText";
import { cellKind, isCleanCell } from "./cells";
import { splitAll, type Dialect, type TextRecord } from "./splitter";

/** Of two that fit as well the first is taken; those behind the bar need a clear fit. */
const common = [",", ";", "\t", "|"];
const rare = ["^", "~", " "];

/** How the sample was best read. */
export interface DialectFound {
  readonly dialect: Dialect;
  readonly records: readonly TextRecord[];
  /** Its delimiter. */
  readonly runnerUp: string | undefined;
}

/** Finds delimiter, quote and escape by reading the sample with each, and looking whose cells make a table. */
export function detectDialect(sample: Buffer, decode: (bytes: Buffer) => string): DialectFound {
  const text = decode(sample);
  const loneCarriageReturn =
    text.includes("\r") && !text.slice(0, (text.indexOf("\r") + 1 || 1) + 2).includes("\n");
  const declared = /^sep=(?![\w"'\\])([\t\x20-\x7e])\r?\n/i.exec(text)?.[1];
  const delimiters =
    declared !== undefined ? [declared] : [...common, ...rare].filter((d) => d === "," || text.includes(d));
  const tries = delimiters.map((delimiter) => {
    const plain = chooseQuoting(sample, text, delimiter, loneCarriageReturn, decode);
    const fit = fitOf(plain.records, plain.dialect.delimiter) * (rare.includes(delimiter) ? 0.5 : 1);
    return { ...plain, fit };
  });
  tries.sort((a, b) => b.fit - a.fit);
  const [best, next] = tries as [(typeof tries)[0], (typeof tries)[0] | undefined];
  return { ...best, runnerUp: next?.dialect.delimiter };
}

/** Finds quote and escape under a delimiter. */
function chooseQuoting(
  sample: Buffer,
  text: string,
  delimiter: string,
  loneCarriageReturn: boolean,
  decode: (bytes: Buffer) => string,
): { dialect: Dialect; records: TextRecord[] } {
  const d = regExpText(delimiter);
  const wrapped = (quote: string) =>
    (text.match(new RegExp(`(?:^|${d})[ ]*${quote}[^${quote}\\n]*${quote}[ ]*(?=${d}|\\r?$)`, "gm")) ?? [])
      .length;
  const quote = wrapped("'") > wrapped('"') ? "'" : '"';
  const blanksAroundQuotes =
    delimiter !== " " && new RegExp(`${d} +${quote}[^${quote}\\n]*${quote} *(?=${d}|\\r?$)`, "m").test(text);
  const base = { delimiter, quote, comment: "", blanksAroundQuotes, loneCarriageReturn } as const;
  const escapes = text.includes(`\\${quote}`) ? (["doubled", "backslash"] as const) : (["doubled"] as const);
  const read = escapes.map((escape) => {
    const dialect: Dialect = { ...base, escape };
    const records = splitAll(sample, dialect, decode);
    return { dialect, records, broken: brokenRecords(records) };
  });
  const [doubled, backslash] = read as [(typeof read)[0], (typeof read)[0] | undefined];
  return backslash !== undefined && backslash.broken < doubled.broken ? backslash : doubled;
}

/** Records that are malformed or have not the width of most. */
function brokenRecords(records: readonly TextRecord[]): number {
  const width = commonWidth(records);
  return records.filter((r) => r.malformed || (r.fields.length !== width && !isBlank(r))).length;
}

export const isBlank = (record: TextRecord): boolean => record.fields.every((field) => field.trim() === "");

/** The width of most records; of two as frequent, the larger. */
export function commonWidth(records: readonly TextRecord[]): number {
  const counts = new Map<number, number>();
  for (const record of records)
    if (!isBlank(record)) counts.set(record.fields.length, (counts.get(record.fields.length) ?? 0) + 1);
  let [width, most] = [1, 0];
  for (const [w, count] of counts)
    if (count > most || (count === most && w > width)) [width, most] = [w, count];
  return width;
}

/**
 * How much the records look like a table, 0 to 1: how many have the same width, how many of their cells are clean,
 * and more columns rather than fewer. A file of one column fits a little under every delimiter.
 */
function fitOf(records: readonly TextRecord[], delimiter: string): number {
  const filled = records.filter((record) => !isBlank(record)).slice(0, 2000);
  if (filled.length === 0) return 0;
  const width = commonWidth(filled);
  const same = filled.filter((record) => record.fields.length === width && !record.malformed);
  const consistency = same.length / filled.length;
  let [cells, clean, values] = [0, 0, 0];
  for (const { fields, quoted } of same.slice(0, 300))
    for (let index = 0; index < Math.min(fields.length, 200); index++) {
      cells++;
      if (quoted[index] === true || isCleanCell(fields[index]!)) clean++;
      if (/^(number|moment)$/.test(cellKind(fields[index]!))) values++;
    }
  if (rare.includes(delimiter) && (consistency < 0.9 || filled[0]?.fields.length !== width)) return 0;
  // Two words are no two columns, nor are a day and a time.
  if (delimiter === " " && (width < 3 || values * 2 < cells)) return 0;
  const cleanness = cells === 0 ? 0 : clean / cells;
  return consistency * cleanness ** 2 * (width === 1 ? 0.15 : 1 - 1 / (width + 1));
}
