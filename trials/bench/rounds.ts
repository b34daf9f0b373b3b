import type { BenchFile, BenchFiles } from "./files";
import type { IngestBench, Load } from "./ingestBench";
import type { Reference } from "./reference";

/** What can be measured: the file, one many times as large, ten hand-overs, many files at once, size and loading of the package. */
export const benchParts = ["small", "large", "hops", "files", "package"] as const;
export type BenchPart = (typeof benchParts)[number];

/** The config of an environment to be measured: no hop ends before its time, for the reserve leaves enough. */
export const unhurried = 900;
const reserveMs = 1000;
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

/** One after the other in each round: the reference, the function in a new process, the function in a warm one. */
export async function measureFile(
  { bench, runs, onRound, stop }: RoundsOptions,
  reference: Reference,
  { file, key, rows }: BenchFile,
): Promise<BenchRow[]> {
  const plain: BenchRow = { what: reference.name, rows, ms: [], ratios: [], loads: [] };
  const cold: BenchRow = { what: "function, cold", rows, ms: [], ratios: [], loads: [] };
  const warm: BenchRow = { what: "function, warm", rows, ms: [], ratios: [], loads: [] };
  for (let number = 1; number <= runs; number++) {
    stop.throwIfAborted();
    await bench.reset();
    const base = await reference.load(file);
    plain.ms.push(base);
    plain.ratios.push(1);
    await bench.reset();
    await bench.redeploy(unhurried);
    for (const row of [cold, warm]) {
      addLoad(row, await bench.load(key), base);
      await bench.reset();
    }
    onRound({ what: key, number, ms: [base, cold.ms.at(-1)!, warm.ms.at(-1)!] });
  }
  return [plain, cold, warm];
}

/** The same file in one hop and in eleven, each beside the other. */
export async function measureHops(
  { bench, runs, onRound, stop }: RoundsOptions,
  { key, rows }: BenchFile,
): Promise<BenchRow[]> {
  const one: BenchRow = { what: "function, 1 hop", rows, ms: [], ratios: [], loads: [] };
  const eleven: BenchRow = { what: "function, about 10 hand-overs", rows, ms: [], ratios: [], loads: [] };
  let hopMs = 0;
  for (let number = 1; number <= runs; number++) {
    stop.throwIfAborted();
    await bench.reset();
    await bench.redeploy(unhurried);
    const base = await bench.load(key);
    // A hop ends with the first chunk behind its time, so that it takes half a chunk longer than told.
    hopMs ||= base.ms / 11;
    await bench.reset();
    await bench.redeploy((hopMs + reserveMs) / 1000);
    const load = await bench.load(key);
    hopMs *= (load.hops + 1) / 11;
    addLoad(one, base, base.ms);
    addLoad(eleven, load, base.ms);
    onRound({ what: `${load.hops} hand-overs`, number, ms: [base.ms, load.ms] });
  }
  return [one, eleven];
}

/** Many small files at once, from no warm process on, beside a session of the reference's for each, and one for all. */
export async function measureFiles(
  { bench, runs, onRound, stop }: RoundsOptions,
  reference: Reference,
  { file, keys, rows }: BenchFiles,
): Promise<BenchRow[]> {
  const each: BenchRow = {
    what: `${reference.name}, a session for each`,
    rows,
    ms: [],
    ratios: [],
    loads: [],
  };
  const all: BenchRow = { what: `${reference.name}, one session`, rows, ms: [], ratios: [], loads: [] };
  const ours: BenchRow = {
    what: `function, ${keys.length} files at once`,
    rows,
    ms: [],
    ratios: [],
    loads: [],
  };
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
    addLoad(ours, await bench.load(...keys), base);
    onRound({ what: ours.what, number, ms: [base, one, ours.ms.at(-1)!] });
  }
  return [each, all, ours];
}

function addLoad({ ms, ratios, loads }: BenchRow, load: Load, base: number): void {
  ms.push(load.ms);
  ratios.push(base / load.ms);
  loads.push(load);
}
