import { createReadStream, createWriteStream, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Client } from "pg";
import type { ColumnType } from "../../functions/ingest/reader/types";
import { type Table, defineTable } from "../../functions/ingest/table";
import { tableSql } from "../../functions/ingest/tableSql";
import { defaultMaxRejects } from "../../infra/tables";
import type { Environment } from "../../local/environment";
import records from "../../tables/records";
import { german, inGerman } from "../chaos/forms";
import { addTables } from "../packageCallback";
import { randomNumbers, writeSample } from "../sample/sample";
import { quoted } from "../sample/sampleText";
import type { BenchFile } from "./benchFile";
import type { IngestBench } from "./ingestBench";
import { reserveMs } from "./rounds";

type Below = (limit: number) => number;
/** The values of a row's columns, in a file. */
type MakeRow = (row: number, below: Below) => readonly string[];

const two = (number: number): string => String(number).padStart(2, "0");
const hex = (below: Below, bytes: number): string =>
  Array.from({ length: bytes }, () => below(256).toString(16).padStart(2, "0")).join("");
const day = (below: Below): string => `${1990 + below(40)}-${two(1 + below(12))}-${two(1 + below(28))}`;
const clock = (below: Below): string => `${two(below(24))}:${two(below(60))}:${two(below(60))}`;
const word = (below: Below): string => below(36 ** 5).toString(36);

