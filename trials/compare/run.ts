import { statSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { GroundworkError } from "../../infra/error";
import { glueKeys } from "../../infra/ingest/glueConfig";
import type { Environment } from "../../local/environment";
import { IngestBench } from "../bench/ingestBench";
import { connect } from "../uploadAndFollow";
import { type Reference, makeReference } from "../bench/reference";
import { unhurried } from "../bench/rounds";
import { writeSample } from "../sample/sample";
import type { Session } from "../../local/session";
import records from "../../tables/records";
import { type Expected, differences, expectations } from "../verify/verify";
import { treeBytes } from "./processTree";
import { type GlueRunOptions, startGlueJob, writeReader } from "./glueRun";
import {
  type ComparePrices,
  type Figures,
  type Measured,
  figuresOf,
  glueDollars,
  lambdaDollars,
} from "./figures";

export interface CompareOptions {
  /** The CSV file; a sample that is made on the spot unless told. */
  readonly file: string | undefined;
  readonly runs: number;
  /** Threads of Spark's. */
  readonly cores: number;
  /** With pyspark; undefined where Spark can't run, and the Glue job is left out. */
  readonly python: string | undefined;
  readonly prices: ComparePrices;
  readonly onLoad: (load: MeasuredLoad) => void;
  readonly stop: AbortSignal;
}

export interface MeasuredLoad extends Measured {
  /** From 1. */
  readonly round: number;
  readonly name: string;
  /** Whether its rows were found to be the file's; otherwise nobody looked. */
  readonly exact: boolean;
}

export interface Comparison {
  /** The medians of each road. */
  readonly figures: readonly Figures[];
  /** Of the file, in bytes. */
  readonly bytes: number;
  readonly rejected: number;
}

/** A way to load the file; `load` measures one. */
interface Road {
  readonly name: string;
  readonly load: () => Promise<Measured>;
  /** Whether the table has to hold the file's rows afterwards, transformed. */
  readonly exact: boolean;
}

const samplePause = 500;

/**
 * Loads a file by every road that there is here, in turn, into an environment made with `benchConfig`, and checks
 * each load. PostgreSQL's own is left out where the file has bad records, which it takes none of.
 *
 * @throws GroundworkError when a load fails or isn't exact
 */
export async function compareRoads(
  environment: Environment,
  session: Session,
  options: CompareOptions,
): Promise<Comparison> {
  const { cores, python, prices, stop } = options;
  const abortable = abortableBy(stop);
  const client = await connect(environment);
  try {
    const file = options.file ?? (await writeSample(path.join(session.dir, "sample.csv"))).file;
    const expected = await abortable(expectations(client, file, records));
    const bench = new IngestBench(environment, client);
    const key = path.basename(file);
    await abortable(bench.put(file, key));
    const reference = expected.rejected > 0 ? undefined : makeReference(environment.database);
    const reader = await writeReader(session);
    const roads = [
      ...(reference ? [plainRoad(reference, file)] : []),
      functionRoad(environment, bench, key, prices),
      ...(python === undefined
        ? []
        : [glueRoad(environment, { session, python, reader, keys: [key], cores, signal: stop }, prices)]),
    ];
    const measured = await measure(roads, { ...options, bench, client, expected, abortable });
    const base = reference ? (measured[0] ?? []) : [];
    const figures = roads.map(({ name }, i) => figuresOf(name, expected.rows, measured[i] ?? [], base));
    return { figures, bytes: statSync(file).size, rejected: expected.rejected };
  } finally {
    await client.end().catch(() => undefined); // The server may be gone first at a Ctrl-C.
  }
}

function plainRoad(reference: Reference, file: string): Road {
  const load = async (): Promise<Measured> => ({ seconds: (await reference.load(file)) / 1000 });
  return { name: reference.name, load, exact: false };
}

function functionRoad(
  environment: Environment,
  bench: IngestBench,
  key: string,
  prices: ComparePrices,
): Road {
  const { memorySize } = environment.services.lambda.spec(bench.functionName);
  const load = async (): Promise<Measured> => {
    await bench.redeploy(unhurried);
    const { ms, initMs, peakRss, hops } = await bench.load(key);
    return {
      seconds: ms / 1000,
      ...(initMs !== undefined && { startSeconds: initMs / 1000 }),
      peakBytes: peakRss,
      dollars: lambdaDollars(prices, ms / 1000, memorySize, hops),
    };
  };
  return { name: "Lambda function", load, exact: true };
}

function glueRoad(environment: Environment, options: GlueRunOptions, prices: ComparePrices): Road {
  const load = async (): Promise<Measured> => {
    const run = startGlueJob(environment, options);
    const [outcomes, peakBytes] = await Promise.all([run.outcomes, peakOf(run.pid, run.outcomes)]);
    const [outcome] = outcomes;
    if (outcome?.status !== "done") {
      throw new GroundworkError(
        `The Glue job did not load ${options.keys[0]}: ${outcome?.reason ?? outcome?.status}`,
      );
    }
    const { endSeconds: seconds, workSeconds } = outcome;
    const workers = glueKeys.glueWorkers.parse(undefined);
    return {
      seconds,
      startSeconds: seconds - workSeconds,
      peakBytes,
      dollars: glueDollars(prices, seconds, workers),
    };
  };
  return { name: `Glue job, Spark local[${options.cores}]`, load, exact: true };
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

interface Measurement extends CompareOptions {
  readonly bench: IngestBench;
  readonly client: Client;
  readonly expected: Expected;
  readonly abortable: <T>(work: Promise<T>) => Promise<T>;
}

/** The loads of each road, round by round. */
async function measure(
  roads: readonly Road[],
  { bench, client, expected, runs, onLoad, abortable }: Measurement,
): Promise<Measured[][]> {
  const measured = roads.map((): Measured[] => []);
  for (let round = 1; round <= runs; round++) {
    for (const [i, { name, load, exact }] of roads.entries()) {
      await bench.reset();
      const result = await abortable(load());
      measured[i]?.push(result);
      const found = exact ? await abortable(differences(client, expected)) : [];
      if (found.length > 0) throw GroundworkError.all(`${name} did not load it exactly`, found);
      onLoad({ ...result, round, name, exact });
    }
  }
  return measured;
}

/** Promises that end with the signal, whatever they wait for: closing the session ends the work itself. */
function abortableBy(signal: AbortSignal) {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
  aborted.catch(() => undefined);
  return <T>(work: Promise<T>): Promise<T> => {
    work.catch(() => undefined);
    return Promise.race([work, aborted]);
  };
}
