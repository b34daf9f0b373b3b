import { hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import type { Client } from "pg";
import { GroundworkError } from "../../infra/error";
import { csvHeader } from "../sample/sampleText";
import { type CsvRow, strictRow } from "./strictRow";

/** What can be told of a load from its file and, just so, from its table. Amounts are the doubled ones. */
export interface Totals {
  readonly rows: number;
  /** Rows that are not in `records`: those that a strict loader refuses. */
  readonly rejected: number;
  readonly emptyMccs: number;
  readonly mccSum: bigint;
  /** In hundredths. */
  readonly amountSum: bigint;
  /** `YYYY-MM-DD`; empty when there are no rows. */
  readonly firstDate: string;
  readonly lastDate: string;
  /** Code points, as PostgreSQL counts them. */
  readonly merchantCharacters: number;
  /**
   * The sum over the rows of the first 60 bits of the MD5 of the row's text: its fields as PostgreSQL prints
   * them, NULL as nothing, with U+001F between them. The rows' order doesn't matter; a row missing, changed or
   * there twice does.
   */
  readonly checksum: bigint;
}

type MutableTotals = { -readonly [K in keyof Totals]: Totals[K] };

/**
 * What `records` has to hold after the file was loaded, read by a parser (csv-parse) that shares nothing with the
 * ingest function. 478,817 rows take about three seconds.
 *
 * @throws GroundworkError when the file can't be read, doesn't begin with the header, or has a wrong quote.
 */
export async function expectations(file: string): Promise<Totals> {
  const totals = emptyTotals();
  const parser = parse({
    // One character a byte, so that a field that is not UTF-8 can be told from one that is.
    encoding: "latin1",
    relax_column_count: true,
  });
  let headerSeen = false;
  // Listening costs half of what csv-parse's own on_record or an async iterator does.
  parser.on("data", (fields: string[]) => {
    if (headerSeen) addRecord(totals, fields);
    else if (fields.join(",") === csvHeader) headerSeen = true;
    else parser.destroy(headerError(file));
  });
  const input = createReadStream(file, { start: await bomLength(file), highWaterMark: 1 << 20 });
  await pipeline(input, parser).catch((error: unknown) => {
    throw error instanceof CsvError ? quoteError(file, error) : error;
  });
  if (!headerSeen) throw headerError(file);
  return totals;
}

function headerError(file: string): GroundworkError {
  return new GroundworkError(`${file} has no header: its first line has to be ${csvHeader}`);
}

/** Behind a wrong quote each parser goes on at a place of its own, so that there is nothing to compare. */
function quoteError(file: string, error: CsvError): GroundworkError {
  return new GroundworkError(
    `A load of ${file} can't be checked: ${error.message}. Quote that line's fields as RFC 4180 says`,
  );
}

async function bomLength(file: string): Promise<number> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new GroundworkError(`${file} can't be read (${error.code}): name a CSV file`);
  });
  try {
    const { buffer } = await handle.read(Buffer.alloc(3), 0, 3);
    return buffer.equals(Buffer.from("\ufeff")) ? 3 : 0;
  } finally {
    await handle.close();
  }
}

function emptyTotals(): MutableTotals {
  return {
    rows: 0,
    rejected: 0,
    emptyMccs: 0,
    mccSum: 0n,
    amountSum: 0n,
    firstDate: "",
    lastDate: "",
    merchantCharacters: 0,
    checksum: 0n,
  };
}

function addRecord(totals: MutableTotals, fields: readonly string[]): void {
  const row = strictRow(fields);
  if (row === undefined) {
    totals.rejected++;
    return;
  }
  totals.rows++;
  if (row.mcc === undefined) totals.emptyMccs++;
  else totals.mccSum += BigInt(row.mcc);
  totals.amountSum += BigInt(row.doubledCents);
  if (totals.firstDate === "" || row.date < totals.firstDate) totals.firstDate = row.date;
  if (row.date > totals.lastDate) totals.lastDate = row.date;
  totals.merchantCharacters += row.merchantCharacters;
  totals.checksum += rowChecksum(row);
}

function rowChecksum(row: CsvRow): bigint {
  const text = [row.mcc ?? "", row.merchant, row.currency, decimal(row.doubledCents), row.date, row.cardType];
  return BigInt(`0x${hash("md5", text.join("\u001f")).slice(0, 15)}`);
}

/** Hundredths as PostgreSQL prints a numeric(15,2): `-0.07`. */
function decimal(hundredths: number): string {
  const digits = String(Math.abs(hundredths)).padStart(3, "0");
  return `${hundredths < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Counts what is in `records` and `ingest_rejects` now: both tables hold the one file's rows and no others. */
export async function actuals(client: Client): Promise<Totals> {
  const { rows } = await client.query<Record<keyof Totals, string>>(actualsQuery);
  const [row] = rows;
  if (row === undefined) throw new Error("An aggregate query without a row");
  return {
    rows: Number(row.rows),
    rejected: Number(row.rejected),
    emptyMccs: Number(row.emptyMccs),
    mccSum: BigInt(row.mccSum),
    amountSum: BigInt(row.amountSum),
    firstDate: row.firstDate,
    lastDate: row.lastDate,
    merchantCharacters: Number(row.merchantCharacters),
    checksum: BigInt(row.checksum),
  };
}

const actualsQuery = `
  SELECT count(*)::text AS rows,
         (SELECT count(*)::text FROM ingest_rejects) AS rejected,
         count(*) FILTER (WHERE mcc IS NULL)::text AS "emptyMccs",
         coalesce(sum(mcc), 0)::text AS "mccSum",
         trunc(coalesce(sum(amount), 0) * 100)::text AS "amountSum",
         coalesce(to_char(min(transaction_date), 'YYYY-MM-DD'), '') AS "firstDate",
         coalesce(to_char(max(transaction_date), 'YYYY-MM-DD'), '') AS "lastDate",
         coalesce(sum(char_length(merchant)), 0)::text AS "merchantCharacters",
         coalesce(sum(('x' || left(md5(
           coalesce(mcc::text, '') || U&'\\001F' || coalesce(merchant, '') || U&'\\001F' ||
           coalesce(currency, '') || U&'\\001F' || coalesce(amount::text, '') || U&'\\001F' ||
           coalesce(to_char(transaction_date, 'YYYY-MM-DD'), '') || U&'\\001F' || coalesce(card_type, '')
         ), 15))::bit(60)::bigint), 0)::text AS checksum
    FROM records`;

/** The differences in words, one each; none when the load is exact. */
export function compare(expected: Totals, actual: Totals): string[] {
  const names = Object.keys(labels) as (keyof Totals)[];
  return names
    .filter((name) => expected[name] !== actual[name])
    .map(
      (name) => `${labels[name]}: ${show(expected[name])} in the file, ${show(actual[name])} in the database`,
    );
}

const show = (value: string | number | bigint): string => (value === "" ? "none" : String(value));

const labels: Record<keyof Totals, string> = {
  rows: "rows",
  rejected: "rejected rows",
  emptyMccs: "rows without mcc",
  mccSum: "sum of mcc",
  amountSum: "sum of the doubled amounts, in hundredths",
  firstDate: "first transaction_date",
  lastDate: "last transaction_date",
  merchantCharacters: "characters in merchant",
  checksum: "checksum over all rows",
};
