import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { GroundworkError } from "../infra/error";
import type { LocalLambda } from "../local/lambda/service";
import type { Environment } from "../local/environment";
import { withS3 } from "./s3Client";

/** A row of `ingest_jobs`. */
export interface Job {
  readonly id: number;
  readonly status: "running" | "done" | "failed" | "undone";
  readonly size: number;
  readonly byteOffset: number;
  readonly rowsLoaded: number;
  readonly rowsRejected: number;
  readonly hops: number;
  /** Why it failed. */
  readonly reason: string | null;
}

/** A connection to the environment's database as its master user, TLS verified. The caller ends it. */
export async function connect({ database }: Pick<Environment, "database">): Promise<Client> {
  const pg = await import("pg");
  const { server, user, password, ca } = database;
  const { host, port, database: name } = server;
  const client = new pg.Client({ host, port, database: name, user, password, ssl: { ca } });
  await client.connect();
  return client;
}

/** Puts a file into the bucket through the S3 API, in parts. `onProgress` is told how many bytes are there. */
export async function upload(
  environment: Environment,
  file: string,
  key: string,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const params = { Bucket: bucketOf(environment), Key: key, Body: createReadStream(file, { signal }) };
  const { Upload } = await import("@aws-sdk/lib-storage");
  await withS3(environment, async (client) => {
    const put = new Upload({ client, params });
    put.on("httpUploadProgress", ({ loaded }) => onProgress(loaded ?? 0));
    await put.done();
  });
  signal.throwIfAborted();
  onProgress((await stat(file)).size);
}

/**
 * Follows the job that an upload started until it is done.
 *
 * @throws GroundworkError when the job failed, or when the function gave up on it.
 */
export async function follow(
  environment: Environment,
  client: Client,
  key: string,
  onProgress: (job: Job) => void,
  signal: AbortSignal,
): Promise<Job> {
  const { lambda, queues } = environment.services;
  for (;;) {
    signal.throwIfAborted();
    // Asked before the job is read: work that has ended has left its last word in the table by then.
    const working = await isWorking(lambda);
    const job = await findJob(client, bucketOf(environment), key);
    if (job) onProgress(job);
    if (job?.status === "done") return job;
    if (job?.status === "failed") throw new GroundworkError(`${key} was not loaded: ${job.reason}`);
    if (!working) {
      const [letter] = queues.peek(deadLettersOf(environment));
      throw new GroundworkError(
        `The function gave up on ${key}${letter ? `: ${letter}` : ""}. The end of its log:\n${lambda.logs(functionOf(environment)).slice(-2000)}`,
      );
    }
    await sleep(50, undefined, { signal }).catch(() => undefined);
  }
}

/** Whether an invocation waits, runs or is to be tried again. */
function isWorking(lambda: LocalLambda): Promise<boolean> {
  const notIdle = new Promise<boolean>((resolve) => setImmediate(resolve, true));
  return Promise.race([lambda.idle().then(() => false), notIdle]);
}

async function findJob(client: Client, bucket: string, key: string): Promise<Job | undefined> {
  const { rows } = await client.query<Job>(
    `SELECT id::float8 AS id, status, size::float8 AS size, byte_offset::float8 AS "byteOffset",
            rows_loaded::float8 AS "rowsLoaded", rows_rejected::float8 AS "rowsRejected", hops, reason
       FROM ingest_jobs WHERE bucket = $1 AND key = $2 ORDER BY started_at DESC LIMIT 1`,
    [bucket, key],
  );
  return rows[0];
}

const bucketOf = ({ outputs }: Environment): string => outputs.ingest.bucketName;
const functionOf = ({ outputs }: Environment): string => outputs.ingest.functionName;
const deadLettersOf = ({ outputs }: Environment): string =>
  outputs.ingest.deadLetterQueueUrl.split("/").at(-1) ?? "";
