import { copyFileSync, createReadStream, createWriteStream } from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import { Command, InvalidArgumentError } from "commander";
import { zip } from "../local/archive";
import { startEnvironment } from "../local/environment";
import { IngestBench, type Load, median } from "../local/ingestBench";
import { connect } from "../local/load";
import { type Reference, makeReference } from "../local/reference";
import { sampleRows, writeSample } from "../local/sample";
import { Session } from "../local/session";
import { actuals, compare, expectations } from "../local/verify";
import { GroundworkError } from "../infra/error";
import { formatBytes, formatCount, formatDuration, runCommand } from "./terminal";

interface Options {
  rounds: number;
  rows: number;
  factor: number;
  json: boolean;
}

const command = new Command("npm run bench --")
  .description(
    "Measures the packaged ingest function beside psql's \\copy: the same file, server and run, one after the other, medians.",
  )
  .option("--rounds <n>", "how often each is measured", wholeNumber, 5)
  .option("--rows <n>", "rows of the file", wholeNumber, sampleRows)
  .option("--factor <n>", "how many times as large the second file is; 1 leaves it out", wholeNumber, 10)
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
      const reference = makeReference(environment.database);
      const { files } = environment.services.lambda.spec(bench.functionName);
      const small = await makeFile(session, bench, options.rows, 1);
      await checkOnce(client, small.file);
      const table = await measure(bench, reference, small, options.rounds, stop);
      if (options.factor > 1) {
        const large = await makeFile(session, bench, options.rows, options.factor);
        table.push(...(await measure(bench, reference, large, options.rounds, stop)));
        table.push(...(await measureHops(bench, large, options.rounds, stop)));
      }
      print(table, zip(files).length, options.json);
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

async function makeFile(session: Session, bench: IngestBench, rows: number, factor: number): Promise<File> {
  const file = path.join(session.dir, `${factor}x.csv`);
  const sample = path.join(session.dir, "sample.csv");
  say(`making a file of ${formatCount(rows * factor)} rows`);
  if (factor === 1) {
    await writeSample(sample, rows);
    copyFileSync(sample, file);
  } else {
    await repeat(sample, file, factor);
  }
  await bench.put(file, path.basename(file));
  return { file, key: path.basename(file), rows: rows * factor };
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
  rounds: number,
  stop: AbortSignal,
): Promise<Row[]> {
  const plain: Row = { what: reference.name, rows, ms: [], ratios: [], loads: [] };
  const cold: Row = { what: "function, cold", rows, ms: [], ratios: [], loads: [] };
  const warm: Row = { what: "function, warm", rows, ms: [], ratios: [], loads: [] };
  for (let round = 1; round <= rounds; round++) {
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
      `${key} round ${round} of ${rounds}: ${[base, cold.ms.at(-1)!, warm.ms.at(-1)!].map((ms) => formatDuration(ms)).join(", ")}`,
    );
  }
  return [plain, cold, warm];
}

/** The same file in one hop and in eleven, each beside the other. */
async function measureHops(
  bench: IngestBench,
  { key, rows }: File,
  rounds: number,
  stop: AbortSignal,
): Promise<Row[]> {
  const one: Row = { what: "function, 1 hop", rows, ms: [], ratios: [], loads: [] };
  const eleven: Row = { what: "function, about 10 hand-overs", rows, ms: [], ratios: [], loads: [] };
  let hopMs = 0;
  for (let round = 1; round <= rounds; round++) {
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
      `hand-overs round ${round} of ${rounds}: ${formatDuration(base.ms)}, ${formatDuration(load.ms)} with ${load.hops}`,
    );
  }
  return [one, eleven];
}

function print(table: readonly Row[], packageBytes: number, json: boolean): void {
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
      ...(most > 0 && { peakBytes: most }),
      ...(loads.some(({ hops }) => hops > 0) && { hops: Math.round(median(loads.map(({ hops }) => hops))) }),
    };
  });
  const out = json ? process.stderr : process.stdout;
  out.write(
    "| load | rows | ms | rows/s | reference's time / its time | of it start | peak memory | hand-overs |\n",
  );
  out.write("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
  for (const line of lines) {
    const cells = [
      line.what,
      formatCount(line.rows),
      formatCount(line.ms),
      formatCount(line.rowsPerSecond),
      line.ratio.toFixed(2),
      line.initMs === undefined ? "" : `${line.initMs} ms`,
      line.peakBytes === undefined ? "" : formatBytes(line.peakBytes),
      line.hops === undefined ? "" : String(line.hops),
    ];
    out.write(`| ${cells.join(" | ")} |\n`);
  }
  out.write(`\ningest.zip: ${formatBytes(packageBytes)}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ lines, packageBytes })}\n`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}
