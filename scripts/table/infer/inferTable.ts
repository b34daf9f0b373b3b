import { basename } from "node:path";
import { GroundworkError } from "../../../infra/error";
import { decideColumn, type ColumnFinding, type Hints } from "./columns";
import type { Column, FileFormat, TableDefinition, ValueFormat } from "./definition";
import { detectDialect, isBlank } from "./dialect";
import { refusedText } from "./kinds";
import { findLayout, type Layout } from "./layout";
import { columnNames, snakeCase } from "./names";
import { readTable, type Tally } from "./readTable";
import { decideRows, type RowRules } from "./rows";
import { openSource, reread, type Source } from "./source";
import { splitAll, type Dialect, type TextRecord } from "./splitter";

/** A table's definition as its file shows it, and what it was decided by. */
export interface Inference {
  readonly definition: TableDefinition;
  /** What was decided about the file, in the order of reading it. */
  readonly decided: readonly Decision[];
  readonly columns: readonly ColumnEvidence[];
  /** What the file doesn't tell: to be asked, or to be looked at. */
  readonly unsure: readonly Question[];
  readonly counts: Counts;
}

export interface Decision {
  readonly about: string;
  readonly value: string;
  readonly because: string;
}

export interface ColumnEvidence {
  readonly name: string;
  readonly header: string;
  readonly examples: readonly string[];
  readonly nulls: number;
  readonly note: string | undefined;
}

export interface Question {
  /** undefined for what is about the whole file. */
  readonly column: string | undefined;
  readonly question: string;
  /** What can be put in the column's place in the definition; none where a person can only look. */
  readonly choices: readonly { readonly answer: string; readonly column: Column }[];
}

/** Of all records behind the header. `bytes` are those of the unpacked file. */
export interface Counts {
  readonly bytes: number;
  readonly lines: number;
  readonly rows: number;
  readonly emptyRows: number;
  readonly repeatedHeaders: number;
  readonly shortRows: number;
  readonly longRows: number;
  readonly malformed: number;
  readonly footerLines: number;
}

export interface InferOptions {
  /** The table's name; the file's by default. */
  readonly name?: string;
  /** Reads only so many bytes of the unpacked file; the whole file by default. */
  readonly sampleBytes?: number;
}

/** How the file is read, as found from its first half MiB. */
export interface Reading {
  readonly source: Source;
  readonly dialect: Dialect;
  readonly layout: Layout;
  readonly rules: RowRules;
  readonly decided: readonly Decision[];
}

/**
 * Reads a whole file once and says what table it holds. Throws a GroundworkError that names the kind of file when it is
 * none of records in text, or is empty.
 */
export async function inferTable(file: string, options: InferOptions = {}): Promise<Inference> {
  let reading = await findReading(file);
  let tally = await readTable(reading, options.sampleBytes);
  const unsure: Question[] = [];
  if (tally.encoding !== reading.source.encoding) {
    const encoding = tally.encoding as "latin1" | "windows-1252";
    reading = { ...reading, source: reread(reading.source, encoding) };
    tally = await readTable(reading, options.sampleBytes);
  }
  const { source } = reading;
  if (source.encoding === "windows-1252" || source.encoding === "latin1")
    unsure.push(
      ask(`The file isn't UTF-8. Are its texts right in ${source.encoding}? ${tally.foreign.join(", ")}`),
    );
  if (tally.invalidBytes > 0 && source.encoding === "utf-8")
    unsure.push(ask(`${tally.invalidBytes} bytes aren't UTF-8: their records will be rejected`));
  if (tally.misconverted !== "")
    unsure.push(
      ask(
        `Signs of Windows-1252 (dashes, quotation marks, €) were lost when the file was made UTF-8: they are control characters now, as in ${JSON.stringify(tally.misconverted)}`,
      ),
    );
  return describe(options.name ?? nameOf(file), reading, tally, unsure);
}

const ask = (question: string): Question => ({ column: undefined, question, choices: [] });

const nameOf = (file: string): string => {
  const stem = basename(file).replace(/(\.(csv|tsv|txt|dat|psv|gz))+$/i, "");
  return snakeCase(stem) || "table_1";
};

