import type { Client } from "pg";
import type { ColumnType } from "./reader/types";
import type { Table } from "./table";
import { addedColumns, quoteName } from "./tableSql";

/** What a table in the database must be like, as plain data. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly {
    readonly name: string;
    /** As the catalog writes it. */
    readonly type: string;
    /** Of an enumeration. */
    readonly values: readonly string[];
  }[];
}

/** The catalog's names of what DDL has shorter ones for. */
const long: Readonly<Record<string, string>> = {
  varchar: "character varying",
  char: "character",
  time: "time without time zone",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
};

function catalogType(type: ColumnType): string {
  if (typeof type === "object")
    return /^[a-z_][a-z0-9_]*$/.test(type.enum) ? type.enum : quoteName(type.enum);
  const [, name = "", brackets = ""] = /^([a-z ]+)(.*)$/.exec(type.replace(", ", ",")) ?? [];
  if (type === "char") return "character(1)";
  if (name === "numeric" && /^\(\d+\)$/.test(brackets)) return `numeric(${brackets.slice(1, -1)},0)`;
  return (long[name] ?? name) + brackets;
}

export function shapeOf(table: Pick<Table, "name" | "columns" | "lineage">): TableShape {
  const parts = Object.values(table.lineage.parts ?? {});
  const typed = [...table.columns, ...parts].map(({ name, type }) => ({
    name,
    type: catalogType(type),
    values: typeof type === "object" ? type.values : [],
  }));
  const added = addedColumns(table)
    .filter(({ name }) => !parts.some((part) => part.name === name))
    .map(({ name, type }) => ({ name, type: catalogType(type as ColumnType), values: [] }));
  return { name: table.name, columns: [...typed, ...added] };
}

interface Attribute {
  name: string;
  type: string;
  /** A row can't be without a value for it, and nothing but the row gives one. */
  needed: boolean;
  values: string[] | null;
  /** Whether jobs may load the table. */
  listed: boolean;
}

/** How the database's table differs from its definition, a sentence each, with what to mend. */
export async function misfits(client: Pick<Client, "query">, shape: TableShape): Promise<string[]> {
  const { name, columns } = shape;
  const { rows } = await client.query<Attribute>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type,
       attnotnull AND NOT atthasdef AND attidentity = '' AS needed,
       (SELECT array_agg(enumlabel::text) FROM pg_enum WHERE enumtypid = atttypid) AS values,
       EXISTS (SELECT FROM ingest_tables WHERE name = $2) AS listed
     FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [`public.${quoteName(name)}`, name],
  );
  const file = `tables/${name}.ts`;
  if (rows.length === 0)
    return [`there is no table ${name} in the database: a file in functions/sql must make it`];
  const problems: string[] = [];
  for (const column of columns) {
    const found = rows.find((row) => row.name === column.name);
    if (found === undefined) problems.push(`${name} has no column ${column.name}, which ${file} has`);
    else if (found.type !== column.type)
      problems.push(`${name}.${column.name} is ${found.type} in the database, and ${column.type} in ${file}`);
    const missing = column.values.filter((value) => !found?.values?.includes(value));
    if (found?.type === column.type && missing.length > 0)
      problems.push(
        `${name}.${column.name}: the type ${found.type} has no ${missing.join(", ")}, which ${file} has`,
      );
  }
  for (const row of rows) {
    if (row.needed && !columns.some((column) => column.name === row.name))
      problems.push(
        `${name}.${row.name} is NOT NULL without a default in the database, and ${file} lacks it`,
      );
  }
  if (!rows[0]?.listed)
    problems.push(
      `ingest_tables has no ${name}: the SQL file that makes the table must add it, see docs/ingest.md`,
    );
  return problems;
}
