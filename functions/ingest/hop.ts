import type { S3Client } from "@aws-sdk/client-s3";
import type { Client } from "pg";
import { connect } from "../shared/database";
import type { Source } from "../shared/source";
import { type Job, claim, countHop, fail, find } from "./job";
import { type LoadEnd, type LoadOptions, load } from "./load";
import { type OpenObject, makeS3, openObject } from "./object";

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
  const s3 = makeS3();
  const work: HopWork = { rows: 0, rejected: 0 };
  try {
    const result = await openBoth(s3, source, async (client, first) => {
      const object = typeof first === "string" ? await openKnownVersion(client, s3, source, first) : first;
      if (typeof object === "string") return failUnopened(client, source, object);
      const { bucket, key } = source;
      const { etag, size, versionId } = object;
      const job = await claim(client, { bucket, key, etag, size, versionId });
      const before = { rows: job.rows, rejected: job.rejected };
      const ended = await loadJob({ client, s3, source, object, job, options, remainingMs, handOver });
      work.rows = job.rows - before.rows;
      work.rejected = job.rejected - before.rejected;
      work.lag = (Date.now() - object.uploadedAt) / 1000;
      return ended;
    });
    return { result: { ...result, seconds: (Date.now() - started) / 1000 }, work };
  } finally {
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
  return openObject(s3, { ...source, versionId: job.versionId }, job.offset);
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

/** Connects to the database and starts to read at the same time, since both take as long; closes both. */
async function openBoth<T>(
  s3: S3Client,
  source: Source,
  use: (client: Client, object: OpenObject | string) => Promise<T>,
): Promise<T> {
  const [object, client] = await Promise.allSettled([openObject(s3, source, source.offset ?? 0), connect()]);
  try {
    if (object.status === "rejected") throw object.reason;
    if (client.status === "rejected") throw client.reason;
    return await use(client.value, object.value);
  } finally {
    if (object.status === "fulfilled" && typeof object.value !== "string") object.value.body.destroy();
    // Closes the socket at once when a statement is under way; the server rolls back.
    if (client.status === "fulfilled") await client.value.end();
  }
}

interface Hop {
  client: Client;
  s3: S3Client;
  source: Source;
  object: OpenObject;
  job: Job;
  options: HopOptions;
  remainingMs: () => number;
  handOver: (source: Source) => Promise<void>;
}

async function loadJob(hop: Hop): Promise<IngestResult> {
  const { client, source, object, job, options } = hop;
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
  if (job.hops >= options.maxHops) {
    const stopped = await fail(client, job, `not done after ${job.hops} hand-overs, the most allowed`, []);
    return resultOf(job, stopped ? "failed" : "skipped");
  }
  await countHop(client, job);
  const { bucket, key } = source;
  const { etag, versionId } = object;
  await hop.handOver({ bucket, key, etag, ...(versionId && { versionId }), offset: job.offset });
  return resultOf(job, "continued");
}

function resultOf(job: Job, status: IngestResult["status"]): IngestResult {
  const { id, rows, rejected, offset, hops, reason } = job;
  return { status, rows, rejected, offset, hop: hops, job: id, ...(reason !== undefined && { reason }) };
}

async function loadFromCheckpoint(hop: Hop): Promise<LoadEnd> {
  const { client, job, options, object } = hop;
  const reopened = object.offset === job.offset ? object : await reopen(hop);
  if (typeof reopened === "string") return (await fail(client, job, reopened, [])) ? "failed" : "lost";
  try {
    return await load(
      client,
      connect,
      job,
      reopened.body,
      object.size,
      options,
      clock(options.reserveMs, hop.remainingMs),
    );
  } catch (error) {
    if (!isRefusedData(error)) throw error;
    return await failAnew(
      job,
      `PostgreSQL refused a row behind byte ${job.offset}: ${(error as Error).message}`,
    );
  } finally {
    reopened.body.destroy();
  }
}

/** The event's offset was not the checkpoint: another hop came in between, or the event is the first of a retry. */
async function reopen({ s3, source, object, job }: Hop): Promise<OpenObject | string> {
  object.body.destroy();
  const { etag, versionId } = object;
  const opened = await openObject(s3, { ...source, etag, ...(versionId && { versionId }) }, job.offset);
  if (typeof opened === "string" || opened.offset === job.offset) return opened;
  opened.body.destroy();
  return `${source.bucket}/${source.key} has no byte ${job.offset}, where the checkpoint is`;
}

/**
 * Tells when a hop's time is up. Its first chunk may take half of the time that there is, whatever the reserve:
 * without progress a job would hop forever.
 */
function clock(reserveMs: number, remainingMs: () => number): (chunks: number) => boolean {
  const half = remainingMs() / 2;
  return (chunks) => remainingMs() < (chunks === 0 ? Math.min(reserveMs, half) : reserveMs);
}

/** Whether it is the data that PostgreSQL refused: classes 22 (data) and 23 (constraints) of its error codes. */
function isRefusedData(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^2[23]...$/.test(code);
}

/** On a new connection: the old one is in the middle of a failed COPY. */
async function failAnew(job: Job, reason: string): Promise<LoadEnd> {
  const client = await connect();
  try {
    return (await fail(client, job, reason, [])) ? "failed" : "lost";
  } finally {
    await client.end();
  }
}
