import { isAscii } from "node:buffer";
import type { Reading } from "./reading";
import { makeProfile, type ColumnProfile } from "./profile";
import { makeUtf8Check, type Encoding } from "./source";
import { fieldBytes, makeSplitter, type Split } from "./splitter";

/** Of all records behind the header. `bytes` are those of the unpacked file. */
export interface Counts {
  readonly bytes: number;
  readonly rows: number;
  readonly repeatedHeaders: number;
  readonly shortRows: number;
  readonly longRows: number;
  readonly malformed: number;
  readonly footerLines: number;
}

/** What one reading of the whole file counted. */
export interface Tally {
  readonly columns: readonly ColumnProfile[];
  readonly counts: Counts;
  readonly unsure: readonly string[];
  /** What the whole file is; another than its head's means that it has to be read again. */
  readonly encoding: Encoding;
  readonly invalidBytes: number;
  /** A text with letters that were lost when the file was converted to UTF-8. */
  readonly misconverted: string;
  /** Some texts with letters beyond ASCII. */
  readonly foreign: readonly string[];
}

/** Records of another width that are kept to be shown, and to look for a footer. */
const keptOdd = 20;
const maxFooterLines = 10;

interface Odd {
  readonly line: number;
  readonly fields: number;
  readonly text: string;
}

/** Reads the file's records behind its header once, and counts what its columns hold. */
export async function readTable(reading: Reading, sampleBytes = Infinity): Promise<Tally> {
  const { source, dialect, layout, rules } = reading;
  const width = rules.headers.length;
  const profile = makeProfile(width, dialect.delimiter, (bytes) => source.decode(bytes));
  const header = layout.header[0]?.fields ?? [];
  const counts = { rows: 0, repeatedHeaders: 0, shortRows: 0, longRows: 0, malformed: 0 };
  const notes = { repeatedAt: 0, titles: 0, titleAt: 0, title: "" };
  let wasEmpty = false;
  let [bytes, lastGoodLine] = [0, layout.linesBefore];
  const odd: Odd[] = [];
  const foreign: string[] = [];

  const textOf = (record: Split) =>
    source.decode(record.bytes.subarray(record.start, Math.min(record.end, record.start + 60)));

  const keep = (record: Split) => {
    if (odd.length === keptOdd) odd.shift();
    odd.push({ line: record.line, fields: record.count, text: textOf(record) });
  };

  const splitter = makeSplitter(dialect, (record) => {
    if (record.line <= layout.linesBefore) return;
    if (isEmpty(record)) {
      wasEmpty = true;
      return;
    }
    const isBehindEmpty = wasEmpty;
    wasEmpty = false;
    if (record.malformed) {
      counts.malformed++;
      keep(record);
      return;
    }
    if (record.count !== width && !isCut(record, width, rules.longRows)) {
      if (record.count > width) counts.longRows++;
      else counts.shortRows++;
      if (record.count > width || rules.shortRows === "reject") {
        keep(record);
        return;
      }
    }
    if (isHeader(record, header, (b) => source.decode(b))) {
      if (counts.repeatedHeaders++ === 0) notes.repeatedAt = record.line;
      return;
    }
    if (isBehindEmpty && width > 1 && isTitle(record)) {
      if (notes.titles++ === 0) [notes.titleAt, notes.title] = [record.line, textOf(record)];
    }
    counts.rows++;
    lastGoodLine = record.line + record.lines - 1;
    profile.add(record);
    if (source.encoding !== "utf-8" && source.encoding !== "utf-16" && foreign.length < 5) addForeign(record);
  });

  function addForeign(record: Split): void {
    if (isAscii(record.bytes.subarray(record.start, record.end))) return;
    for (let index = 0; index < record.count && foreign.length < 5; index++) {
      const field = fieldBytes(record, index, dialect);
      if (!field.some((byte) => byte > 127)) continue;
      const text = JSON.stringify(source.decode(field).slice(0, 40));
      if (!foreign.includes(text)) foreign.push(text);
    }
  }

  const check = source.encoding === "utf-8" ? makeUtf8Check() : undefined;
  for await (const piece of source.pieces()) {
    bytes += piece.length;
    check?.look(piece);
    splitter.push(piece);
    if (bytes >= sampleBytes) break;
  }
  if (bytes < sampleBytes) splitter.end();
  const verdict = check?.verdict() ?? { invalid: 0, misconverted: "", encoding: source.encoding };

  const footer =
    rules.shortRows === "reject" && bytes < sampleBytes ? footerOf(odd, lastGoodLine, width) : [];
  // Each of its records is a single field and so a line; blank lines aren't counted.
  const footerLines = footer.length;
  const isFooter = footerLines > 0 && footerLines <= maxFooterLines;
  if (isFooter) counts.shortRows -= footer.length;
  const rejected = isFooter ? odd.filter((record) => !footer.includes(record)) : odd;
  return {
    columns: profile.columns,
    counts: { bytes, ...counts, footerLines: isFooter ? footerLines : 0 },
    unsure: [
      ...rejectedRows(rejected, counts, width),
      ...tablesWithin(notes, counts.repeatedHeaders),
      ...(isFooter
        ? [`The last ${footerLines} lines are taken for a footer: ${JSON.stringify(footer[0]?.text)}`]
        : []),
    ],
    encoding: verdict.encoding,
    invalidBytes: verdict.invalid,
    misconverted: verdict.misconverted,
    foreign,
  };
}

