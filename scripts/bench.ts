import { copyFileSync, createReadStream, createWriteStream } from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import { Command, InvalidArgumentError } from "commander";
import { zip } from "../programs/archive";
import { startEnvironment } from "../local/environment";
import type { LoadTime } from "../local/lambda/process";
import { IngestBench, type Load, median } from "../trials/bench/ingestBench";
import { connect } from "../trials/uploadAndFollow";
import { type Reference, makeReference } from "../trials/bench/reference";
import { sampleRows, writeSample } from "../trials/sample/sample";
import { Session } from "../local/session";
import { actuals, compare, expectations } from "../trials/verify/verify";
import { GroundworkError } from "../infra/error";
import { formatBytes, formatCount, formatDuration, runCommand } from "./shared/terminal";

const parts = ["small", "large", "hops", "package"] as const;
type Part = (typeof parts)[number];

interface Options {
  only: Part[];
  runs: number;
  rows: number;
  factor: number;
  json: boolean;
}

const command = new Command("npm run bench --")
  .description(
    "Measures the packaged ingest function beside psql's \\copy: the same file, server and run, one after the other, medians.",
  )
  .option(
    "--only <parts>",
    `some of ${parts.join(", ")}, with commas: the file, one many times as large, ten hand-overs, size and loading of the package`,
    partNames,
    [...parts],
  )
  .option("--runs <n>", "how often each is measured", wholeNumber, 5)
  .option("--rows <n>", "rows of the file", wholeNumber, sampleRows)
  .option("--factor <n>", "how many times as large the second file is", wholeNumber, 10)
  .option("--json", "end with one JSON object on stdout", false)
  .parse();

/** No hop ends before its time: the reserve leaves more than any load takes. */
const unhurried = 900;
const reserveMs = 1000;

interface Row {
  readonly what: string;
  readonly rows: number;
  readonly ms: number[];
  /** The reference's time over this one's, each round on its own. */
  readonly ratios: number[];
  readonly loads: Load[];
}

runCommand(async (stop) => {
  const options = command.opts<Options>();
  const session = new Session();
  try {
    say("bringing the environment up");
    const config = { "ingest:handOverReserveMs": String(reserveMs), "ingest:timeout": String(unhurried) };
    const environment = await startEnvironment(session, { stack: "local", config, signal: stop });
    const client = await connect(environment);
    try {
      const bench = new IngestBench(environment, client);
      const { files } = environment.services.lambda.spec(bench.functionName);
      const makeFile = fileMaker(session, bench, options);
      const table: Row[] = [];
      if (options.only.includes("small")) {
        const small = await makeFile(1);
        await bench.load(small.key);
        await checkOnce(client, small.file);
        table.push(...(await measure(bench, makeReference(environment.database), small, options.runs, stop)));
      }
      if (options.only.includes("large")) {
        const large = await makeFile(options.factor);
        table.push(...(await measure(bench, makeReference(environment.database), large, options.runs, stop)));
      }
      if (options.only.includes("hops")) {
        table.push(...(await measureHops(bench, await makeFile(options.factor), options.runs, stop)));
      }
      const starts: LoadTime[] = [];
      for (let run = 0; options.only.includes("package") && run < options.runs; run++) {
        stop.throwIfAborted();
        starts.push(await bench.require());
      }
      print(table, starts, zip(files).length, options.json);
    } finally {
      await client.end();
    }
  } finally {
    await session.close();
  }
});

interface File {
  readonly file: string;
  readonly key: string;
  readonly rows: number;
}

/** Makes files of so many times the rows and puts them into the bucket, each one once. */
function fileMaker(
  session: Session,
  bench: IngestBench,
  { rows }: Options,
): (factor: number) => Promise<File> {
  const sample = path.join(session.dir, "sample.csv");
  const made = new Map<number, File>();
  return async (factor) => {
    const known = made.get(factor);
    if (known) return known;
    const file = path.join(session.dir, `${factor}x.csv`);
    say(`making a file of ${formatCount(rows * factor)} rows`);
    if (made.size === 0) await writeSample(sample, rows);
    await repeat(sample, file, factor);
    await bench.put(file, path.basename(file));
    await bench.reset();
    const result = { file, key: path.basename(file), rows: rows * factor };
    made.set(factor, result);
    return result;
  };
}

/** The same records again and again under one header. */
async function repeat(sample: string, file: string, times: number): Promise<void> {
  const header = "mcc,merchant,currency,amount,transaction_date,card_type\n".length;
  copyFileSync(sample, file);
  for (let i = 1; i < times; i++) {
    await pipeline(createReadStream(sample, { start: header }), createWriteStream(file, { flags: "a" }));
  }
}

/** A fast load that is wrong is no result: what the first load left is compared with the file. */
async function checkOnce(client: Parameters<typeof actuals>[0], file: string): Promise<void> {
  const differences = compare(await expectations(file), await actuals(client));
  if (differences.length > 0) throw GroundworkError.all("The rows are not those of the file", differences);
}

