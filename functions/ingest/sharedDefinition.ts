import { fileDefaults, valueDefaults } from "./format";
import { parseType } from "./reader/types";
import type { Column, Table } from "./table";

/** The types that functions/glue/values.py has, by what it calls them. */
function sharedType({ type, times }: Column): object | undefined {
  const { args = [] } = parseType(type) ?? {};
  const [first = 0, second = 0] = args;
  if (type === "integer" || type === "date") return { kind: type };
  if (typeof type !== "string") return undefined;
  if (type.startsWith("varchar(")) return { kind: "text", length: first };
  if (!type.startsWith("numeric(") || second < 0 || second > first) return undefined;
  return { kind: "decimal", precision: first, scale: second, times };
}

/**
 * A table as data, for the road that isn't written in TypeScript: the Glue job reads it as JSON.
 *
 * @throws Error that names each option and type that the Glue job doesn't have.
 */
export function sharedDefinition(table: Table): object {
  const { name, columns, format, sameFile, sameRow, lineage, transform } = table;
  const problems: string[] = [];
  const differs = (key: string, value: unknown, known: unknown): void => {
    const written = JSON.stringify(value);
    if (written !== JSON.stringify(known)) problems.push(`${key} ${written}`);
  };
  for (const [key, value] of Object.entries(fileDefaults)) {
    differs(`format.${key}`, format[key as keyof typeof format], value);
  }
  if (transform) problems.push("transform");
  differs("sameFile", sameFile, "append");
  differs("sameRow", sameRow, "fail");
  differs("lineage", lineage, {});
  const shared = columns.map((column) => {
    const { name: column_, header, required } = column;
    const type = sharedType(column);
    if (type === undefined) problems.push(`${column_}: type ${JSON.stringify(column.type)}`);
    if (type !== undefined && "length" in type && required) problems.push(`${column_}: a required text`);
    const { nulls, ...values } = column.format;
    for (const [key, value] of Object.entries(values)) {
      differs(`${column_}: format.${key}`, value, valueDefaults[key as keyof typeof values]);
    }
    return { header, column: column_, type, required, nulls };
  });
  if (problems.length > 0) {
    throw new Error(
      `The Glue job can't load ${name}, which has what it lacks: ${problems.join("; ")}. Leave these out, or ingest:glue`,
    );
  }
  return { table: name, columns: shared };
}
