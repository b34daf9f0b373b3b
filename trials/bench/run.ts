import type { Profiler } from "node:inspector";
import type { Client } from "pg";
import { GroundworkError } from "../../infra/error";
import type { Environment } from "../../local/environment";
import type { LoadTime } from "../../local/lambda/process";
import { zip } from "../../programs/archive";
import { connect } from "../uploadAndFollow";
import records from "../../tables/records";
import { differences, expectations, times } from "../verify/verify";
import { fileMaker, putFiles } from "./files";
import { IngestBench } from "./ingestBench";
import { makeReference } from "./reference";
import {
  type BenchPart,
  type BenchRow,
  type RoundsOptions,
  measureFile,
  measureFiles,
  measureHops,
} from "./rounds";

interface BenchOptions extends Omit<RoundsOptions, "bench"> {
  readonly only: readonly BenchPart[];
  readonly rows: number;
  /** How many times as large the second file is. */
  readonly factor: number;
  /** How many small files come at once. */
  readonly files: number;
}

export interface BenchResult {
  readonly table: readonly BenchRow[];
  /** How long the function's code took to load, each in a process of its own. */
  readonly starts: readonly LoadTime[];
  /** Of ingest.zip. */
  readonly packageBytes: number;
}

/**
 * Measures the packaged ingest function of an environment made with `benchConfig`, beside what PostgreSQL can.
 *
 * @param dir for the files that are loaded
 * @throws GroundworkError when a load fails or isn't exact
 */
export async function runBench(
  environment: Environment,
  dir: string,
  { only, rows, factor, files, ...options }: BenchOptions,
): Promise<BenchResult> {
  const client = await connect(environment);
  try {
    const bench = new IngestBench(environment, client);
    const rounds = { ...options, bench };
    const makeFile = fileMaker(dir, bench, rows);
    const reference = makeReference(environment.database);
    const table: BenchRow[] = [];
    if (only.includes("small")) {
      const small = await makeFile(1);
      await bench.load(small.key);
      await checkOnce(client, small.file);
      table.push(...(await measureFile(rounds, reference, small)));
    }
    if (only.includes("large")) table.push(...(await measureFile(rounds, reference, await makeFile(factor))));
    if (only.includes("hops")) table.push(...(await measureHops(rounds, await makeFile(factor))));
    if (only.includes("files")) {
      const many = await putFiles(dir, bench, files);
      await checkOnce(client, many.file, files);
      table.push(...(await measureFiles(rounds, reference, many)));
      await checkOnce(client, many.file, files);
    }
    const starts: LoadTime[] = [];
    for (let run = 0; only.includes("package") && run < options.runs; run++) {
      options.stop.throwIfAborted();
      starts.push(await bench.require());
    }
    const packaged = environment.services.lambda.spec(bench.functionName);
    return { table, starts, packageBytes: zip(packaged.files).length };
  } finally {
    await client.end();
  }
}

/** Profiles one cold load of a sample of so many rows, and keeps the profile in `file`. */
export async function profileLoad(
  environment: Environment,
  dir: string,
  rows: number,
  file: string,
): Promise<Profiler.Profile> {
  const client = await connect(environment);
  try {
    const bench = new IngestBench(environment, client);
    const { key } = await fileMaker(dir, bench, rows)(1);
    return await bench.profile(key, file);
  } finally {
    await client.end();
  }
}

/** A fast load that is wrong is no result: what the first load left is compared with the file. */
async function checkOnce(client: Client, file: string, count = 1): Promise<void> {
  const found = await differences(client, times(await expectations(client, file, records), count));
  if (found.length > 0) throw GroundworkError.all("The rows are not those of the file", found);
}
