/** What a table's definition can say so that such records are loaded, by the code of their reject. */
const hints: Readonly<Record<string, string>> = {
  "not-a-number": "decimal, thousands, currency and parentheses say how numbers are written",
  "not-a-whole-number": "decimal and thousands say how numbers are written, and numeric takes fractions",
  "out-of-range": "a wider type takes it: bigint, numeric, double precision",
  "beyond-precision": "numeric without numbers in brackets takes any",
  "not-a-date": "dates says how they are written",
  "not-a-timestamp": "timestamps says how they are written",
  "not-a-boolean": "booleans says the words for true and false",
  "not-utf-8": 'encoding "windows-1252" or "latin1" says what the bytes mean',
  "not-bytes": "bytea says whether they are hex or base64",
  "not-in-enum": "values of the enumeration are those that it takes",
  "too-long": "a type without a length takes longer texts, maxRecordBytes longer records",
  empty: "a column that is not required may be empty",
  fields: 'shortRows: "null" fills short rows up, longRows: "cut" cuts long ones',
  misquoted: 'escape: "backslash" and quote say how quotes are written',
};

/** A line for each kind of reject that the table's definition can help. */
export function hintLines(codes: readonly string[], table: string): string[] {
  return [...new Set(codes)]
    .filter((code) => hints[code] !== undefined)
    .map((code) => `  ${code}: in tables/${table}.ts ${hints[code]}`);
}
