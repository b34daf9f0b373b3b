import type { S3Client } from "@aws-sdk/client-s3";
import type { Client } from "pg";
import type { Connect } from "../shared/database";
import { isGiveUp } from "../shared/giveUp";
import type { Source } from "../shared/source";
import { bodyOffset, claim, fail, find } from "./job";
import type { LoadOptions } from "./load";
import { type OpenObject, openObject } from "./object";
import type { WaitClock, Waits } from "./waits";

/** What this hop did of its job, for the metrics. */
export interface HopWork {
  rows: number;
  rejected: number;
  /** Of the file that it brought the checkpoint on. */
  bytes: number;
  /** How often it tried in vain to connect to the database, and the seconds that it paused in between. */
  retries: number;
  paused: number;
  /** Seconds since the upload of the file; undefined where it was not opened. */
  lag?: number;
  /** Undefined where nothing was to do. */
  waits?: Waits;
  /** Why it had one connection to the database only, though the file is large enough for two. */
  oneLane?: string;
}

export interface HopOptions extends LoadOptions {
  reserveMs: number;
  maxHops: number;
  /** A job ends when so many functions in a row began with it and none committed a chunk. */
  maxStarts: number;
}

/** What a hop begins with. */
export interface Start {
  clock: WaitClock;
  s3: S3Client;
  connect: Connect;
  source: Source;
  options: HopOptions;
  remainingMs: () => number;
  handOver: (source: Source) => Promise<void>;
}

/**
 * Where the object wasn't opened. An event may name no version, and come when the object was replaced: its job knows what
 * it was reading. When S3 fails, the event may know enough for a job, which the sweeper then goes on with, and which ends
 * when S3 fails each time.
 */
async function openOtherwise(
  client: Client,
  { s3, source, options }: Start,
  error: unknown,
): Promise<OpenObject> {
  const { bucket, key, etag, versionId, size } = source;
  if (etag === undefined) throw error;
  if (!isGiveUp(error)) {
    const file = { bucket, key, etag, versionId, uploadedAt: undefined };
    if (size === undefined) throw error;
    const job = await claim(client, { ...file, size }, options.table.name, false);
    if (job.status === "running" && job.starts > options.maxStarts) {
      const why = `S3 opened it for none of ${options.maxStarts} functions in a row: ${(error as Error).message}`;
      await fail(client, job, why, []);
    }
    throw error;
  }
  if (versionId !== undefined) throw error;
  const job = await find(client, { bucket, key, etag });
  if (job?.versionId === undefined) throw error;
  return openObject(s3, { ...source, versionId: job.versionId }, bodyOffset(job));
}

/**
 * Connects to the database and starts to read at the same time, since both take as long; where there is work for a
 * second connection, and one to spare, it is made meanwhile. Closes all.
 */
export async function openAll<T>(
  start: Start,
  work: HopWork,
  use: (client: Client, second: Promise<Client | undefined>, object: OpenObject) => Promise<T>,
): Promise<T> {
  const { clock, s3, source, connect, options } = start;
  const { key, sameRow } = options.table;
  // A duplicate of a row in the chunk before would wait for its commit, and the other way round.
  const mayWait = key.length > 0 && sameRow === "fail";
  const opening = openObject(s3, source, source.offset ?? 0);
  const opened = opening.then(() => Date.now());
  const one = connect();
  const both = Promise.allSettled([opening, one, opened]);
  const [first, client] = await clock.during(both, (waits, seconds) => void (waits.start += seconds));
  let [object, failure]: [OpenObject | undefined, unknown] =
    first.status === "fulfilled" ? [first.value, undefined] : [undefined, first.reason];
  let second: Promise<Client | undefined> = Promise.resolve(undefined);
  try {
    if (client.status === "rejected") throw client.reason;
    if (object && Date.now() - (await opened) > staleMs) {
      object.body.destroy();
      object = await openObject(s3, source, source.offset ?? 0).catch((error: unknown) => {
        failure = error;
        return undefined;
      });
    }
    object ??= await openOtherwise(client.value, start, failure);
    if (!mayWait && object.size - object.offset > options.chunkBytes / 2) {
      second = connect("spare").catch((error: unknown) => {
        work.oneLane = (error as Error).message;
        return undefined;
      });
    }
    return await use(client.value, second, object);
  } finally {
    object?.body.destroy();
    // Closes the socket at once when a statement is under way; the server rolls back.
    if (client.status === "fulfilled") await client.value.end();
    await (await second)?.end();
  }
}

/** S3 ends a connection that nobody reads from: a body that waited so long for the database is asked for anew. */
const staleMs = 5000;
