import { inferTable } from "../../scripts/table/infer/inferTable";
import { findReading } from "../../scripts/table/infer/reading";
import { isCut } from "../../scripts/table/infer/readTable";
import { fieldBytes, makeSplitter } from "../../scripts/table/infer/splitter";

/** What a file is read as when nobody says anything about it. */
export interface Loaded {
  /** The columns' names as the file has them, "" for a nameless one; undefined without a header. */
  readonly names: readonly string[] | undefined;
  /** The rows that would be loaded, all columns taken for text, NULL as "". */
  readonly rows: readonly (readonly string[])[];
  readonly rejected: number;
  /** What the reading wasn't sure of about the whole file, as a person is told it. */
  readonly told: readonly string[];
  /** The markers of NULL of each column, and whether blanks around its values matter. */
  readonly nulls: readonly (readonly string[])[];
  readonly blanksMatter: readonly boolean[];
}

/**
 * The one seam between the benchmark and our reading: the definition that is found, and what is read by it. Throws a
 * GroundworkError for a file that is refused.
 */
export async function readFile(file: string): Promise<Loaded> {
  const { definition, counts, unsure } = await inferTable(file);
  const { source, dialect, layout, rules } = await findReading(file);
  const width = rules.headers.length;
  const rows: string[][] = [];
  const trim = definition.format.trim === true;
  let rejected = 0;
  const header = layout.header[0]?.fields;
  const splitter = makeSplitter(dialect, (record) => {
    if (record.line <= layout.linesBefore) return;
    const fields = Array.from({ length: record.count }, (_, index) =>
      source.decode(fieldBytes(record, index, dialect)),
    ).map((field) => (trim ? field.trim() : field));
    if (fields.every((field) => field.trim() === "")) return;
    if (header?.every((name, index) => name === fields[index]) === true) return;
    const cut = isCut(record, width, rules.longRows);
    if (
      record.malformed ||
      (record.count > width && !cut) ||
      (record.count < width && rules.shortRows === "reject")
    )
      rejected++;
    else rows.push(fields.slice(0, width));
  });
  for await (const piece of source.pieces()) splitter.push(piece);
  splitter.end();
  const { columns, format } = definition;
  return {
    names: layout.header.length === 0 ? undefined : rules.headers,
    rows,
    // The footer's lines are all too short.
    rejected: rejected - counts.footerLines,
    told: unsure.filter(({ column }) => column === undefined).map(({ question }) => question),
    nulls: columns.map((column) => column.format?.nulls ?? []),
    blanksMatter: columns.map(({ type }) => type === "text" && format.trim !== true),
  };
}
