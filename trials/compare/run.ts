import { statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { GroundworkError } from "../../infra/error";
import { glueConfig } from "../../infra/ingest/glueConfig";
import { type Environment, startEnvironment } from "../../local/environment";
import { startGlueJob } from "./glueRun";
import { IngestBench } from "../bench/ingestBench";
import { connect } from "../uploadAndFollow";
import { treeBytes } from "./processTree";
import { type Reference, makeReference } from "../bench/reference";
import { writeSample } from "../sample/sample";
import { Session } from "../../local/session";
import { sparkLacks, sparkPython } from "../../local/glue/spark";
import { actuals, compare, expectations } from "../verify/verify";
import { formatCount, formatDuration } from "../../scripts/shared/terminal";
import { type Figures, type Measured, figuresOf, glueDollars, lambdaDollars } from "./figures";
import { picture } from "./picture";
import { print } from "./print";

export interface CompareOptions {
  readonly runs: number;
  readonly cores: number;
  readonly picture: string;
  readonly json: boolean;
}

/** A way to load the file; `load` measures one. */
interface Road {
  readonly name: string;
  readonly load: () => Promise<Measured>;
  /** Whether the table has to hold the file's rows afterwards, transformed. */
  readonly exact: boolean;
}

/** One hop loads the file, as it would on AWS; see scripts/bench.ts. */
const config = { "ingest:handOverReserveMs": "1000", "ingest:timeout": "900" };
const timeout = 900;
const samplePause = 500;

/**
 * Loads the file by every road that there is here, in turn, checks each load, prints and draws the medians.
 *
 * @throws GroundworkError when a load fails or isn't exact
 */
export async function compareRoads(
  given: string | undefined,
  options: CompareOptions,
  stop: AbortSignal,
): Promise<void> {
  const session = new Session();
  const { signal, abortable } = interruptible(stop);
  try {
    const python = await findSpark(signal);
    say("bringing a scratch environment up");
    const environment = await startEnvironment(session, { stack: "local", config, signal });
    const client = await connect(environment);
    try {
      const file = given ?? (await makeSample(session));
      const expected = await abortable(expectations(file));
      const bench = new IngestBench(environment, client);
      const key = path.basename(file);
      await abortable(bench.put(file, key));
      const reference = expected.rejected > 0 ? undefined : makeReference(environment.database);
      if (!reference) say("psql is left out: it takes no file with bad records");
      const roads = [
        ...(reference ? [plainRoad(reference, file)] : []),
        functionRoad(environment, bench, key),
        ...(python === undefined
          ? []
          : [glueRoad({ environment, session, python, key, cores: options.cores, signal })]),
      ];
      const measured = await measure(roads, { bench, client, expected, runs: options.runs, abortable });
      const base = reference ? (measured[0] ?? []) : [];
      const figures = roads.map(({ name }, i) => figuresOf(name, expected.rows, measured[i] ?? [], base));
      report(figures, { ...options, bytes: statSync(file).size, rejected: expected.rejected });
    } finally {
      await client.end().catch(() => undefined); // The server may be gone first at a Ctrl-C.
    }
  } finally {
    await session.close();
  }
}

/** The Python with pyspark; undefined, with a line that says why, where Spark can't run. */
async function findSpark(signal: AbortSignal): Promise<string | undefined> {
  const lacks = sparkLacks();
  if (lacks === undefined) return await sparkPython(say, signal);
  say(`The Glue job is left out. ${lacks}`);
  return undefined;
}

async function makeSample(session: Session): Promise<string> {
  const { file, rows } = await writeSample(path.join(session.dir, "sample.csv"));
  say(`made a sample of ${formatCount(rows)} rows`);
  return file;
}

function plainRoad(reference: Reference, file: string): Road {
  const load = async (): Promise<Measured> => ({ seconds: (await reference.load(file)) / 1000 });
  return { name: reference.name, load, exact: false };
}

function functionRoad(environment: Environment, bench: IngestBench, key: string): Road {
  const { memorySize } = environment.services.lambda.spec(bench.functionName);
  const load = async (): Promise<Measured> => {
    await bench.redeploy(timeout);
    const { ms, initMs, peakRss, hops } = await bench.load(key);
    return {
      seconds: ms / 1000,
      ...(initMs !== undefined && { startSeconds: initMs / 1000 }),
      peakBytes: peakRss,
      dollars: lambdaDollars(ms / 1000, memorySize, hops),
    };
  };
  return { name: "Lambda function", load, exact: true };
}

interface GlueParts {
  readonly environment: Environment;
  readonly session: Session;
  readonly python: string;
  readonly key: string;
  readonly cores: number;
  readonly signal: AbortSignal;
}

function glueRoad({ environment, key, cores, ...rest }: GlueParts): Road {
  const load = async (): Promise<Measured> => {
    const run = startGlueJob(environment, { ...rest, keys: [key], cores });
    const [outcomes, peakBytes] = await Promise.all([run.outcomes, peakOf(run.pid, run.outcomes)]);
    const [outcome] = outcomes;
    if (outcome?.status !== "done") {
      throw new GroundworkError(`The Glue job did not load ${key}: ${outcome?.reason ?? outcome?.status}`);
    }
    const { endSeconds: seconds, workSeconds } = outcome;
    const workers = glueConfig.glueWorkers.parse(undefined);
    return {
      seconds,
      startSeconds: seconds - workSeconds,
      peakBytes,
      dollars: glueDollars(seconds, workers),
    };
  };
  return { name: `Glue job, Spark local[${cores}]`, load, exact: true };
}

async function peakOf(pid: number, work: Promise<unknown>): Promise<number> {
  let peak = 0;
  let ended = false;
  const end = (): void => void (ended = true);
  void work.then(end, end);
  while (!ended) {
    peak = Math.max(peak, await treeBytes(pid));
    await sleep(samplePause);
  }
  return peak;
}

interface Measurement {
  readonly bench: IngestBench;
  readonly client: Client;
  readonly expected: Awaited<ReturnType<typeof expectations>>;
  readonly runs: number;
  readonly abortable: <T>(work: Promise<T>) => Promise<T>;
}

/** The loads of each road, round by round. */
async function measure(
  roads: readonly Road[],
  { bench, client, expected, runs, abortable }: Measurement,
): Promise<Measured[][]> {
  const measured = roads.map((): Measured[] => []);
  for (let round = 1; round <= runs; round++) {
    for (const [i, { name, load, exact }] of roads.entries()) {
      await bench.reset();
      const result = await abortable(load());
      measured[i]?.push(result);
      const start =
        result.startSeconds === undefined
          ? ""
          : `, ${formatDuration(result.startSeconds * 1000)} of it start`;
      const differences = exact ? compare(expected, await abortable(actuals(client))) : [];
      if (differences.length > 0) throw GroundworkError.all(`${name} did not load it exactly`, differences);
      say(
        `${round} of ${runs}: ${name}, ${formatDuration(result.seconds * 1000)}${start}${exact ? ", every row is there once" : ""}`,
      );
    }
  }
  return measured;
}

interface Report extends CompareOptions {
  readonly bytes: number;
  readonly rejected: number;
}

function report(figures: readonly Figures[], { json, picture: file, ...facts }: Report): void {
  writeFileSync(file, picture(figures, facts.runs));
  print(figures, { ...facts, picture: file, json });
}

/** A promise that ends with the signal, whatever it waits for: closing the session ends the work itself. */
function interruptible(signal: AbortSignal) {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
  aborted.catch(() => undefined);
  const abortable = <T>(work: Promise<T>): Promise<T> => {
    work.catch(() => undefined);
    return Promise.race([work, aborted]);
  };
  return { signal, abortable };
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
