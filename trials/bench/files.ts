import { copyFileSync, createReadStream, createWriteStream } from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import records from "../../tables/records";
import { csvHeader } from "../sample/sampleText";
import { writeSample } from "../sample/sample";
import type { BenchFile } from "./benchFile";
import type { IngestBench } from "./ingestBench";

/** Puts a sample of 500 rows into the bucket as often as the largest of the counts says; answers with so many of them each. */
export async function putFiles(
  dir: string,
  bench: IngestBench,
  counts: readonly number[],
): Promise<BenchFile[]> {
  const rows = 500;
  const { file } = await writeSample(path.join(dir, "few.csv"), rows);
  const keys = Array.from({ length: Math.max(...counts) }, (_, i) => `few-${i + 1}.csv`);
  await bench.put(file, ...keys);
  return counts.map((count) => ({ file, keys: keys.slice(0, count), rows: rows * count, table: records }));
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
