import { copyFileSync, createReadStream, createWriteStream } from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Table } from "../../functions/ingest/table";
import records from "../../tables/records";
import { csvHeader } from "../sample/sampleText";
import { writeSample } from "../sample/sample";
import type { IngestBench } from "./ingestBench";
import type { Copy } from "./reference";

/** What is loaded: a file of the bucket, or many of the same rows. */
export interface BenchFile {
  /** What the reference loads. */
  readonly file: string;
  /** In the environment's bucket. */
  readonly keys: readonly string[];
  /** Of all together. */
  readonly rows: number;
  readonly table: Table;
  /** Whose records they have so many times; `file`, once for each key, unless told. */
  readonly sample?: { readonly file: string; readonly times: number };
  /** How the reference loads it, unless into `records` as it is. */
  readonly copy?: Copy;
  /** SQL that makes what is in the table before each load. */
  readonly before?: string;
}

/** Puts a sample of 500 rows into the bucket so many times. */
export async function putFiles(dir: string, bench: IngestBench, count: number): Promise<BenchFile> {
  const rows = 500;
  const { file } = await writeSample(path.join(dir, "few.csv"), rows);
  const keys = Array.from({ length: count }, (_, i) => `few-${i + 1}.csv`);
  await bench.put(file, ...keys);
  return { file, keys, rows: rows * count, table: records };
}

/** Makes files of so many times the rows in a folder and puts them into the bucket, each one once. */
export function fileMaker(
  dir: string,
  bench: IngestBench,
  rows: number,
): (factor: number) => Promise<BenchFile> {
  const sample = path.join(dir, "sample.csv");
  const made = new Map<number, BenchFile>();
  return async (factor) => {
    const known = made.get(factor);
    if (known) return known;
    const key = `${factor}x.csv`;
    const file = path.join(dir, key);
    if (made.size === 0) await writeSample(sample, rows);
    await repeat(sample, file, factor);
    await bench.put(file, key);
    await bench.reset();
    const result = {
      file,
      keys: [key],
      rows: rows * factor,
      table: records,
      sample: { file: sample, times: factor },
    };
    made.set(factor, result);
    return result;
  };
}

/** The same records again and again under one header. */
async function repeat(sample: string, file: string, times: number): Promise<void> {
  copyFileSync(sample, file);
  for (let i = 1; i < times; i++) {
    const records = createReadStream(sample, { start: `${csvHeader}\n`.length });
    await pipeline(records, createWriteStream(file, { flags: "a" }));
  }
}