async function measure(
  bench: IngestBench,
  reference: Reference,
  { file, key, rows }: File,
  runs: number,
  stop: AbortSignal,
): Promise<Row[]> {
  const plain: Row = { what: reference.name, rows, ms: [], ratios: [], loads: [] };
  const cold: Row = { what: "function, cold", rows, ms: [], ratios: [], loads: [] };
  const warm: Row = { what: "function, warm", rows, ms: [], ratios: [], loads: [] };
  for (let round = 1; round <= runs; round++) {
    stop.throwIfAborted();
    await bench.reset();
    const base = await reference.load(file);
    plain.ms.push(base);
    plain.ratios.push(1);
    await bench.reset();
    await bench.redeploy(unhurried);
    for (const row of [cold, warm]) {
      const load = await bench.load(key);
      row.ms.push(load.ms);
      row.ratios.push(base / load.ms);
      row.loads.push(load);
      await bench.reset();
    }
    say(
      `${key} round ${round} of ${runs}: ${[base, cold.ms.at(-1)!, warm.ms.at(-1)!].map((ms) => formatDuration(ms)).join(", ")}`,
    );
  }
  return [plain, cold, warm];
}

/** The same file in one hop and in eleven, each beside the other. */
async function measureHops(
  bench: IngestBench,
  { key, rows }: File,
  runs: number,
  stop: AbortSignal,
): Promise<Row[]> {
  const one: Row = { what: "function, 1 hop", rows, ms: [], ratios: [], loads: [] };
  const eleven: Row = { what: "function, about 10 hand-overs", rows, ms: [], ratios: [], loads: [] };
  let hopMs = 0;
  for (let round = 1; round <= runs; round++) {
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
    one.ms.push(base.ms);
    one.ratios.push(1);
    one.loads.push(base);
    eleven.ms.push(load.ms);
    eleven.ratios.push(base.ms / load.ms);
    eleven.loads.push(load);
    say(
      `hand-overs round ${round} of ${runs}: ${formatDuration(base.ms)}, ${formatDuration(load.ms)} with ${load.hops}`,
    );
  }
  return [one, eleven];
}

function print(
  table: readonly Row[],
  starts: readonly LoadTime[],
  packageBytes: number,
  json: boolean,
): void {
  const lines = table.map(({ what, rows, ms, ratios, loads }) => {
    const inits = loads.flatMap(({ initMs }) => initMs ?? []);
    const most = Math.max(0, ...loads.map(({ peakRss }) => peakRss));
    return {
      what,
      rows,
      ms: Math.round(median(ms)),
      rowsPerSecond: Math.round((rows / median(ms)) * 1000),
      ratio: Number(median(ratios).toFixed(2)),
      ...(inits.length > 0 && { initMs: Math.round(median(inits)) }),
      ...(loads.length > 0 && { cpuMs: Math.round(median(loads.map(({ cpuMs }) => cpuMs))) }),
      ...(most > 0 && { peakBytes: most }),
      ...(loads.some(({ hops }) => hops > 0) && { hops: Math.round(median(loads.map(({ hops }) => hops))) }),
    };
  });
  const required = starts.length > 0 && {
    requireMs: Math.round(median(starts.map(({ ms }) => ms))),
    requireCpuMs: Math.round(median(starts.map(({ cpuMs }) => cpuMs))),
  };
  const out = json ? process.stderr : process.stdout;
  const titles = [
    "load",
    "rows",
    "ms",
    "rows/s",
    "reference's time / its time",
    "of it start",
    "CPU of the function",
    "peak memory",
    "hand-overs",
  ];
  if (lines.length > 0) {
    out.write(`| ${titles.join(" | ")} |\n| --- |${" ---: |".repeat(titles.length - 1)}\n`);
  }
  for (const line of lines) {
    const cells = [
      line.what,
      formatCount(line.rows),
      formatCount(line.ms),
      formatCount(line.rowsPerSecond),
      line.ratio.toFixed(2),
      line.initMs === undefined ? "" : `${line.initMs} ms`,
      line.cpuMs === undefined ? "" : `${formatCount(line.cpuMs)} ms`,
      line.peakBytes === undefined ? "" : formatBytes(line.peakBytes),
      line.hops === undefined ? "" : String(line.hops),
    ];
    out.write(`| ${cells.join(" | ")} |\n`);
  }
  out.write(`\ningest.zip: ${formatBytes(packageBytes)}\n`);
  if (required) {
    out.write(`cold require: ${required.requireMs} ms, ${required.requireCpuMs} ms of it on the CPU\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify({ lines, packageBytes, ...required })}\n`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}

function partNames(text: string): Part[] {
  const names = text.split(",");
  const chosen = parts.filter((part) => names.includes(part));
  if (chosen.length !== names.length) {
    throw new InvalidArgumentError(`It must be some of ${parts.join(", ")}, with commas between them.`);
  }
  return chosen;
}
