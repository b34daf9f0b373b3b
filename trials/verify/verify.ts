import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { type Client, escapeIdentifier } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Table } from "../../functions/ingest/table";
import { columnSql } from "./columnSql";
import { type Layout, readRecords } from "./fileRecords";
import { copyLine, utf8, valueColumns, valueReader } from "./fileValues";

/** What a table has to hold after a file was loaded. */
export interface Expected {
  readonly file: string;
  readonly table: Table;
  /** Columns that are compared: a column that the file lacks and that has a default isn't. */
  readonly columns: readonly string[];
  /** Rows that PostgreSQL takes, and the sum of their hashes: equal sums are equal rows, in whatever order. */
  readonly rows: number;
  readonly hash: string;
  readonly rejected: number;
  /** The rejects' texts. */
  readonly rejects: readonly string[];
}

/** So many characters of records are judged at once. */
const batchBytes = 1024 * 1024;

/**
 * What the table has to hold after the file was loaded. A reader that shares nothing with the ingest function (csv-parse)
 * finds records and fields; PostgreSQL's own input decides what each text is worth, and how it is written.
 *
 * @throws GroundworkError when the file can't be read independently: then nothing is known of its load.
 */
export async function expectations(client: Client, file: string, table: Table): Promise<Expected> {
  const staged = await stage(client, file, table, table.sameRow !== "fail");
  await client.query(dropAll);
  return { file, table, ...staged };
}

/** What the table has to hold after the file was loaded so often, each time under another key. */
export function times(expected: Expected, count: number): Expected {
  return {
    ...expected,
    rows: expected.rows * count,
    hash: String(BigInt(expected.hash) * BigInt(count)),
    rejected: expected.rejected * count,
    rejects: Array.from({ length: count }, () => expected.rejects).flat(),
  };
}

/**
 * How what is in the table differs from what the file says, in words, a few differing rows among them; none when the load is
 * exact.
 *
 * @param job whose rows and rejects they are, beside rows of no job at all; without one, all of the table's.
 */
export async function differences(client: Client, expected: Expected, job?: number): Promise<string[]> {
  const { file, table, columns } = expected;
  const ofJob = job === undefined ? "" : ` WHERE ingest_job = ${job} OR ingest_job IS NULL`;
  const actual = `SELECT ROW(${columns.map(escapeIdentifier).join()})::text AS row FROM ${escapeIdentifier(table.name)}${ofJob}`;
  const { rows, hash } = await digest(client, actual);
  const found: string[] = [];
  if (rows !== expected.rows) found.push(`rows: ${expected.rows} in the file, ${rows} in ${table.name}`);
  if (rows !== expected.rows || hash !== expected.hash) {
    await stage(client, file, table, true);
    const wanted = "SELECT row FROM pg_temp.verify_expected";
    found.push(...(await samples(client, `${wanted} EXCEPT ALL ${actual}`, "missing in the table")));
    found.push(
      ...(await samples(client, `${actual} EXCEPT ALL ${wanted}`, "in the table, but not in the file")),
    );
    await client.query(dropAll);
  }
  return [...found, ...(await rejectDifferences(client, expected, job))];
}

async function digest(client: Client, rows: string): Promise<Pick<Expected, "rows" | "hash">> {
  const { rows: found } = await client.query<{ rows: string; hash: string }>(
    `SELECT count(*) AS rows, coalesce(sum(hashtextextended(row, 0)), 0) AS hash FROM (${rows}) AS r`,
  );
  const [{ rows: count, hash } = { rows: "", hash: "" }] = found;
  return { rows: Number(count), hash };
}

async function samples(client: Client, rows: string, what: string): Promise<string[]> {
  const { rows: found } = await client.query<{ row: string; all: string }>(
    `SELECT row, count(*) OVER () AS all FROM (${rows}) AS r ORDER BY row LIMIT 3`,
  );
  if (found.length === 0) return [];
  const shown = found.map(({ row }) => (row.length > 300 ? `${row.slice(0, 300)}…` : row));
  return [`${what}: ${found[0]!.all}, as ${shown.join(" ")}`];
}

async function rejectDifferences(client: Client, expected: Expected, job?: number): Promise<string[]> {
  const ofJob = job === undefined ? "" : ` WHERE job = ${job}`;
  const { rows } = await client.query<{ record: string }>(`SELECT record FROM ingest_rejects${ofJob}`);
  const left = new Map<string, number>();
  for (const record of expected.rejects) left.set(record, (left.get(record) ?? 0) + 1);
  for (const { record } of rows) left.set(record, (left.get(record) ?? 0) - 1);
  const found: string[] = [];
  if (rows.length !== expected.rejected)
    found.push(`rejected rows: ${expected.rejected} in the file, ${rows.length} in the database`);
  const named = (what: string, sign: 1 | -1): void => {
    const records = [...left].filter(([, count]) => count * sign > 0).map(([record]) => record);
    if (records.length === 0) return;
    found.push(
      `${what}, as ${records
        .slice(0, 3)
        .map((each) => JSON.stringify(each.slice(0, 300)))
        .join(" ")}`,
    );
  };
  named("not rejected, but wrong", 1);
  named("rejected, but not wrong or not in the file as such", -1);
  return found;
}

const dropAll = "DROP TABLE IF EXISTS pg_temp.verify_staged, pg_temp.verify_expected";

