import { defineTable, type Table } from "../../functions/ingest/table";
import { headerKey } from "../../functions/ingest/tableCheck";
import { GroundworkError } from "../../infra/error";
import { textFields } from "../../scripts/table/csvRows";
import { inferTable } from "../../scripts/table/infer/inferTable";
import { findReading } from "../../scripts/table/infer/reading";
import { readFile as readAsLoader } from "../../scripts/table/readFile";

/** What a file is read as when nobody says anything about it. */
export interface Loaded {
  /** The columns' names as the file has them, "" for a nameless one; undefined without a header. */
  readonly names: readonly string[] | undefined;
  /** The rows that would be loaded, in the order of the file's columns, all taken for text, NULL as "". */
  readonly rows: readonly (readonly string[])[];
  /** By the types that were found. */
  readonly rejected: number;
  /** What the reading wasn't sure of about the whole file, as a person is told it. */
  readonly told: readonly string[];
  /** The markers of NULL of each column, and whether blanks around its values matter. */
  readonly nulls: readonly (readonly string[])[];
  readonly blanksMatter: readonly boolean[];
}

/**
 * The one seam between the benchmark and our reading: what `table check --infer` reads, once more with texts for types.
 *
 * @throws GroundworkError for a file that is refused
 */
export async function readFile(file: string): Promise<Loaded> {
  const { definition, unsure } = await inferTable(file);
  const { layout, rules } = await findReading(file);
  const table = defineTable(definition);
  const { error, rejected } = await readAsLoader(file, table);
  if (error !== undefined) throw new GroundworkError(error);
  const texts = asTexts(table);
  const places =
    table.format.header === "none"
      ? table.columns.map((_, index) => index)
      : rules.headers.map((header) =>
          table.columns.findIndex((column) => headerKey(column.header) === headerKey(header)),
        );
  const rows: string[][] = [];
  await readAsLoader(file, texts, {
    onRows: (bytes, columns) => {
      for (const fields of textFields(texts, bytes, columns)) {
        rows.push(places.map((place) => fields[place] ?? ""));
      }
    },
  });
  const columns = places.map((place) => table.columns[place]);
  return {
    names: layout.header.length === 0 ? undefined : rules.headers,
    rows,
    rejected,
    told: unsure.filter(({ column }) => column === undefined).map(({ question }) => question),
    nulls: columns.map((column) => column?.format.nulls ?? []),
    blanksMatter: columns.map((column) => column?.type === "text" && !column.format.trim),
  };
}

/** The benchmark is about parsing: its clean versions keep 1,234.50, N/A and ="007" as they are written. */
function asTexts(table: Table): Table {
  return defineTable({
    ...table,
    format: { ...table.format, nulls: [], excelText: false },
    columns: table.columns.map(({ name, header, format }) => ({
      name,
      header,
      type: "text" as const,
      format: { trim: format.trim },
    })),
  });
}