/** The records behind the last good one, when each is a single field in a table of several columns. */
function footerOf(odd: readonly Odd[], lastGoodLine: number, width: number): Odd[] {
  const behind = odd.filter(({ line }) => line > lastGoodLine);
  return width > 1 && lastGoodLine > 0 && behind.every(({ fields }) => fields === 1) ? behind : [];
}

function rejectedRows(
  odd: readonly Odd[],
  counts: { longRows: number; shortRows: number; malformed: number },
  width: number,
): string[] {
  const [first] = odd;
  if (first === undefined) return [];
  const kinds = [
    counts.shortRows > 0 ? `${counts.shortRows} with less than ${width} fields` : "",
    counts.longRows > 0 ? `${counts.longRows} with more than ${width} fields` : "",
    counts.malformed > 0 ? `${counts.malformed} with a quote out of place` : "",
  ].filter((kind) => kind !== "");
  return [
    `Records that will be rejected: ${kinds.join(", ")}; such as line ${first.line}: ${JSON.stringify(first.text)}`,
  ];
}

/** What shows that a file holds more than one table. */
function tablesWithin(
  notes: { repeatedAt: number; titles: number; titleAt: number; title: string },
  repeatedHeaders: number,
): string[] {
  return [
    ...(repeatedHeaders > 0
      ? [
          `The header comes again ${repeatedHeaders} times, first in line ${notes.repeatedAt}: it is skipped there`,
        ]
      : []),
    ...(notes.titles > 0
      ? [
          `Behind empty rows, ${notes.titles} rows have a value only in the first column, such as line ${notes.titleAt}: ${JSON.stringify(notes.title)}. They are loaded as rows; does the file hold several tables?`,
        ]
      : []),
  ];
}

/** Whether a record has a value in its first field and none in the others. */
const isTitle = (record: Split): boolean =>
  record.to[0] !== record.from[0] &&
  isEmpty({ ...record, from: record.from.subarray(1), to: record.to.subarray(1), count: record.count - 1 });

function isEmpty({ bytes, count, from, to }: Split): boolean {
  for (let index = 0; index < count; index++)
    for (let at = from[index]!; at < to[index]!; at++) {
      // Control characters too, as Ctrl-Z on a line of its own.
      if (bytes[at]! > 32) return false;
    }
  return true;
}

/** Whether all that a record has more than the table's columns is blank, and may be cut. */
function isCut({ bytes, count, from, to }: Split, width: number, longRows: "reject" | "cut"): boolean {
  if (count <= width || (longRows === "reject" && count > width + 1)) return false;
  for (let index = width; index < count; index++) {
    const field = bytes.subarray(from[index], to[index]);
    if (longRows === "reject" ? field.length > 0 : field.some((byte) => byte > 32)) return false;
  }
  return true;
}

function isHeader(record: Split, header: readonly string[], decode: (bytes: Buffer) => string): boolean {
  if (header.length === 0 || record.count < header.length) return false;
  const [name = ""] = header;
  const { bytes, from, to } = record;
  // Of files that were joined each may begin with a byte order mark.
  const start = from[0]! + (bytes[from[0]!] === 0xef && bytes[from[0]! + 1] === 0xbb ? 3 : 0);
  // Seldom as long as the name: only then it is looked at.
  if (to[0]! - start !== Buffer.byteLength(name)) return false;
  return header.every(
    (field, index) => decode(bytes.subarray(index === 0 ? start : from[index], to[index])) === field,
  );
}
