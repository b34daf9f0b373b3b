/** How a table's files are written. Every key is optional; the defaults do no harm to a plain CSV file. */
export interface FileFormat {
  /** Between fields: any one ASCII character, or "auto": of `,` `;` tab `|` the one that the header's names ask for. "," */
  readonly delimiter: string;
  /** Around fields: `"` or `'`, or "" for none. `"` */
  readonly quote: "" | '"' | "'";
  /** How a quote stands inside quotes: twice, or behind a backslash. "doubled" */
  readonly escape: "doubled" | "backslash";
  /** What the file's bytes mean. A byte order mark, or UTF-16's zero bytes, decide by themselves. "utf-8" */
  readonly encoding: "utf-8" | "utf-16" | "latin1" | "windows-1252";
  /** Whether the file names its columns: matched without case and outer blanks, in any order. "names" */
  readonly header: "names" | "none";
  /** Lines before the header; "auto": a `sep=` line, and what precedes the names in 30 lines or 64 KiB. "auto" */
  readonly skipLines: number | "auto";
  /** What becomes of columns that the table has not; one without a name is always left out. "leave out" */
  readonly extraColumns: "leave out" | "refuse";
  /** What a missing column that is not required gets: NULL or the table's default, or the file is refused. "null" */
  readonly missingColumns: "null" | "refuse";
  /** One character that, at a line's start, makes it a comment. "" */
  readonly comment: string;
  /** What a record is that equals the header. "skip" */
  readonly repeatedHeader: "skip" | "reject";
  /** What blank lines are, and rows whose fields are all empty. "skip" */
  readonly emptyRows: "skip" | "load";
  /** What a row with too few fields is; "null": those missing are NULL. "reject" */
  readonly shortRows: "reject" | "null";
  /** What a row with too many fields is. One empty field more, of a trailing delimiter, is always cut. "reject" */
  readonly longRows: "reject" | "cut";
  /** So many lines at the file's end, blank ones not counted, are no records. 0 */
  readonly footer: number;
}

/** How values are written, in a whole file or in one column. */
export interface ValueFormat {
  /** What stands for NULL outside quotes. Without "" an empty text is the empty text; other types take it for NULL. */
  readonly nulls: readonly string[];
  /** Whether blanks are cut around texts, and before a quote, which then opens one; around other values always. false */
  readonly trim: boolean;
  /** Before a number's fraction. "." */
  readonly decimal: "." | ",";
  /** Between groups of three digits; " " is every kind of blank. "" */
  readonly thousands: "" | "," | "." | " " | "'";
  /** Signs before or behind a number that are left out. [] */
  readonly currency: readonly string[];
  /** Whether (12.50) is -12.50. false */
  readonly parentheses: boolean;
  /** Of YYYY YY MMMM MMM MM M DD D; a time behind it is left out. "YYYY-MM-DD" */
  readonly dates: string;
  /** Of those and HH H hh h mm ss A, a fraction and a zone may follow; "ISO" is ISO 8601, T or blank. "ISO" */
  readonly timestamps: string;
  /** Of a timestamptz that names none: an IANA name or an offset as +02:00. "UTC" */
  readonly zone: string;
  /** Without case. PostgreSQL's own words: t f true false y n yes no on off 1 0. */
  readonly booleans: { readonly true: readonly string[]; readonly false: readonly string[] };
  /** How bytes are written; hex behind \x, 0x or nothing. "hex" */
  readonly bytea: "hex" | "base64";
  /** Whether ="007" is 007, as spreadsheets write it. true */
  readonly excelText: boolean;
}

export const fileDefaults: FileFormat = {
  delimiter: ",",
  quote: '"',
  escape: "doubled",
  encoding: "utf-8",
  header: "names",
  skipLines: "auto",
  extraColumns: "leave out",
  missingColumns: "null",
  comment: "",
  repeatedHeader: "skip",
  emptyRows: "skip",
  shortRows: "reject",
  longRows: "reject",
  footer: 0,
};

export const valueDefaults: ValueFormat = {
  nulls: ["", "NULL", "\\N", "nan", "NaN"],
  trim: false,
  decimal: ".",
  thousands: "",
  currency: [],
  parentheses: false,
  dates: "YYYY-MM-DD",
  timestamps: "ISO",
  zone: "UTC",
  booleans: {
    true: ["t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"],
    false: ["f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"],
  },
  bytea: "hex",
  excelText: true,
};
