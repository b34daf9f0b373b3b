import type { BenchFile } from "./benchFile";
import type { IngestBench, Load } from "./ingestBench";
import type { Reference } from "./reference";
import { type Whole, watchWhole } from "./whole";

/**
 * What can be measured: the file, one many times as large, ten hand-overs, many files at once, size and loading of the
 * package, and files of other formats and columns.
 */
export const benchParts = ["small", "large", "hops", "files", "package", "formats"] as const;
export type BenchPart = (typeof benchParts)[number];

/** The config of an environment to be measured: no hop ends before its time, for the reserve leaves enough. */
export const unhurried = 900;
export const reserveMs = 1000;
export const benchConfig: Readonly<Record<string, string>> = {
  "ingest:handOverReserveMs": String(reserveMs),
  "ingest:timeout": String(unhurried),
};

/** One way to load a file, as it was measured round by round. */
export interface BenchRow {
  readonly what: string;
  readonly rows: number;
  readonly ms: number[];
  /** The reference's time over this one's, each round on its own. */
  readonly ratios: number[];
  readonly loads: Load[];
  /** How many these rows are in, where they are many. */
  readonly files?: number;
  readonly wholes: Whole[];
}

export interface Round {
  readonly what: string;
  /** From 1. */
  readonly number: number;
  /** Of each load. */
  readonly ms: readonly number[];
}

export interface RoundsOptions {
  readonly bench: IngestBench;
  readonly runs: number;
  /** Told of each round at its end. */
  readonly onRound: (round: Round) => void;
  readonly stop: AbortSignal;
}

const rowOf = (what: string, rows: number, files?: number): BenchRow => ({
  ...{ what, rows, ms: [], ratios: [], loads: [], wholes: [] },
  ...(files !== undefined && { files }),
});

/** What the first load of each way left is held against the file, out of the time. */
async function load(bench: IngestBench, row: BenchRow, file: BenchFile, base?: number): Promise<Load> {
  const loading = bench.load(...file.keys);
  const [loaded, whole] = row.files === undefined ? [await loading] : await watchWhole(bench.client, loading);
  if (whole) row.wholes.push(whole);
  if (row.loads.length === 0) await bench.check(file);
  row.ms.push(loaded.ms);
  row.ratios.push((base ?? loaded.ms) / loaded.ms);
  row.loads.push(loaded);
  return loaded;
}

/** One after the other in each round: the reference, the function in a new process, the function in a warm one. */
export async function measureFile(
  { bench, runs, onRound, stop }: RoundsOptions,
  reference: Reference,
  file: BenchFile,
  what = "",
): Promise<BenchRow[]> {
  const peer = file.copy?.then === undefined ? reference.name : `${reference.name} and INSERT`;
  const [plain, cold, warm] = [peer, "function, cold", "function, warm"].map((way) =>
    rowOf(what + way, file.rows),
  ) as [BenchRow, BenchRow, BenchRow];
  for (let number = 1; number <= runs; number++) {
    stop.throwIfAborted();
    await bench.reset(file);
    const base = await reference.load(file.file, file.copy);
    plain.ms.push(base);
    plain.ratios.push(1);
    await bench.reset(file);
    await bench.redeploy(unhurried);
    for (const row of [cold, warm]) {
      await load(bench, row, file, base);
      await bench.reset(file);
    }
    onRound({ what: file.keys[0]!, number, ms: [base, cold.ms.at(-1)!, warm.ms.at(-1)!] });
  }
  return [plain, cold, warm];
}

/** The same file in one hop and in eleven, each beside the other. */
export async function measureHops(
  { bench, runs, onRound, stop }: RoundsOptions,
  file: BenchFile,
): Promise<BenchRow[]> {
  const one = rowOf("function, 1 hop", file.rows);
  const eleven = rowOf("function, about 10 hand-overs", file.rows);
  let hopMs = 0;
  for (let number = 1; number <= runs; number++) {
    stop.throwIfAborted();
    await bench.reset();
    await bench.redeploy(unhurried);
    const base = await load(bench, one, file);
    // A hop ends with the first chunk behind its time, so that it takes half a chunk longer than told.
    hopMs ||= base.ms / 11;
    await bench.reset();
    await bench.redeploy((hopMs + reserveMs) / 1000);
    const { hops, ms } = await load(bench, eleven, file, base.ms);
    hopMs *= (hops + 1) / 11;
    onRound({ what: `${hops} hand-overs`, number, ms: [base.ms, ms] });
  }
  return [one, eleven];
}

/** Many small files at once, from no warm process on, beside a session of the reference's for each, and one for all. */
export async function measureFiles(
  { bench, runs, onRound, stop }: RoundsOptions,
  reference: Reference,
  files: BenchFile,
): Promise<BenchRow[]> {
  const { file, keys, rows } = files;
  const each = rowOf(`${reference.name}, a session for each`, rows, keys.length);
  const all = rowOf(`${reference.name}, one session`, rows, keys.length);
  const ours = rowOf(`function, ${keys.length} files at once`, rows, keys.length);
  for (let number = 1; number <= runs; number++) {
    stop.throwIfAborted();
    await bench.reset();
    const base = await reference.loadOften(file, keys.length, "each");
    each.ms.push(base);
    each.ratios.push(1);
    await bench.reset();
    const one = await reference.loadOften(file, keys.length, "one");
    all.ms.push(one);
    all.ratios.push(base / one);
    await bench.reset();
    await bench.redeploy(unhurried);
    const { ms } = await load(bench, ours, files, base);
    onRound({ what: ours.what, number, ms: [base, one, ms] });
  }
  return [each, all, ours];
}