/** Twenty columns of mixed types. */
const mixed: readonly (readonly [ColumnType, (row: number, below: Below) => string])[] = [
  ["bigint", (row) => String(9_000_000_000 + row)],
  ["integer", (_, below) => String(below(2 ** 31))],
  ["smallint", (_, below) => String(below(65_536) - 32_768)],
  ["numeric(12,2)", (_, below) => `${below(1e6)}.${two(below(100))}`],
  ["numeric", (_, below) => `-${below(1e9)}.${below(1e9)}`],
  ["real", (_, below) => String(below(1e6) / 64)],
  ["double precision", (_, below) => String(below(2 ** 31) / 1024)],
  ["boolean", (_, below) => (below(2) === 0 ? "false" : "true")],
  ["date", (_, below) => day(below)],
  ["time", (_, below) => clock(below)],
  ["timestamp", (_, below) => `${day(below)} ${clock(below)}`],
  ["timestamptz", (_, below) => `${day(below)}T${clock(below)}.${below(1000)}+02:00`],
  ["uuid", (_, below) => hex(below, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")],
  ["jsonb", (row, below) => quoted(JSON.stringify({ row, words: [word(below), "é"] }))],
  ["inet", (_, below) => `10.${below(256)}.${below(256)}.${below(256)}`],
  ["bytea", (_, below) => `\\x${hex(below, 8)}`],
  ["char(3)", (_, below) => ["EUR", "USD", "CHF"][below(3)]!],
  ["varchar(40)", (_, below) => `${word(below)} ${word(below)}`],
  ["text", (_, below) => quoted(`${word(below)}, ${word(below)}`)],
  ["text", (_, below) => (below(4) === 0 ? "NULL" : `Zoë ${word(below)}`)],
];

const tableOf = (name: string, types: readonly ColumnType[], more: object = {}): Table =>
  defineTable({
    name,
    files: { prefix: `${name}/` },
    columns: types.map((type, i) => ({ name: `c${i + 1}`, type })),
    ...more,
  });

const mixedTable = tableOf(
  "bench_mixed",
  mixed.map(([type]) => type),
);
const textTable = tableOf(
  "bench_texts",
  Array.from({ length: 100 }, () => "text"),
);
const knownTable = tableOf("bench_known", ["bigint", "text", "numeric(15,2)", "date"], {
  key: ["c1"],
  sameRow: "update",
});

const mixedRow: MakeRow = (row, below) => mixed.map(([, make]) => make(row, below));
const textRow: MakeRow = (_, below) => textTable.columns.map(() => word(below));
const knownRow: MakeRow = (row, below) => [
  String(row),
  word(below),
  `${below(1e6)}.${two(below(100))}`,
  day(below),
];

const columnsOf = ({ columns }: Table): string => columns.map(({ name }) => name).join(", ");
const into = (table: Table, name = table.name): string => `${name} (${columnsOf(table)})`;

/** A file of another format or of other columns. */
export interface BenchFormat extends BenchFile {
  readonly what: string;
}

/** Makes the tables and the files, of some `rows` times six columns each, and puts them into the bucket. */
export async function putFormats(
  environment: Environment,
  client: Client,
  bench: IngestBench,
  dir: string,
  rows: number,
): Promise<BenchFormat[]> {
  for (const table of [mixedTable, textTable, knownTable]) await client.query(tableSql(table));
  const tables = [mixedTable, textTable, knownTable, german];
  await addTables(environment, tables, { reserveMs, maxRejects: defaultMaxRejects });
  const [some, few] = [Math.ceil(rows / 4), Math.ceil(rows / 16)];
  const { file: sample } = await writeSample(path.join(dir, "formats.csv"), rows);
  await pipeline(createReadStream(sample), createGzip(), createWriteStream(`${sample}.gz`));
  writeFileSync(`${sample}.1252`, inGerman(readFileSync(sample)));
  const known = await writeRows(dir, knownTable, rows, knownRow);
  const formats: (Omit<BenchFormat, "keys"> & { readonly stored?: string })[] = [
    {
      what: "20 columns of mixed types",
      file: await writeRows(dir, mixedTable, some, mixedRow),
      rows: some,
      table: mixedTable,
      copy: { into: into(mixedTable), options: "NULL 'NULL'" },
    },
    {
      what: "100 text columns",
      file: await writeRows(dir, textTable, few, textRow),
      rows: few,
      table: textTable,
      copy: { into: into(textTable) },
    },
    { what: "gzip", file: sample, stored: `${sample}.gz`, rows, table: records },
    {
      what: "upsert, half known",
      file: known,
      rows,
      table: knownTable,
      before: `INSERT INTO ${into(knownTable)} SELECT n, 'before', 0, '2000-01-01' FROM generate_series(0, ${rows - 1}, 2) AS n`,
      copy: {
        ...staged(knownTable, columnsOf(knownTable)),
        then: `INSERT INTO ${into(knownTable)} SELECT ${columnsOf(knownTable)} FROM staged
          ON CONFLICT (c1) DO UPDATE SET (c2, c3, c4) = (excluded.c2, excluded.c3, excluded.c4)`,
      },
    },
    {
      what: "Windows-1252, ; and decimal comma",
      file: `${sample}.1252`,
      rows,
      table: german,
      copy: {
        ...staged(german, columnsOf(german).replace("amount", "''::text AS amount")),
        options: "DELIMITER ';', ENCODING 'WIN1252'",
        then: `INSERT INTO ${into(german)} SELECT ${columnsOf(german).replace("amount", "replace(amount, ',', '.')::numeric")} FROM staged`,
      },
    },
  ];
  const put: BenchFormat[] = [];
  for (const { stored, ...format } of formats) {
    const key = `${format.table.files.prefix}${path.basename(stored ?? format.file)}`;
    await bench.put(stored ?? format.file, key);
    put.push({ ...format, keys: [key] });
  }
  return put;
}

/** The reference's way over a table of its session's own. */
const staged = (table: Table, columns: string): { before: string; into: string } => ({
  before: `CREATE TEMPORARY TABLE staged AS SELECT ${columns} FROM ${table.name} LIMIT 0`,
  into: into(table, "staged"),
});

async function writeRows(dir: string, table: Table, rows: number, make: MakeRow): Promise<string> {
  const file = path.join(dir, `${table.name}.csv`);
  const random = randomNumbers(0x5eed);
  const below: Below = (limit) => Math.floor(random() * limit);
  function* lines(): Generator<string> {
    let text = `${columnsOf(table).replaceAll(" ", "")}\n`;
    for (let row = 0; row < rows; row++) {
      text += `${make(row, below).join(",")}\n`;
      if (text.length < 256 * 1024) continue;
      yield text;
      text = "";
    }
    yield text;
  }
  await pipeline(Readable.from(lines(), { objectMode: false }), createWriteStream(file));
  return file;
}
