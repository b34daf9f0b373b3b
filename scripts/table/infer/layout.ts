import { cellKind, codeShape, standsForNull, type CellKind } from "./cells";
import { commonWidth, isBlank } from "./dialect";
import type { TextRecord } from "./splitter";

/** Where a table starts in its file, and what it calls its columns. */
export interface Layout {
  readonly width: number;
  readonly columns: readonly ColumnLook[];
  /** Records before the header. */
  readonly preamble: readonly TextRecord[];
  /** One record, more of a header of several rows, none of a file without. */
  readonly header: readonly TextRecord[];
  /** Lines before the first record of data. */
  readonly linesBefore: number;
  /** The columns' names as the file has them; "" for a nameless one. Empty without a header. */
  readonly names: readonly string[];
  readonly because: string;
}

/** How many records at the start can be preamble and header. */
const searched = 60;

/** Finds preamble and header among a sample's records. */
export function findLayout(all: readonly TextRecord[]): Layout {
  const records = isSepLine(all[0]) ? all.slice(1) : all;
  // Of several tables in a file the first is meant, although a later one may have more rows.
  const widths = [commonWidth(records), commonWidth(records.slice(0, searched))];
  const width = widths.find((w) => firstOfTable(records, w) >= 0) ?? 1;
  const start = Math.max(firstOfTable(records, width), 0);
  const first = records[start];
  // Two files joined have their header twice.
  const body = records.slice(start + 1).filter((record) => !sameCells(record, first));
  const columns = describeColumns(body, width);
  const { header, because } = headerAt(records, start, columns, width);
  const last = header[header.length - 1] ?? records[start - 1];
  const linesBefore = last === undefined ? (all === records ? 0 : 1) : last.line - 1 + last.lines;
  const top = header[0] === undefined ? start : records.indexOf(header[0]);
  const preamble = [...all.slice(0, all.length - records.length), ...records.slice(0, top)];
  return { width, columns, preamble, header, linesBefore, names: joinNames(header), because };
}

/** The rows of the header at the table's first record, above and below it; none when that is a record of data. */
function headerAt(
  records: readonly TextRecord[],
  start: number,
  columns: readonly ColumnLook[],
  width: number,
): { header: readonly TextRecord[]; because: string } {
  const first = records[start];
  if (first === undefined) return { header: [], because: "there is no record" };
  const verdict = compare(first, columns, width);
  const above = records[start - 1];
  if (!isHeader(first, verdict, columns, records.length - start)) {
    // R writes no name for the rows' numbers: such a header is narrower than the records.
    const narrow = above !== undefined && !isBlank(above) && above.fields.length >= Math.max(width / 2, 2);
    const other = narrow ? compare(above, columns, width) : verdict;
    return narrow && isHeader(above, other, columns, records.length - start)
      ? { header: [above], because: headerReason(other) }
      : { header: [], because: dataReason(verdict) };
  }
  const rows = [first];
  for (let at = start + 1; at < Math.min(records.length, start + 6); at++) {
    const record = records[at]!;
    const next = isBlank(record) ? records[at + 1] : record;
    if (next === undefined || isBlank(next) || !isMore(next, compare(next, columns, width))) break;
    if (next === record) rows.push(record);
  }
  // A row that repeats the header is a header twice, not a header of two rows.
  while (rows.length > 1 && sameCells(rows[0], rows[rows.length - 1])) rows.pop();
  // A title can look like a first row of the header, but for its width.
  while (rows.length > 1 && rows[0]?.fields.length !== width) rows.shift();
  for (let at = start - 1; rows[0] === records[at + 1]; at--) {
    const row = records[at];
    if (row === undefined || isBlank(row) || !addsNames(row, rows, width)) break;
    rows.unshift(row);
  }
  return { header: rows, because: headerReason(verdict) };
}

const isSepLine = (record: TextRecord | undefined): boolean =>
  record?.line === 1 && /^sep=/i.test(record.fields[0] ?? "") && record.fields.length <= 2;

const sameCells = (a: TextRecord | undefined, b: TextRecord | undefined): boolean =>
  a?.fields.join("\0").replace("\ufeff", "") === b?.fields.join("\0");

const filledCells = (record: TextRecord): number =>
  record.fields.filter((field) => field.trim() !== "").length;

/** Rows' numbers have no name in many files. */
const lacksFirst = (record: TextRecord): boolean =>
  record.fields.length > 1 && record.fields.every((field, index) => (field.trim() === "") === (index === 0));

/** The first record that has about as much in it as the table's records have; -1 when there is none near the start. */
function firstOfTable(records: readonly TextRecord[], width: number): number {
  const usable = records.filter((record) => !isBlank(record) && Math.abs(record.fields.length - width) <= 1);
  const fills = usable.map(filledCells).sort((a, b) => a - b);
  const usual = fills[Math.floor(fills.length / 2)] ?? 1;
  const enough = width <= 2 ? Math.min(width, usual) : Math.max(2, Math.ceil(Math.min(usual, width) * 0.4));
  return records
    .slice(0, searched)
    .findIndex(
      (record) =>
        !isBlank(record) &&
        record.fields.length >= width &&
        record.fields.length <= width * 2 &&
        (record.fields.length > 1 || width === 1) &&
        (filledCells(record) >= enough || lacksFirst(record)),
    );
}

interface ColumnLook {
  /** What nearly all cells are; "text" tells nothing. */
  readonly kind: CellKind;
  readonly shape: string;
  readonly values: ReadonlySet<string>;
  readonly years: boolean;
}

