import type { Profiler } from "node:inspector";
import type { Environment } from "../../local/environment";
import type { LoadTime } from "../../local/lambda/process";
import { zip } from "../../programs/archive";
import { connect } from "../uploadAndFollow";
import { fileMaker, putFiles } from "./files";
import { putFormats } from "./formats";
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
  /** How many small files come at once, one after the other. */
  readonly files: readonly number[];
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
    if (only.includes("small")) table.push(...(await measureFile(rounds, reference, await makeFile(1))));
    if (only.includes("large")) table.push(...(await measureFile(rounds, reference, await makeFile(factor))));
    if (only.includes("hops")) table.push(...(await measureHops(rounds, await makeFile(factor))));
    for (const many of only.includes("files") ? await putFiles(dir, bench, files) : [])
      table.push(...(await measureFiles(rounds, reference, many)));
    const starts: LoadTime[] = [];
    for (let run = 0; only.includes("package") && run < options.runs; run++) {
      options.stop.throwIfAborted();
      starts.push(await bench.require());
    }
    const packaged = environment.services.lambda.spec(bench.functionName);
    const packageBytes = zip(packaged.files).length;
    // At last: the package is another one with their tables.
    if (only.includes("formats")) {
      const kinds = await putFormats(environment, client, bench, dir, rows);
      for (const { what, ...file } of kinds)
        table.push(...(await measureFile(rounds, reference, file, `${what}: `)));
    }
    return { table, starts, packageBytes };
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
    const { keys } = await fileMaker(dir, bench, rows)(1);
    return await bench.profile(keys[0]!, file);
  } finally {
    await client.end();
  }
}