/** Finds how a file is read from its head alone. */
export async function findReading(file: string): Promise<Reading> {
  const source = await openSource(file);
  const sample = wholeLines(source.head);
  const refusal = refusedText(source.decode(sample));
  if (refusal !== undefined) throw new GroundworkError(`${file}: ${refusal}`);
  const found = detectDialect(sample, (bytes) => source.decode(bytes));
  let { dialect, records } = { dialect: found.dialect, records: found.records };
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
  if (head.length < 500_000) return head;
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
  runnerUp: { delimiter: string; fit: number } | undefined,
): Decision[] {
  const mark = source.byteOrderMark ? "its byte order mark" : "its bytes";
  const order = source.byteOrder === undefined ? "" : `, ${source.byteOrder} endian`;
  const named = (sign: string) => delimiterNames[sign] ?? sign;
  return [
    ...(source.compression === "gzip"
      ? [{ about: "compression", value: "gzip", because: "its first bytes" }]
      : []),
    { about: "encoding", value: source.encoding + order, because: mark },
    {
      about: "delimiter",
      value: named(dialect.delimiter),
      because: `${layout.width} columns${runnerUp === undefined ? "" : `; the next best was ${named(runnerUp.delimiter)}`}`,
    },
    ...(dialect.quote === "'"
      ? [{ about: "quote", value: "'", because: "more fields stand in ' than in \"" }]
      : []),
    ...(dialect.escape === "backslash"
      ? [{ about: "escape", value: "backslash", because: "more records are whole under it" }]
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

function describe(name: string, reading: Reading, tally: Tally, unsure: Question[]): Inference {
  const { layout, dialect, source, rules } = reading;
  const headers = rules.headers;
  // A nameless column that holds nothing comes from a trailing delimiter.
  const kept = headers
    .map((_, index) => index)
    .filter(
      (index) =>
        headers[index] !== "" || (tally.columns[index]?.filled ?? 0) > 0 || layout.header.length === 0,
    );
  const byPlace =
    layout.header.length !== 1 ||
    rules.headerMisfits ||
    !matchable(kept.map((index) => headers[index] as string));
  const places = byPlace ? headers.map((_, index) => index) : kept;
  const names = columnNames(places.map((index) => headers[index] as string));
  const profiles = places.map((index) => tally.columns[index]).filter((profile) => profile !== undefined);
  const noHints: Hints = { dayFirst: undefined, decimal: undefined };
  const hints = hintsOf(
    profiles.map((profile) => decideColumn(profile, noHints)),
    dialect,
  );
  const findings = profiles.map((profile) => decideColumn(profile, hints));
  const columns = findings.map((finding, at) =>
    makeColumn(names[at] as string, headers[places[at] as number] as string, finding, finding),
  );
  findings.forEach((finding, at) => {
    const column = columns[at] as Column;
    if (finding.choices.length > 0)
      unsure.push({
        column: column.name,
        question: `${column.name}: ${finding.examples.slice(0, 3).join(", ")} fit ${finding.choices.map(({ answer }) => answer).join(" and ")}: which is it? Until it is chosen the column is text`,
        choices: finding.choices.map((choice) => ({
          answer: choice.answer,
          column: makeColumn(column.name, headers[places[at] as number] as string, finding, choice),
        })),
      });
  });
  unsure.push(...rules.unsure.map(ask), ...tally.unsure.map(ask));
  const trim = isIndented(tally);
  const format: FileFormat & ValueFormat = {
    delimiter: dialect.delimiter,
    ...(dialect.quote === "'" ? { quote: dialect.quote } : {}),
    ...(dialect.escape === "backslash" ? { escape: dialect.escape } : {}),
    ...(source.encoding === "utf-8" ? {} : { encoding: source.encoding }),
    ...(byPlace
      ? { header: "none", skipLines: layout.linesBefore }
      : layout.preamble.length > 25
        ? { skipLines: layout.linesBefore - (layout.header[0]?.lines ?? 1) }
        : {}),
    ...(dialect.comment === "" ? {} : { comment: dialect.comment }),
    ...(rules.shortRows === "null" ? { shortRows: "null" } : {}),
    ...(rules.longRows === "cut" ? { longRows: "cut" } : {}),
    ...(tally.counts.footerLines > 0 ? { footer: tally.counts.footerLines } : {}),
    ...(trim ? { trim } : {}),
  };
  return {
    definition: { name, format, columns },
    decided: reading.decided,
    columns: findings.map(({ examples, nulls, note }, at) => ({
      name: names[at] as string,
      header: headers[places[at] as number] as string,
      examples,
      nulls,
      note,
    })),
    unsure,
    counts: tally.counts,
  };
}

function makeColumn(
  name: string,
  header: string,
  { required }: ColumnFinding,
  { type, format }: Pick<Column, "type"> & { format: ValueFormat },
): Column {
  return {
    name,
    ...(header !== "" && header !== name ? { header } : {}),
    type,
    ...(required ? { required } : {}),
    ...(Object.keys(format).length > 0 ? { format } : {}),
  };
}

/** Whether a header's names find their columns: none is missing, none is there twice. */
function matchable(headers: readonly string[]): boolean {
  const names = headers.map((header) => header.trim().toLowerCase());
  return !names.includes("") && new Set(names).size === names.length;
}

/** What decided columns say about the others. */
function hintsOf(findings: readonly ColumnFinding[], { delimiter }: Dialect): Hints {
  const patterns = findings.flatMap(({ format }) => format.dates ?? format.timestamps ?? []);
  const dayFirst = patterns.some((p) => p.startsWith("DD"));
  const monthFirst = patterns.some((p) => p.startsWith("MM"));
  const commas = findings.some(({ format }) => format.decimal === "," || format.thousands === ".");
  const points = findings.some(
    ({ type, format }) => format.thousands === "," || (type === "numeric" && format.decimal === undefined),
  );
  return {
    dayFirst: dayFirst === monthFirst ? undefined : dayFirst,
    decimal: commas === points ? (delimiter === "," ? "." : undefined) : commas ? "," : ".",
  };
}

/** Whether fields begin with a blank behind each delimiter. */
function isIndented({ columns }: Tally): boolean {
  const behind = columns.slice(1).filter(({ filled }) => filled > 0);
  return behind.length > 0 && behind.every(({ filled, indented }) => indented >= filled * 0.9);
}
