import { createReadStream, existsSync, readFileSync, rmSync } from "node:fs";
import type { Profiler } from "node:inspector";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { Client } from "pg";
import { GroundworkError } from "../../infra/error";
import type { LoadTime } from "../../local/lambda/process";
import type { InvocationEnd, LocalLambda } from "../../local/lambda/service";
import type { Environment } from "../../local/environment";

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
    private readonly client: Client,
  ) {
    const { ingest } = environment.outputs;
    this.functionName = ingest.functionName;
    this.bucket = ingest.bucketName;
    this.lambda = environment.services.lambda;
  }

  /** Puts a file into the bucket, and waits for the load that its notification starts. */
  async put(file: string, key: string): Promise<void> {
    const { services, region } = this.environment;
    const { credentials } = services.session;
    const client = new S3Client({ endpoint: services.s3.url, region, credentials });
    const params = { Bucket: this.bucket, Key: key, Body: createReadStream(file) };
    await new Upload({ client, params }).done().finally(() => client.destroy());
    await this.lambda.idle();
  }

  /** Every load begins with empty tables and nothing left to write. */
  async reset(): Promise<void> {
    await this.client.query("TRUNCATE records, ingest_jobs, ingest_rejects");
    await this.client.query("CHECKPOINT");
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

  /** @throws GroundworkError when the file isn't loaded at the end. */
  async load(key: string): Promise<Load> {
    const ends: InvocationEnd[] = [];
    const collect = (end: InvocationEnd): void => void ends.push(end);
    this.lambda.events.on("end", collect);
    const started = performance.now();
    await this.lambda.invoke(this.functionName, { bucket: this.bucket, key }, "Event");
    await this.lambda.idle();
    const ms = performance.now() - started;
    this.lambda.events.off("end", collect);
    const { rows } = await this.client.query<{ status: string; hops: number }>(
      "SELECT status, hops FROM ingest_jobs WHERE key = $1",
      [key],
    );
    if (rows[0]?.status !== "done") {
      throw new GroundworkError(
        `${key} was not loaded: ${JSON.stringify(ends.at(-1)?.outcome ?? rows[0] ?? "no word of it")}`,
      );
    }
    return {
      ms,
      initMs: ends[0]?.initDuration,
      cpuMs: ends.reduce((sum, { cpuTime }) => sum + cpuTime, 0),
      peakRss: Math.max(...ends.map(({ peakRss }) => peakRss)),
      hops: rows[0].hops,
    };
  }
}
