import { foreignText } from "../../../functions/ingest/reader/foreign";
import { GroundworkError } from "../../../infra/error";
import { detectDialect, isBlank } from "./dialect";
import { findLayout, type Layout } from "./layout";
import { decideRows, type RowRules } from "./rows";
import { headBytes, openSource, type Source } from "./source";
import { splitAll, type Dialect, type TextRecord } from "./splitter";

export interface Decision {
  readonly about: string;
  readonly value: string;
  readonly because: string;
}

/** How the file is read, as found from its head. */
export interface Reading {
  readonly source: Source;
  readonly dialect: Dialect;
  readonly layout: Layout;
  readonly rules: RowRules;
  readonly decided: readonly Decision[];
}

/** Finds how a file is read from its head alone. */
export async function findReading(file: string): Promise<Reading> {
  const source = await openSource(file);
  const sample = wholeLines(source.head);
  const foreign = foreignText(source.decode(sample));
  if (foreign !== undefined) throw new GroundworkError(`${file}: the file is ${foreign}`);
  const found = detectDialect(sample, (bytes) => source.decode(bytes));
  let { dialect, records } = found;
  let layout = findLayout(records);
  const comment = commentSign(records, layout);
  if (comment !== "") {
    dialect = { ...dialect, comment };
    records = splitAll(sample, dialect, (bytes) => source.decode(bytes));
    layout = findLayout(records);
  }
  const rules = decideRows(records, layout);
  return {
    source,
    dialect,
    layout,
    rules,
    decided: decisions(source, dialect, layout, rules, found.runnerUp),
  };
}

/** A sample's last line may be cut off. */
function wholeLines(head: Buffer): Buffer {
  if (head.length < headBytes) return head;
  const end = Math.max(head.lastIndexOf(10), head.lastIndexOf(13));
  return end < 0 ? head : head.subarray(0, end + 1);
}

/** The sign at the start of lines that are no records of the table: `#` or `%`; "" for none. */
function commentSign(records: readonly TextRecord[], { header, preamble, width }: Layout): string {
  const [first] = header;
  for (const sign of ["#", "%"]) {
    const starts = (record: TextRecord) =>
      record.fields[0]?.startsWith(sign) === true && record.quoted[0] !== true;
    if (first !== undefined && starts(first)) continue;
    const signed = records.filter(starts);
    const before = preamble.filter((record) => !isBlank(record));
    if (
      signed.length === 0 ||
      signed.filter((r) => r.fields.length === width && width > 1).length > signed.length / 2
    )
      continue;
    if (before.length === 0 ? signed.length > 0 && width > 1 : before.every(starts)) return sign;
  }
  return "";
}

const delimiterNames: Readonly<Record<string, string>> = {
  "\t": "tab",
  " ": "blank",
  ",": "comma",
  ";": "semicolon",
};

function decisions(
  source: Source,
  dialect: Dialect,
  layout: Layout,
  rules: RowRules,
  runnerUp: string | undefined,
): Decision[] {
  const mark = source.byteOrderMark ? "its byte order mark" : "its bytes";
  const order = source.byteOrder === undefined ? "" : `, ${source.byteOrder} endian`;
  const named = (sign: string) => delimiterNames[sign] ?? sign;
  return [
    ...(source.compression
      ? [{ about: "compression", value: source.compression, because: "its first bytes" }]
      : []),
    { about: "encoding", value: source.encoding + order, because: mark },
    {
      about: "delimiter",
      value: named(dialect.delimiter),
      because: `${layout.width} columns${runnerUp === undefined ? "" : `; the next best was ${named(runnerUp)}`}`,
    },
    ...(dialect.quote === "'"
      ? [{ about: "quote", value: "'", because: "more fields stand in ' than in \"" }]
      : []),
    ...(dialect.escape === "backslash"
      ? [{ about: "escape", value: "backslash", because: "more records are whole under it" }]
      : []),
    ...(dialect.blanksAroundQuotes
      ? [{ about: "trim", value: "true", because: "quotes stand behind blanks" }]
      : []),
    ...(dialect.comment !== ""
      ? [{ about: "comment", value: dialect.comment, because: "lines start with it" }]
      : []),
    ...(layout.preamble.length > 0
      ? [
          {
            about: "lines before the header",
            value: String(layout.preamble.length),
            because: layout.preamble
              .slice(0, 3)
              .map((r) => JSON.stringify(r.fields.join(dialect.delimiter).slice(0, 60)))
              .join(", "),
          },
        ]
      : []),
    {
      about: "header",
      value:
        layout.header.length === 0
          ? "none"
          : layout.header.length === 1
            ? "names"
            : `${layout.header.length} rows`,
      because: layout.because,
    },
    ...rules.decided,
  ];
}
