import { createReadStream, existsSync, readFileSync, rmSync } from "node:fs";
import type { Profiler } from "node:inspector";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Upload } from "@aws-sdk/lib-storage";
import type { Client } from "pg";
import { GroundworkError } from "../../infra/error";
import type { LoadTime } from "../../local/lambda/process";
import type { InvocationEnd, LocalLambda } from "../../local/lambda/service";
import type { Environment } from "../../local/environment";
import records from "../../tables/records";
import { withS3 } from "../s3Client";
import { differences, expectations, times } from "../verify/verify";
import type { BenchFile } from "./benchFile";

/** One load by the packaged function. */
export interface Load {
  /** Milliseconds from the call to the end of the last hop; of a cold one the start of its process included. */
  readonly ms: number;
  /** Milliseconds from the start of the first process to the loaded function; undefined when it was warm. */
  readonly initMs: number | undefined;
  /** Milliseconds of CPU of all its processes, start included. */
  readonly cpuMs: number;
  /** The largest resident memory of any of its processes, bytes. */
  readonly peakRss: number;
  /** Hand-overs. */
  readonly hops: number;
}

/** The packaged ingest function of an environment that is up, to be measured. */
export class IngestBench {
  readonly functionName: string;
  private readonly bucket: string;
  private readonly lambda: LocalLambda;

  constructor(
    private readonly environment: Environment,
    readonly client: Client,
  ) {
    const { ingest } = environment.outputs;
    this.functionName = ingest.functionName;
    this.bucket = ingest.bucketName;
    this.lambda = environment.services.lambda;
  }

  /** Puts a file into the bucket under each key, and waits for the loads that their notifications start. */
  async put(file: string, ...keys: string[]): Promise<void> {
    await withS3(this.environment, async (client) => {
      for (const Key of keys)
        await new Upload({
          client,
          params: { Bucket: this.bucket, Key, Body: createReadStream(file) },
        }).done();
    });
    await this.lambda.idle();
  }

  /** Every load begins with empty tables, or what a file's `before` makes, and nothing left to write. */
  async reset(
    { table, before = "" }: Pick<BenchFile, "table" | "before"> = { table: records },
  ): Promise<void> {
    await this.client.query(`TRUNCATE ${table.name}, ingest_jobs, ingest_rejects; ${before}`);
    await this.client.query("CHECKPOINT");
  }

  /** A fast load that is wrong is no result. @throws GroundworkError where the table doesn't hold what the file does */
  async check({ file, keys, table, sample = { file, times: keys.length } }: BenchFile): Promise<void> {
    const expected = times(await expectations(this.client, sample.file, table), sample.times);
    const found = await differences(this.client, { ...expected, file });
    if (found.length > 0) throw GroundworkError.all(`The rows are not those of ${keys[0]}`, found);
  }

  /** Ends the idle processes: the next invocation is cold. `timeout` in seconds, how long a hop may take. */
  async redeploy(timeout: number): Promise<void> {
    await this.lambda.updateFunction(this.functionName, { timeout });
  }

  /** Starts the function in a new process, with an event that asks for nothing; how long its code takes to load. */
  async require(): Promise<LoadTime> {
    const { lambda, functionName } = this;
    await this.redeploy(lambda.spec(functionName).timeout);
    let time: LoadTime | undefined;
    const collect = ({ load }: InvocationEnd): void => void (time = load);
    lambda.events.once("end", collect);
    const { payload, functionError } = await lambda.invoke(functionName, { Records: [] });
    if (functionError || time === undefined)
      throw new GroundworkError(`The function did not start: ${payload}`);
    return time;
  }

  /** One cold load, with a CPU profile of its process from its start to its end in `file`. */
  async profile(key: string, file: string): Promise<Profiler.Profile> {
    const { lambda, functionName } = this;
    const { environment } = lambda.spec(functionName);
    const profiler = path.join(__dirname, "profiler.js");
    const PROFILE_FILE = path.resolve(file);
    rmSync(PROFILE_FILE, { force: true });
    await lambda.updateFunction(functionName, {
      environment: { ...environment, NODE_OPTIONS: `--require "${profiler}"`, PROFILE_FILE },
    });
    await this.load(key);
    for (const pid of lambda.processes(functionName).pids) process.kill(pid, "SIGUSR2");
    while (!existsSync(PROFILE_FILE)) await sleep(20);
    await lambda.updateFunction(functionName, { environment });
    return JSON.parse(readFileSync(PROFILE_FILE, "utf8")) as Profiler.Profile;
  }

  /** Loads files that all come at once. @throws GroundworkError when one of them isn't loaded at the end. */
  async load(...keys: string[]): Promise<Load> {
    const ends: InvocationEnd[] = [];
    const collect = (end: InvocationEnd): void => void ends.push(end);
    this.lambda.events.on("end", collect);
    const started = performance.now();
    for (const key of keys) {
      await this.lambda.invoke(this.functionName, { bucket: this.bucket, key }, "Event");
    }
    await this.lambda.idle();
    const ms = performance.now() - started;
    this.lambda.events.off("end", collect);
    const { rows } = await this.client.query<{ key: string; hops: number }>(
      "SELECT key, hops FROM ingest_jobs WHERE key = ANY ($1) AND status = 'done'",
      [keys],
    );
    const left = keys.filter((key) => !rows.some((row) => row.key === key));
    if (left.length > 0) {
      const failed = ends.find(({ outcome }) => !outcome.ok) ?? ends.at(-1);
      throw new GroundworkError(
        `Not loaded: ${left.join(", ")}: ${JSON.stringify(failed?.outcome ?? "no word of them")}`,
      );
    }
    return {
      ms,
      initMs: ends[0]?.initDuration,
      cpuMs: ends.reduce((sum, { cpuTime }) => sum + cpuTime, 0),
      peakRss: Math.max(...ends.map(({ peakRss }) => peakRss)),
      hops: rows.reduce((sum, { hops }) => sum + hops, 0),
    };
  }
}