/** @param keep fills the table `verify_expected` of this session with the rows that the file makes, as PostgreSQL writes them. */
async function stage(
  client: Client,
  file: string,
  table: Table,
  keep: boolean,
): Promise<Omit<Expected, "file" | "table">> {
  const rejects: string[] = [];
  let total = { rows: 0, hash: 0n };
  let read: ReturnType<typeof valueReader> | undefined;
  let sql: BatchSql | undefined;
  let batch: string[] = [];
  let lines: string[] = [];
  let bytes = 0;
  let number = 0;
  let judging = Promise.resolve();

  const reject = (raw: string): void => {
    const text = raw.length > table.maxRecordBytes ? raw.slice(0, 1000) : raw;
    rejects.push(utf8(text).replaceAll("\0", "\ufffd"));
  };
  const judge = async (): Promise<void> => {
    await judging;
    const [{ copy, judgement }, its, from] = [sql!, batch, number - batch.length];
    const rows = Readable.from([Buffer.from(lines.join(""), "latin1")], { objectMode: false });
    batch = [];
    lines = [];
    bytes = 0;
    judging = (async () => {
      await pipeline(rows, client.query(copyFrom(copy)));
      const { rows: found } = await client.query<Judgement>(judgement);
      const { right, hash, wrong } = found[0]!;
      for (const n of wrong ?? []) reject(its[n - from]!);
      total = { rows: total.rows + Number(right), hash: total.hash + BigInt(hash) };
      await client.query("TRUNCATE pg_temp.verify_staged");
    })();
    // Heard of at the next turn.
    judging.catch(() => undefined);
  };
  await client.query(dropAll);
  const reading = readRecords(file, table, async (records, layout) => {
    read ??= valueReader(table, layout);
    sql ??= await prepare(client, table, layout, keep);
    for (const record of records) {
      const texts = read(record);
      const line = texts && copyLine(number, texts);
      if (line === undefined) {
        reject(record.raw);
        continue;
      }
      number++;
      batch.push(record.raw);
      lines.push(line);
      bytes += line.length;
    }
    if (bytes > batchBytes) await judge();
  });
  // What is under way on the connection ends first, also when the file can't be read.
  await reading.then(judge).finally(() => judging);
  await judging;
  const staged = { columns: sql!.columns, rejects, rejected: rejects.length };
  if (table.sameRow === "fail") return { ...staged, rows: total.rows, hash: String(total.hash) };
  await client.query(dropRepeated(table.sameRow));
  return { ...staged, ...(await digest(client, "SELECT row FROM pg_temp.verify_expected")) };
}

interface Judgement {
  readonly right: string;
  readonly hash: string;
  /** Numbers of rows; null for none. */
  readonly wrong: number[] | null;
}

/** Of rows with one key the first stays, or the last; keys with a NULL are never the same. */
const dropRepeated = (sameRow: "skip" | "update"): string => `
  DELETE FROM pg_temp.verify_expected USING (
    SELECT n AS other, row_number() OVER (PARTITION BY key ORDER BY n ${sameRow === "skip" ? "" : "DESC"}) AS place
      FROM pg_temp.verify_expected WHERE key IS NOT NULL) AS repeated
  WHERE n = other AND place > 1`;

interface BatchSql {
  readonly columns: readonly string[];
  readonly copy: string;
  /** Answers with a `Judgement`, and keeps the rows that are right where they are wanted. */
  readonly judgement: string;
}

async function prepare(client: Client, table: Table, layout: Layout, keep: boolean): Promise<BatchSql> {
  const given = valueColumns(table, layout);
  const { rows: defaults } = await client.query<{ name: string }>(
    "SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND atthasdef",
    [escapeIdentifier(table.name)],
  );
  const compared = table.columns.filter(
    (column) => given.includes(column) || !defaults.some(({ name }) => name === column.name),
  );
  const values = given.map((column, i) => ({ ...columnSql(column, `c${i}`), column, i }));
  const texts = values.map(({ text, i }) => `CASE WHEN c${i} IS NOT NULL THEN ${text} END AS t${i}`);
  const checks = values
    .filter(({ takesAll }) => !takesAll)
    .map(({ type, i }) => `(t${i} IS NULL OR pg_input_is_valid(t${i}, ${client.escapeLiteral(type)}))`);
  const row = compared.map((column) => {
    const value = values.find((each) => each.column === column);
    return value ? `t${value.i}::${value.type}` : "NULL";
  });
  const ok = ["true", ...checks].join(" AND ");
  const keys =
    table.sameRow === "fail" ? [] : table.key.map((name) => values.find((each) => each.column.name === name));
  const key = keys.map((value) => (value ? `t${value.i}::${value.type}` : "NULL"));
  const keyText =
    key.length === 0
      ? "NULL"
      : `CASE WHEN ${ok} AND num_nulls(${key.join()}) = 0 THEN ROW(${key.join()})::text END`;
  await client.query(`
    CREATE TEMPORARY TABLE verify_staged (n int, ${values.map(({ i }) => `c${i} text`).join()});
    CREATE TEMPORARY TABLE verify_expected (n int, row text, key text)`);
  return {
    columns: compared.map(({ name }) => name),
    copy: "COPY pg_temp.verify_staged FROM STDIN",
    judgement: `
      WITH read AS MATERIALIZED (
        SELECT n, CASE WHEN ${ok} THEN ROW(${row.join()})::text END AS row,
               ${keyText} AS key
          FROM (SELECT n, ${texts.join()} FROM pg_temp.verify_staged OFFSET 0) AS texts)
      ${keep ? ", kept AS (INSERT INTO pg_temp.verify_expected SELECT * FROM read WHERE row IS NOT NULL)" : ""}
      SELECT count(row) AS right, coalesce(sum(hashtextextended(row, 0)), 0) AS hash,
             array_agg(n) FILTER (WHERE row IS NULL) AS wrong FROM read`,
  };
}
