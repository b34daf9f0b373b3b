import type { ColumnType } from "./reader/types";
import type { Table } from "./table";

/** A column as DDL and the catalog know it. */
export interface SqlColumn {
  readonly name: string;
  /** As PostgreSQL's DDL takes it; an enumeration's name is quoted. */
  readonly type: string;
  readonly required: boolean;
}

/** The column that every table has: the number of the job that loaded the row. */
const jobColumn = "ingest_job";

/** A name in double quotes, whatever stands in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A type as DDL has it. */
export function sqlType(type: ColumnType): string {
  return typeof type === "object" ? quoteName(type.enum) : type;
}

/** What the loader adds to the file's columns, in the order in which it writes their values; the job is the first. */
export function addedColumns({ lineage }: Pick<Table, "lineage">): SqlColumn[] {
  const { file, time, line, parts = {} } = lineage;
  const added: [string | undefined, string][] = [
    [jobColumn, "bigint"],
    [file, "text"],
    [time, "timestamptz"],
    ...Object.values(parts).map(({ name, type }): [string, string] => [name, sqlType(type)]),
    // The reader writes it itself, behind what is the same in each row.
    [line, "bigint"],
  ];
  return added.flatMap(([name, type]) => (name === undefined ? [] : [{ name, type, required: false }]));
}

/** All columns that the loader writes: the file's, then its own. */
export function tableColumns(table: Pick<Table, "columns" | "lineage">): SqlColumn[] {
  const own = table.columns.map(({ name, type, required }) => ({ name, type: sqlType(type), required }));
  return [...own, ...addedColumns(table)];
}

/** A column's line in CREATE TABLE, and behind ALTER TABLE … ADD COLUMN. */
export function columnSql({ name, type, required }: SqlColumn): string {
  return `${quoteName(name)} ${type}${required ? " NOT NULL" : ""}`;
}

/** Statements that make the enumerations of a table's columns, each once. */
function enumsSql({ columns }: Pick<Table, "columns">): string {
  const made = new Map(
    columns.flatMap(({ type }) => (typeof type === "object" ? [[type.enum, type.values] as const] : [])),
  );
  return [...made]
    .map(
      ([name, values]) => `CREATE TYPE ${quoteName(name)} AS ENUM (${values.map(quoteText).join(", ")});\n`,
    )
    .join("");
}

/**
 * Statements that let the role `ingest` load the table, and `ingest_take_back` take its jobs back. The role may add
 * rows. With a key it may read the key's columns: PostgreSQL tells a duplicate's value only to who may, and ON CONFLICT
 * looks there. Only where rows may be updated it may read and change the columns that files have, and make the temporary
 * table that a chunk stands in first.
 */
export function tableGrants(table: Pick<Table, "name" | "key" | "sameRow" | "columns" | "lineage">): string {
  const { name, key, sameRow } = table;
  const list = (names: readonly string[]): string => names.map(quoteName).join(", ");
  const on = `ON ${quoteName(name)} TO ingest;\n`;
  const all = list(tableColumns(table).map((column) => column.name));
  return (
    `GRANT INSERT ${on}` +
    (key.length > 0 && sameRow !== "update" ? `GRANT SELECT (${list(key)}) ${on}` : "") +
    (sameRow === "update" ? `GRANT SELECT (${all}), UPDATE (${all}) ${on}` : "") +
    (sameRow === "fail"
      ? ""
      : "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO ingest', current_database()); END $$;\n") +
    `INSERT INTO ingest_tables VALUES (${quoteText(name)}) ON CONFLICT DO NOTHING;\n`
  );
}

/**
 * A migration that makes the table as its definition has it: enumerations, columns, key, the index by which a job is
 * taken back, and the grants.
 */
export function tableSql(table: Pick<Table, "name" | "key" | "sameRow" | "columns" | "lineage">): string {
  const { name, key } = table;
  const keyColumns = key.map(quoteName).join(", ");
  const lines = [
    ...tableColumns(table).map(columnSql),
    ...(key.length > 0 ? [`PRIMARY KEY (${keyColumns})`] : []),
  ];
  return (
    `${enumsSql(table)}CREATE TABLE ${quoteName(name)} (\n  ${lines.join(",\n  ")}\n);\n` +
    // A job's rows lie together: BRIN finds them, and costs a load next to nothing.
    `CREATE INDEX ON ${quoteName(name)} USING brin (${jobColumn}) WITH (pages_per_range = 128);\n` +
    tableGrants(table)
  );
}
