import type { ColumnDefinition, LineageDefinition, TableDefinition, Transform } from "./definition";
import { type FileFormat, type ValueFormat, fileDefaults, valueDefaults } from "./format";
import { definitionProblems } from "./tableCheck";

export type { Fields, TableDefinition } from "./definition";

export interface Column extends Required<Omit<ColumnDefinition, "format">> {
  readonly format: ValueFormat;
}

/** A lineage with its defaults. */
interface Lineage extends Omit<LineageDefinition, "parts"> {
  readonly parts?: Readonly<Record<string, Column>>;
}

/** A definition with all its defaults: plain data, and at most one function that makes the transform. */
export interface Table {
  readonly name: string;
  readonly files: { readonly prefix: string; readonly pattern: string };
  readonly format: FileFormat;
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  readonly sameFile: "append" | "replace";
  readonly sameRow: "fail" | "skip" | "update";
  readonly lineage: Lineage;
  readonly maxRejects?: number | `${number}%`;
  readonly maxRecordBytes: number;
  readonly transform?: Transform;
}

/**
 * Checks a definition and fills in its defaults.
 *
 * @throws Error that names every problem of the definition at once.
 */
export function defineTable(definition: TableDefinition): Table {
  const problems = definitionProblems(definition);
  if (problems.length > 0) {
    throw new Error(
      `The table ${definition.name} can't be:\n${problems.map((each) => `- ${each}`).join("\n")}`,
    );
  }
  const { name, files, format = {}, columns, key = [], maxRejects, transform } = definition;
  return {
    name,
    files: { prefix: "", pattern: "**", ...files },
    format: pick(fileDefaults, format),
    columns: columns.map((column) => columnOf(column, format, key)),
    key,
    sameFile: definition.sameFile ?? "append",
    sameRow: definition.sameRow ?? "fail",
    lineage: lineageOf(definition),
    maxRecordBytes: definition.maxRecordBytes ?? 256 * 1024,
    ...(maxRejects !== undefined && { maxRejects }),
    ...(transform && { transform }),
  };
}

function columnOf(column: ColumnDefinition, format: Partial<ValueFormat>, key: readonly string[]): Column {
  return {
    name: column.name,
    header: column.header ?? column.name,
    type: column.type,
    required: (column.required ?? false) || key.includes(column.name),
    times: column.times ?? 1,
    format: pick(pick(valueDefaults, format), column.format ?? {}),
  };
}

function lineageOf({ lineage: { parts, ...lineage } = {}, format = {} }: TableDefinition): Lineage {
  if (parts === undefined) return lineage;
  const columns = Object.entries(parts).map(([part, column]): [string, Column] => [
    part,
    columnOf(typeof column === "string" ? { name: column, type: "text" } : column, format, []),
  ]);
  return { ...lineage, parts: Object.fromEntries(columns) };
}

/** The defaults with what is given for them. */
function pick<T extends object>(defaults: T, given: Partial<T>): T {
  const known = Object.entries(given).filter(([key, value]) => key in defaults && value !== undefined);
  return { ...defaults, ...(Object.fromEntries(known) as Partial<T>) };
}