function describeColumns(body: readonly TextRecord[], width: number): ColumnLook[] {
  const whole = body.filter((record) => !isBlank(record) && !record.malformed);
  // Records of another width may belong to another table.
  const alike = whole.filter((record) => record.fields.length === width);
  const looked = (alike.length > 0 ? alike : whole).slice(0, 3000);
  return Array.from({ length: width }, (_, index) => {
    const cells = looked.map((r) => r.fields[index] ?? "").filter((cell) => !standsForNull(cell));
    const kinds = cells.map(cellKind);
    const most = (["number", "moment", "flag"] as const).find(
      (kind) => kinds.filter((k) => k === kind).length > cells.length * 0.6,
    );
    const shapes = new Map<string, number>();
    for (const cell of cells) shapes.set(codeShape(cell), (shapes.get(codeShape(cell)) ?? 0) + 1);
    const shape = [...shapes].find(([s, count]) => s !== "" && count >= cells.length * 0.9)?.[0] ?? "";
    return {
      kind: cells.length === 0 ? "empty" : (most ?? "text"),
      shape,
      values: new Set(cells.map((cell) => cell.trim())),
      years: cells.length > 0 && cells.every((cell) => isYear(cell)),
    };
  });
}

const isYear = (cell: string): boolean => /^\s*(19|20)\d\d\s*$/.test(cell);

/** How many of a record's cells are what their columns hold, and how many are not. */
interface Verdict {
  readonly agree: readonly string[];
  readonly differ: readonly string[];
  readonly repeated: readonly string[];
}

function compare(record: TextRecord, columns: readonly ColumnLook[], width: number): Verdict {
  const [agree, differ, repeated]: [string[], string[], string[]] = [[], [], []];
  for (let index = 0; index < width; index++) {
    const cell = record.fields[index] ?? "";
    const column = columns[index]!;
    if (cell.trim() === "" || column.kind === "empty") continue;
    const kind = cellKind(cell);
    if (column.kind !== "text") {
      const yearAsName =
        isYear(cell) && !column.years && column.kind === "number" && record.fields.filter(isYear).length > 1;
      if (kind === column.kind && !yearAsName) agree.push(cell);
      else if (!standsForNull(cell)) differ.push(cell);
    } else if (column.shape !== "") {
      if (codeShape(cell) === column.shape) agree.push(cell);
      else differ.push(cell);
    } else if (column.values.has(cell.trim())) repeated.push(cell);
  }
  return { agree, differ, repeated };
}

/** How a record's cells compare with what the table's columns hold. */
export const compareRecord = (record: TextRecord, { columns, width }: Layout): Verdict =>
  compare(record, columns, width);

function isHeader(
  record: TextRecord,
  verdict: Verdict,
  columns: readonly ColumnLook[],
  records: number,
): boolean {
  const { agree, differ, repeated } = verdict;
  if (differ.length > agree.length) return true;
  if (agree.length > 0) return false;
  if (records === 1) return record.fields.every((cell) => cellKind(cell) === "text" || cell.trim() === "");
  // Nothing but texts: a name doesn't come back as a value, and no two are the same.
  const texts = columns.filter((column) => column.kind !== "empty").length;
  return (
    repeated.length * 2 < Math.max(texts, 1) &&
    !record.fields.some((cell) => /^(number|moment)$/.test(cellKind(cell)))
  );
}

/** Whether one more record belongs to the header: it has names where records have values, and no value. */
const isMore = (record: TextRecord, { agree, differ }: Verdict): boolean =>
  differ.length > 0 && agree.length === 0 && record.fields.length > 1;

const headerReason = ({ differ }: Verdict): string =>
  differ.length > 0
    ? `its cells are names where the records have numbers, dates or codes: ${quoteSome(differ)}`
    : "its cells are texts that don't come back in the records";
const dataReason = ({ agree, repeated }: Verdict): string =>
  agree.length > 0
    ? `the first record has values where a header has names: ${quoteSome(agree)}`
    : repeated.length > 0
      ? `the first record's texts come back in its columns: ${quoteSome(repeated)}`
      : "the first record has numbers or dates";

const quoteSome = (cells: readonly string[]): string =>
  cells
    .slice(0, 3)
    .map((cell) => JSON.stringify(cell.trim().slice(0, 40)))
    .join(", ");

/** Whether a row above the header names columns that are nameless without it, or have one name for several. */
function addsNames(above: TextRecord, header: readonly TextRecord[], width: number): boolean {
  if (above.fields.length !== width || filledCells(above) < 2) return false;
  const below = joinNames(header);
  const isLacking = (name: string, index: number) => name === "" || below.indexOf(name) !== index;
  return below.some((name, index) => isLacking(name, index) && (above.fields[index] ?? "").trim() !== "");
}

/** One name a column; in a header of several rows a name that spans columns stands in each of them. */
function joinNames(header: readonly TextRecord[]): string[] {
  if (header.length === 0) return [];
  const length = Math.max(...header.map((record) => record.fields.length));
  const rows = header.map((record, row) => {
    const cells = Array.from({ length }, (_, index) => (record.fields[index] ?? "").trim());
    if (row === header.length - 1) return cells;
    const below = header.slice(row + 1);
    return cells.map((cell, index) => {
      if (cell !== "") return cell;
      const named = below.some((next) => (next.fields[index] ?? "").trim() !== "");
      return named
        ? (cells
            .slice(0, index)
            .reverse()
            .find((left) => left !== "") ?? "")
        : "";
    });
  });
  return Array.from({ length }, (_, index) =>
    rows
      .map((cells) => cells[index]!)
      .filter((cell) => cell !== "")
      .join(" "),
  );
}
