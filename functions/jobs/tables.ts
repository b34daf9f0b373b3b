import type { Client } from "pg";
import type { TableShape } from "../ingest/tableFit";
import { quoteName } from "../ingest/tableSql";
import type { TablePage, TableState } from "./request";

/** Rows of a page. */
const pageRows = 50;

/** A table up to so many bytes is counted, which takes a moment; of a larger one its size and statistics tell. */
const countedBytes = 100_000_000;

/** How the tables stand, in the order of their definitions. */
export async function tableStates(client: Client, shapes: readonly TableShape[]): Promise<TableState[]> {
  return browsing(client, async () => {
    const states: TableState[] = [];
    for (const { name, columns } of shapes) {
      const table = `public.${quoteName(name)}`;
      // As the planner does: the rows that a page had when it was last looked at, times the pages now.
      const { rows } = await client.query<{ bytes: number; estimate: number | null }>(
        `SELECT pg_relation_size(oid)::float8 AS bytes, CASE WHEN reltuples >= 0 AND relpages > 0 THEN
           reltuples / relpages * (pg_relation_size(oid) / current_setting('block_size')::int) END AS estimate
         FROM pg_class WHERE oid = to_regclass($1)`,
        [table],
      );
      const { bytes, estimate } = rows[0]!;
      const isExact = bytes <= countedBytes;
      const count = isExact ? await countOf(client, table) : estimate;
      states.push({
        name,
        columns: columns.map(({ name: column, type }) => ({ name: column, type })),
        bytes,
        count,
        isExact,
      });
    }
    return states;
  });
}

async function countOf(client: Client, table: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(`SELECT count(*)::float8 AS count FROM ${table}`);
  return rows[0]!.count;
}

/**
 * A page of a table's rows, in the order in which they lie in it: by place, so that it needs no key, and the last page
 * takes no longer than the first.
 *
 * @param after the place behind which it begins
 * @throws Error for a table that there is no definition of
 */
export async function tablePage(
  client: Client,
  shapes: readonly TableShape[],
  wanted: string,
  after: string,
): Promise<TablePage> {
  const shape = shapes.find(({ name }) => name === wanted);
  if (shape === undefined)
    throw new Error(
      `There is no table ${wanted}: the event's "table" must be one of ${shapes.map(({ name }) => name).join(", ")}`,
    );
  const { name, columns } = shape;
  // An answer has 6 MB at most: the more columns, the less of each value.
  const most = Math.max(10, Math.min(200, Math.floor(40_000 / columns.length)));
  const values = columns.map((column) => `left(${quoteName(column.name)}::text, ${most + 1})`);
  return browsing(client, async () => {
    // A page is what lies next: no scan that begins at the start, elsewhere, or in several places at once.
    await client.query(
      "SET LOCAL enable_seqscan = off; SET LOCAL synchronize_seqscans = off; SET LOCAL max_parallel_workers_per_gather = 0",
    );
    const { rows } = await client.query<(string | null)[]>({
      text: `SELECT ctid::text, ${values.join(", ")} FROM public.${quoteName(name)} WHERE ctid > $1::tid LIMIT ${pageRows + 1}`,
      values: [after],
      rowMode: "array",
    });
    const shown = rows.slice(0, pageRows);
    const isMore = rows.length > shown.length;
    const cut = (value: string | null): string | null =>
      value !== null && [...value].length > most ? `${[...value].slice(0, most).join("")}…` : value;
    return {
      columns: columns.map((column) => column.name),
      rows: shown.map(([, ...cells]) => cells.map(cut)),
      next: isMore ? (shown.at(-1)?.[0] ?? null) : null,
    };
  });
}

/** In a transaction that can change nothing, as the role that may read these tables alone: 011_browse_role.sql. */
async function browsing<T>(client: Client, read: () => Promise<T>): Promise<T> {
  await client.query("BEGIN READ ONLY");
  try {
    await client.query("SET LOCAL ROLE ingest_browse");
    await client.query("SET LOCAL statement_timeout = '10s'");
    return await read();
  } finally {
    await client.query("ROLLBACK");
  }
}
