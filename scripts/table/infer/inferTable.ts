import { headerKey } from "../../../functions/ingest/tableCheck";
import { GroundworkError } from "../../../infra/error";
import { decideColumn, type ColumnFinding, type Hints } from "./columns";
import type { Column, FileFormat, TableDefinition, ValueFormat } from "./definition";
import { columnNames, tableName } from "./names";
import { findReading, type Decision, type Reading } from "./reading";
import { readTable, type Counts, type Tally } from "./readTable";
import { reread } from "./source";
import type { Dialect } from "./splitter";

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

interface ColumnEvidence {
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

export interface InferOptions {
  /** The table's name; the file's by default. */
  readonly name?: string;
  /** Reads only so many bytes of the unpacked file; the whole file by default. */
  readonly sampleBytes?: number;
}

/**
 * Reads a whole file once and says what table it holds. Throws a GroundworkError that names the kind of file when it is
 * none of records in text, or is empty.
 */
export async function inferTable(file: string, options: InferOptions = {}): Promise<Inference> {
  let reading = await findReading(file);
  let tally = await readTable(reading, options.sampleBytes);
  if (tally.encoding !== reading.source.encoding) {
    // Its head was UTF-8, or ASCII, and the rest is not.
    reading = { ...reading, source: reread(reading.source, tally.encoding) };
    tally = await readTable(reading, options.sampleBytes);
  }
  const { byPlace, columns, questions } = describeColumns(reading, tally);
  if (columns.length === 0)
    throw new GroundworkError(`${file}: the file has no header and no records, only blank lines`);
  // Those that the loader adds come on top.
  if (columns.length > 1590)
    throw new GroundworkError(
      `${file}: it has ${columns.length} columns, and PostgreSQL's tables at most 1600`,
    );
  return {
    definition: {
      name: options.name ?? tableName(file),
      format: formatOf(reading, tally, byPlace),
      columns: columns.map(({ column }) => column),
    },
    decided: reading.decided,
    columns: columns.map(({ column, header, finding }) => ({
      name: column.name,
      header,
      examples: finding.examples,
      nulls: finding.nulls,
      note: finding.note,
    })),
    unsure: [
      ...aboutEncoding(reading, tally).map(ask),
      ...questions,
      ...aboutMarkers(columns).map(ask),
      ...reading.rules.unsure.map(ask),
      ...tally.unsure.map(ask),
    ],
    counts: tally.counts,
  };
}

const ask = (question: string): Question => ({ column: undefined, question, choices: [] });

function aboutEncoding({ source: { encoding } }: Reading, tally: Tally): string[] {
  const { foreign, invalidBytes, misconverted } = tally;
  return [
    ...(encoding === "windows-1252" || encoding === "latin1"
      ? [`The file isn't UTF-8. Are its texts right in ${encoding}? ${foreign.join(", ")}`]
      : []),
    ...(invalidBytes > 0 && encoding === "utf-8"
      ? [`${invalidBytes} bytes aren't UTF-8: their records will be rejected`]
      : []),
    ...(misconverted !== ""
      ? [
          `Signs of Windows-1252 (dashes, quotation marks, €) were lost when the file was made UTF-8: they are control characters now, as in ${JSON.stringify(misconverted)}`,
        ]
      : []),
  ];
}

/** What stands for NULL in a column of numbers or dates, and is a word as any other in one of texts. */
function aboutMarkers(columns: readonly Described[]): string[] {
  const named = (has: (finding: ColumnFinding) => boolean): string[] =>
    columns.filter(({ finding }) => has(finding)).map(({ column }) => column.name);
  return [...new Set(columns.flatMap(({ finding }) => finding.markers))].flatMap((marker) => {
    const texts = named(({ words }) => words.includes(marker));
    if (texts.length === 0) return [];
    const nulls = named(({ markers }) => markers.includes(marker));
    return `${JSON.stringify(marker)} is NULL in ${nulls.join(", ")} and stays a text in ${texts.join(", ")}: where it is none, add it to the column's nulls`;
  });
}

interface Described {
  readonly column: Column;
  readonly header: string;
  readonly finding: ColumnFinding;
}

function describeColumns(
  { layout, dialect, rules }: Reading,
  tally: Tally,
): { byPlace: boolean; columns: Described[]; questions: Question[] } {
  const all = rules.headers.map((header, index) => ({ header, profile: tally.columns[index]! }));
  // A nameless column that holds nothing comes from a trailing delimiter.
  const kept = all.filter(({ header, profile }) => header !== "" || profile.filled > 0);
  const byPlace =
    layout.header.length !== 1 || rules.headerMisfits || !areMatchable(kept.map(({ header }) => header));
  const chosen = byPlace ? all : kept;
  const names = columnNames(chosen.map(({ header }) => header));
  const first = chosen.map(({ profile }) =>
    decideColumn(profile, { dayFirst: undefined, decimal: undefined }),
  );
  const hints = hintsOf(first, dialect);
  const columns = chosen.map(({ header, profile }, at) => {
    const finding = decideColumn(profile, hints);
    return {
      header,
      finding,
      column: makeColumn(names[at]!, byPlace ? "" : header, finding.required, finding),
    };
  });
  const questions = columns
    .filter(({ finding }) => finding.choices.length > 0)
    .map(({ column, finding: { examples, note = "", choices } }) => ({
      column: column.name,
      question: `${column.name}: ${note} (${examples.slice(0, 3).join(", ")}). Until it is chosen the column is text`,
      choices: choices.map((choice) => ({
        answer: choice.answer,
        column: makeColumn(column.name, column.header ?? "", false, choice),
      })),
    }));
  return { byPlace, columns, questions };
}

/** Lines before the header that the loader finds it behind by itself. */
const foundByItself = 25;

function formatOf(
  { layout, dialect, source, rules }: Reading,
  tally: Tally,
  byPlace: boolean,
): FileFormat & ValueFormat {
  const headerLines = layout.header.reduce((sum, { lines }) => sum + lines, 0);
  const preambleLines = layout.linesBefore - headerLines;
  return {
    delimiter: dialect.delimiter,
    ...(dialect.quote === "'" ? { quote: dialect.quote } : {}),
    ...(dialect.escape === "backslash" ? { escape: dialect.escape } : {}),
    ...(source.encoding === "utf-8" ? {} : { encoding: source.encoding }),
    ...(byPlace ? { header: "none", skipLines: layout.linesBefore } : {}),
    ...(!byPlace && preambleLines > foundByItself ? { skipLines: preambleLines } : {}),
    ...(dialect.comment === "" ? {} : { comment: dialect.comment }),
    ...(rules.shortRows === "null" ? { shortRows: "null" } : {}),
    ...(rules.longRows === "cut" ? { longRows: "cut" } : {}),
    ...(tally.counts.footerLines > 0 ? { footer: tally.counts.footerLines } : {}),
    ...(dialect.blanksAroundQuotes || isIndented(tally) ? { trim: true } : {}),
  };
}

function makeColumn(
  name: string,
  header: string,
  required: boolean,
  { type, format }: { readonly type: Column["type"]; readonly format: ValueFormat },
): Column {
  return {
    name,
    ...(header !== "" && headerKey(header) !== name ? { header } : {}),
    type,
    ...(required ? { required } : {}),
    ...(Object.keys(format).length > 0 ? { format } : {}),
  };
}

/** Whether a header's names find their columns: none is missing, none is there twice. */
function areMatchable(headers: readonly string[]): boolean {
  const names = headers.map(headerKey);
  return !names.includes("") && new Set(names).size === names.length;
}

/** What decided columns say about the others. */
function hintsOf(findings: readonly ColumnFinding[], { delimiter }: Dialect): Hints {
  const patterns = findings.flatMap(({ format }) => format.dates ?? format.timestamps ?? []);
  const dayFirst = patterns.some((p) => p.startsWith("D"));
  const monthFirst = patterns.some((p) => p.startsWith("M"));
  const commas = findings.some(({ format }) => format.decimal === "," || format.thousands === ".");
  const points = findings.some(
    ({ type, format }) => format.thousands === "," || (type === "numeric" && format.decimal === undefined),
  );
  return {
    dayFirst: dayFirst === monthFirst ? undefined : dayFirst,
    // Semicolons are written where commas stand in numbers, which may be decimal or not.
    decimal: commas !== points ? (commas ? "," : ".") : delimiter === ";" ? undefined : ".",
  };
}

/** Whether fields begin with a blank behind each delimiter. */
function isIndented({ columns }: Tally): boolean {
  const behind = columns.slice(1).filter(({ filled }) => filled > 0);
  return behind.length > 0 && behind.every(({ filled, indented }) => indented >= filled * 0.9);
}
