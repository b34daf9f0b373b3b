import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Client } from "pg";
import type { JobsAnswers } from "../../functions/jobs/request";
import { AwsError } from "../../local/http";
import type { InvocationEnd, LocalLambda } from "../../local/lambda/service";
import type { S3Request } from "../../local/s3/server";
import type { Environment } from "../../local/environment";
import { randomNumbers } from "../sample/sample";
import { type Totals, actuals, compare } from "../verify/verify";

/** How often each fault struck. */
export type Faults = Record<FaultName, number>;

type FaultName = (typeof faultNames)[number];

const faultNames = [
  "kill -9",
  "timeout",
  "S3 cut",
  "S3 500",
  "S3 slow-down",
  "Invoke throttled",
  "hand-over lost",
  "started twice",
  "old event",
  "PostgreSQL restart",
  "PostgreSQL crash",
  "connections ended",
  "object replaced",
] as const;

/** How one trial went. */
export interface Trial {
  readonly seed: number;
  readonly faults: Faults;
  /** How often the sweeper had to be called until the job was done. */
  readonly sweeps: number;
  /** What isn't exact, in words; none when the trial held. */
  readonly problems: string[];
}

/** The file of all trials, and what an independent reader finds in it. */
export interface ChaosFile {
  readonly file: string;
  readonly expected: Totals;
}

/** Config for an environment of trials: many chunks and hops in a small file, and a quick end of a hop. */
export const chaosConfig: Readonly<Record<string, string>> = {
  "ingest:chunkBytes": String(128 * 1024),
  "ingest:timeout": "4",
  "ingest:handOverReserveMs": "2500",
  "ingest:maxRejects": "100000",
};

/** A trial ends with a problem when the job isn't done after so long. */
const patienceMs = 120_000;

/** Loads a file again and again through the packaged function while everything around it breaks. */
export class Chaos {
  private readonly lambda: LocalLambda;
  private readonly functionName: string;
  private readonly jobsFunctionName: string;
  private readonly bucket: string;
  private readonly content: Buffer;
  private client: Client | undefined;
  private number = 0;

  constructor(
    private readonly environment: Environment,
    private readonly chaosFile: ChaosFile,
  ) {
    const { ingest } = environment.outputs;
    this.lambda = environment.services.lambda;
    this.functionName = String(ingest?.functionName);
    this.jobsFunctionName = String(ingest?.jobsFunctionName);
    this.bucket = String(ingest?.bucketName);
    this.content = readFileSync(chaosFile.file);
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
  }

  /** One load with faults drawn from the seed; what they strike depends on the machine's pace as well. */
  async trial(seed: number, stop: AbortSignal): Promise<Trial> {
    const faults = Object.fromEntries(faultNames.map((name) => [name, 0])) as Faults;
    const draw = randomNumbers(seed);
    const key = `trial-${++this.number}.csv`;
    const running = new AbortController();
    const disarm = this.breakServices(draw, faults);
    await this.sql("TRUNCATE records, ingest_jobs, ingest_rejects");
    // The half of the trials in which every statement takes a while shows a wrong order of commits each time.
    const slow = draw() < 0.5;
    if (slow) await this.slowDown();
    const problems: string[] = [];
    const watching = this.watch(problems, running.signal);
    const first = await this.put(key, this.content);
    const breaking = this.breakProcesses(draw, faults, key, running.signal);
    const sweeps = await this.untilDone(key, first, faults, stop).catch((error: unknown) => {
      problems.push(error instanceof Error ? error.message : String(error));
      return 0;
    });
    running.abort();
    disarm();
    await breaking;
    await watching;
    await this.lambda.idle();
    stop.throwIfAborted();
    if (slow) await this.sql("DROP TRIGGER IF EXISTS chaos_slow ON records");
    problems.push(...(await this.differences(first)));
    return { seed, faults, sweeps, problems };
  }

  private async differences(etag: string): Promise<string[]> {
    const others = await this.sql<{ status: string }>("SELECT status FROM ingest_jobs WHERE etag <> $1", [
      etag,
    ]);
    const strays = others.filter(({ status }) => status !== "failed").length;
    const found = compare(this.chaosFile.expected, await actuals(await this.connection()));
    return strays > 0 ? [...found, `${strays} jobs of the replaced object were not ended`] : found;
  }

