import type { S3Client } from "@aws-sdk/client-s3";
import type { Client } from "pg";
import { connector } from "../shared/database";
import type { Source } from "../shared/source";
import { type Job, bodyOffset, claim, fail, find } from "./job";
import { type LoadEnd, type LoadOptions, load } from "./load";
import { type OpenObject, makeS3, openObject } from "./object";
import { type WaitClock, type Waits, waitClock } from "./waits";

export interface IngestResult {
  status: "done" | "continued" | "skipped" | "failed";
  /** Rows loaded by all of the job's hops so far. */
  rows: number;
  rejected: number;
  /** The byte of the file up to which all is loaded or rejected. */
  offset: number;
  /** How often the job had been handed over before this hop. */
  hop: number;
  /** Why it failed, or was skipped without a look. */
  reason?: string;
  /** The job's number in ingest_jobs. */
  job?: string;
  /** What this hop took, seconds. */
  seconds?: number;
}

/** What this hop did of its job, for the metrics. */
export interface HopWork {
  rows: number;
  rejected: number;
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

/**
 * Loads as much of a file as this function's time allows and hands the rest over.
 *
 * @param remainingMs the milliseconds that this function has left.
 * @throws what a retry may mend; and for a job that came to its end without progress, so that its event goes to the
 *   dead letters.
 */
export async function runHop(
  source: Source,
  options: HopOptions,
  remainingMs: () => number,
  handOver: (source: Source) => Promise<void>,
): Promise<{ result: IngestResult; work: HopWork }> {
  const started = Date.now();
  const clock = waitClock();
  const s3 = makeS3();
  const connect = connector();
  const work: HopWork = { rows: 0, rejected: 0, waits: clock.waits };
  const hop = { clock, s3, connect, source, options, remainingMs, handOver };
  try {
    const result = await openAll(hop, work, async (client, second, first) => {
      const object = typeof first === "string" ? await openKnownVersion(client, s3, source, first) : first;
      if (typeof object === "string") return failUnopened(client, source, object);
      const { bucket, key } = source;
      const { etag, size, versionId } = object;
      const file = { bucket, key, etag, size, versionId };
      const claimed = claim(client, file, source.offset !== undefined);
      const job = await clock.during(claimed, (waits, seconds) => void (waits.start += seconds));
      const before = { rows: job.rows, rejected: job.rejected };
      const ended = await loadJob({ ...hop, client, second, object, job });
      work.rows = job.rows - before.rows;
      work.rejected = job.rejected - before.rejected;
      work.lag = (Date.now() - object.uploadedAt) / 1000;
      return ended;
    });
    return { result: { ...result, seconds: (Date.now() - started) / 1000 }, work };
  } finally {
    clock.stop();
    s3.destroy();
  }
}

/** An event may name no version, and come when the object was replaced: its job knows what it was reading. */
async function openKnownVersion(
  client: Client,
  s3: S3Client,
  source: Source,
  reason: string,
): Promise<OpenObject | string> {
  const { bucket, key, etag } = source;
  if (etag === undefined || source.versionId !== undefined) return reason;
  const job = await find(client, { bucket, key, etag });
  if (job?.versionId === undefined) return reason;
  return openObject(s3, { ...source, versionId: job.versionId }, bodyOffset(job));
}

/**
 * The version that the event names can't be read any more. Its job, where a former hop has made one, ends: nobody
 * could go on with it.
 */
async function failUnopened(client: Client, source: Source, reason: string): Promise<IngestResult> {
  const { bucket, key, etag } = source;
  const job = etag === undefined ? undefined : await find(client, { bucket, key, etag });
  if (job === undefined) return { status: "failed", rows: 0, rejected: 0, offset: 0, hop: 0, reason };
  if (job.status === "running") await fail(client, job, reason, []);
  return resultOf(job, job.status === "done" ? "skipped" : "failed");
}

/**
 * Connects to the database and starts to read at the same time, since both take as long; where there is work for a
 * second connection, it is made meanwhile. Closes all.
 */
async function openAll<T>(
  { clock, s3, source, connect, options }: Start,
  work: HopWork,
  use: (client: Client, second: Promise<Client | undefined>, object: OpenObject | string) => Promise<T>,
): Promise<T> {
  const opening = openObject(s3, source, source.offset ?? 0);
  const connectSecond = async (): Promise<Client | undefined> => {
    const object = await opening;
    if (typeof object === "string" || object.size - object.offset <= options.chunkBytes / 2) return undefined;
    return connect();
  };
  const second = connectSecond().catch((error: unknown) => {
    work.oneLane = (error as Error).message;
    return undefined;
  });
  const both = Promise.allSettled([opening, connect()]);
  const [object, client] = await clock.during(both, (waits, seconds) => void (waits.start += seconds));
  try {
    if (object.status === "rejected") throw object.reason;
    if (client.status === "rejected") throw client.reason;
    return await use(client.value, second, object.value);
  } finally {
    if (object.status === "fulfilled" && typeof object.value !== "string") object.value.body.destroy();
    // Closes the socket at once when a statement is under way; the server rolls back.
    if (client.status === "fulfilled") await client.value.end();
    await (await second)?.end();
  }
}

/** What a hop begins with. */
interface Start {
  clock: WaitClock;
  s3: S3Client;
  connect: () => Promise<Client>;
  source: Source;
  options: HopOptions;
  remainingMs: () => number;
  handOver: (source: Source) => Promise<void>;
}

interface Hop extends Start {
  client: Client;
  second: Promise<Client | undefined>;
  object: OpenObject;
  job: Job;
}

async function loadJob(hop: Hop): Promise<IngestResult> {
  const { client, job, options } = hop;
  if (job.status === "running" && job.starts > options.maxStarts) {
    const reason = `${options.maxStarts} functions in a row began at byte ${job.offset}, and none got on from there`;
    await fail(client, job, reason, []);
  }
  // Thrown at every further try, until the retries are used up and the event is a dead letter.
  if (job.status === "failed" && job.starts > options.maxStarts)
    throw new Error(`Job ${job.id}: ${job.reason}`);
  if (job.status !== "running") return resultOf(job, job.status === "done" ? "skipped" : "failed");
  const end = await loadFromCheckpoint(hop);
  if (end === "lost") return resultOf(job, "skipped");
  if (end !== "pause") return resultOf(job, end);
  if (mayHop(hop)) return resultOf(job, "continued");
  const stopped = await fail(client, job, `not done after ${job.hops} hand-overs, the most allowed`, []);
  return resultOf(job, stopped ? "failed" : "skipped");
}

function mayHop({ job, options }: Hop): boolean {
  return job.hops < options.maxHops;
}

function resultOf(job: Job, status: IngestResult["status"]): IngestResult {
  const { id, rows, rejected, offset, hops, reason } = job;
  return { status, rows, rejected, offset, hop: hops, job: id, ...(reason !== undefined && { reason }) };
}

async function loadFromCheckpoint(hop: Hop): Promise<LoadEnd> {
  const { client, second, clock, source, job, options, object } = hop;
  const reopened = object.offset === bodyOffset(job) ? object : await reopen(hop);
  if (typeof reopened === "string") return (await fail(client, job, reopened, [])) ? "failed" : "lost";
  const { bucket, key } = source;
  const { etag, versionId, size } = object;
  const next = { bucket, key, etag, ...(versionId && { versionId }) };
  const handOver = mayHop(hop) ? (offset: number) => hop.handOver({ ...next, offset }) : undefined;
  const timeIsUp = timer(options.reserveMs, hop.remainingMs);
  try {
    const { body } = reopened;
    return await load({ client, second, job, body, size, clock, timeIsUp, handOver }, options);
  } catch (error) {
    if (!isRefusedData(error)) throw error;
    const { message } = error as Error;
    return await failAnew(hop, `PostgreSQL refused a row behind byte ${job.offset}: ${message}`);
  } finally {
    reopened.body.destroy();
  }
}

/** The event's offset was not the checkpoint: another hop came in between, or the event is the first of a retry. */
async function reopen({ s3, source, object, job }: Hop): Promise<OpenObject | string> {
  object.body.destroy();
  const { etag, versionId } = object;
  const from = bodyOffset(job);
  const opened = await openObject(s3, { ...source, etag, ...(versionId && { versionId }) }, from);
  if (typeof opened === "string" || opened.offset === from) return opened;
  opened.body.destroy();
  return `${source.bucket}/${source.key} has no byte ${from}, where the checkpoint is`;
}

/**
 * Tells when a hop's time is up. A whole chunk may take half of the time that there is, whatever the reserve:
 * without progress a job would hop forever.
 */
function timer(reserveMs: number, remainingMs: () => number): (progress: boolean) => boolean {
  const half = remainingMs() / 2;
  return (progress) => remainingMs() < (progress ? reserveMs : Math.min(reserveMs, half));
}

/** Whether it is the data that PostgreSQL refused: classes 22 (data) and 23 (constraints) of its error codes. */
function isRefusedData(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^2[23]...$/.test(code);
}

/** On a new connection: the old one is in the middle of a failed COPY. */
async function failAnew({ connect, job }: Hop, reason: string): Promise<LoadEnd> {
  const client = await connect();
  try {
    return (await fail(client, job, reason, [])) ? "failed" : "lost";
  } finally {
    await client.end();
  }
}