  /** Faults of S3 and Lambda; answers with what ends them. */
  private breakServices(draw: () => number, faults: Faults): () => void {
    const { s3 } = this.environment.services;
    const { lambda } = this;
    s3.fault = ({ method }: S3Request) => {
      if (method !== "GET") return undefined;
      const drawn = draw();
      if (drawn < 0.1) {
        faults["S3 cut"]++;
        return { cutAfterBytes: Math.floor(draw() * this.content.length) };
      }
      if (drawn < 0.16) return strike(faults, "S3 500", "500");
      if (drawn < 0.2) return strike(faults, "S3 slow-down", "slow-down");
      return undefined;
    };
    lambda.fault = ({ functionName }) => {
      if (functionName !== this.functionName) return undefined;
      const drawn = draw();
      if (drawn < 0.1) {
        faults["Invoke throttled"]++;
        throw new AwsError("TooManyRequestsException", 429, "Rate Exceeded.");
      }
      if (drawn < 0.2) return strike(faults, "hand-over lost", "lost");
      if (drawn < 0.3) return strike(faults, "started twice", "twice");
      return undefined;
    };
    // Only what struck in the middle of an invocation is counted.
    const count = ({ outcome }: InvocationEnd): void => {
      if (outcome.ok) return;
      if (outcome.error.errorMessage.includes("timed out")) faults.timeout++;
      if (outcome.error.errorMessage.includes("SIGKILL")) faults["kill -9"]++;
    };
    lambda.events.on("end", count);
    return () => {
      s3.fault = undefined;
      lambda.fault = undefined;
      lambda.events.off("end", count);
    };
  }

  /** Faults that come out of the blue, one after a moment. */
  private async breakProcesses(
    draw: () => number,
    faults: Faults,
    key: string,
    signal: AbortSignal,
  ): Promise<void> {
    let replaced = false;
    while (!signal.aborted) {
      await sleep(50 + draw() * 600, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const drawn = draw();
      if (drawn < 0.68) this.signal(draw, "SIGKILL");
      // Its time runs out before it knows.
      else if (drawn < 0.72) this.signal(draw, "SIGSTOP");
      else if (drawn < 0.8) await this.repeatEvent(draw, faults, key);
      else if (drawn < 0.84) await this.restart("fast", faults);
      else if (drawn < 0.88) await this.restart("immediate", faults);
      else if (drawn < 0.94) await this.endConnections(faults);
      else if (!replaced && (await this.hasJob(key))) {
        replaced = true;
        await this.put(key, Buffer.from("not,the,header\n1,2,3\n"));
        faults["object replaced"]++;
      }
    }
  }

  private signal(draw: () => number, signal: "SIGKILL" | "SIGSTOP"): void {
    const { pids } = this.lambda.processes(this.functionName);
    const pid = pids[Math.floor(draw() * pids.length)];
    if (pid !== undefined) process.kill(pid, signal);
  }

  private async hasJob(key: string): Promise<boolean> {
    return (await this.sql("SELECT FROM ingest_jobs WHERE key = $1", [key])).length > 0;
  }

  /** An event that came before, and once more: with an offset from long ago, or one that never was. */
  private async repeatEvent(draw: () => number, faults: Faults, key: string): Promise<void> {
    const [job] = await this.sql<{ etag: string; version_id: string | null }>(
      "SELECT etag, version_id FROM ingest_jobs WHERE key = $1 ORDER BY id LIMIT 1",
      [key],
    );
    if (!job) return;
    const offset = Math.floor(draw() * 2 * this.content.length);
    const event = { bucket: this.bucket, key, etag: job.etag, versionId: job.version_id, offset };
    await this.lambda.invoke(this.functionName, event, "Event").catch(() => undefined);
    faults["old event"]++;
  }

  private async restart(mode: "fast" | "immediate", faults: Faults): Promise<void> {
    await this.environment.database.server.restart(mode);
    faults[mode === "fast" ? "PostgreSQL restart" : "PostgreSQL crash"]++;
  }

  private async endConnections(faults: Faults): Promise<void> {
    await this.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database() AND application_name = $1",
      [this.functionName],
    );
    faults["connections ended"]++;
  }

  /** Calls the sweeper, as its schedule does, whenever nothing is under way, until the job is done. */
  private async untilDone(key: string, etag: string, faults: Faults, stop: AbortSignal): Promise<number> {
    const deadline = Date.now() + patienceMs;
    let sweeps = 0;
    for (;;) {
      stop.throwIfAborted();
      const [job] = await this.sql<{ status: string; reason: string | null; byte_offset: string }>(
        "SELECT status, reason, byte_offset FROM ingest_jobs WHERE key = $1 AND etag = $2",
        [key, etag],
      );
      if (job?.status === "done") return sweeps;
      if (job?.status === "failed" && !job.reason?.includes("functions in a row")) {
        throw new Error(`The job failed: ${job.reason}`);
      }
      if (Date.now() > deadline) {
        throw new Error(`Not done after ${patienceMs / 1000} s and ${JSON.stringify(faults)}`);
      }
      await sleep(100);
      if (job?.status !== "running") await this.startAgain(key, etag);
      else if (await this.sweep()) sweeps++;
    }
  }

  /** Where the first event was lost with all its retries, or the job gave up, a person resumes it. */
  private async startAgain(key: string, etag: string): Promise<void> {
    const event = { action: "resume", bucket: this.bucket, key, etag };
    await this.lambda.invoke(this.jobsFunctionName, event);
    await sleep(1000);
  }

  /** Whether it found something. A failure of its own (the database is down) is like a schedule that missed. */
  private async sweep(): Promise<boolean> {
    const event = { action: "sweep", stalledAfterSeconds: 1 };
    const { payload, functionError } = await this.lambda.invoke(this.jobsFunctionName, event);
    if (functionError) return false;
    return (JSON.parse(payload) as JobsAnswers["sweep"]).stalled.length > 0;
  }

  /** Compares rows and checkpoint in one snapshot, as often as it can: they may never differ. */
  private async watch(problems: string[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [snapshot] = await this.sql<{ loaded: number; there: number; rejected: number; kept: number }>(
        `SELECT coalesce(sum(rows_loaded), 0)::int AS loaded, (SELECT count(*)::int FROM records) AS there,
           coalesce(sum(rows_rejected), 0)::int AS rejected,
           (SELECT count(*)::int FROM ingest_rejects) AS kept FROM ingest_jobs`,
      );
      if (snapshot && (snapshot.loaded !== snapshot.there || snapshot.rejected !== snapshot.kept)) {
        problems.push(`rows and checkpoint of one moment differ: ${JSON.stringify(snapshot)}`);
        return;
      }
      await sleep(50, undefined, { signal }).catch(() => undefined);
    }
  }

  private async slowDown(): Promise<void> {
    await this.sql(`CREATE OR REPLACE FUNCTION chaos_slow() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(0.05); RETURN NULL; END $$`);
    await this.sql("CREATE TRIGGER chaos_slow AFTER INSERT ON records EXECUTE FUNCTION chaos_slow()");
  }

  /** @returns the etag, without its quotes */
  private async put(key: string, body: Buffer): Promise<string> {
    const { services, region } = this.environment;
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const client = new S3Client({ endpoint: services.s3.url, region, credentials });
    try {
      const { ETag } = await client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body }));
      return (ETag ?? "").replaceAll('"', "");
    } finally {
      client.destroy();
    }
  }

  /** A query that waits for a server that is restarting, since that is one of the faults. */
  private async sql<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
    for (let tries = 0; ; tries++) {
      try {
        return (await (await this.connection()).query<T>(text, values)).rows;
      } catch (error) {
        const { code } = error as { code?: string };
        if (tries === 100 || (code !== undefined && !/^(57|08|ECONN|EPIPE)/.test(code))) throw error;
        this.client = undefined;
        await sleep(100);
      }
    }
  }

  private async connection(): Promise<Client> {
    if (this.client) return this.client;
    const { server, user, password, ca } = this.environment.database;
    const { host, port, database } = server;
    const client = new Client({ host, port, database, user, password, ssl: { ca } });
    client.on("error", () => (this.client = undefined));
    await client.connect();
    this.client = client;
    return client;
  }
}

function strike<T>(faults: Faults, name: FaultName, fault: T): T {
  faults[name]++;
  return fault;
}

/** The faults of many trials together. */
export function sumOf(trials: readonly Trial[]): Faults {
  const sum = Object.fromEntries(faultNames.map((name) => [name, 0])) as Faults;
  for (const { faults } of trials) for (const name of faultNames) sum[name] += faults[name];
  return sum;
}
