import type { Client } from "pg";
import { connector } from "../shared/database";
import { giveUp, isGiveUp, untilRefused } from "../shared/giveUp";
import type { Source } from "../shared/source";
import { bodyOffset, claim, fail, find } from "./job";
import { rowsOrigin } from "./lineage";
import { type LoadEnd, load } from "./load";
import { type OpenObject, openObject, s3Client } from "./object";
import { type HopOptions, type HopWork, type Start, openAll } from "./opening";
import type { Reject } from "./pieces";
import { beginJob } from "./versions";
import { waitClock } from "./waits";
import type { Job } from "./jobState";

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

/**
 * Loads as much of a file as this function's time allows and hands the rest over.
 *
 * @param remainingMs the milliseconds that this function has left.
 * @param work what it does, counted there whatever becomes of it.
 * @throws what a retry may mend; and for a job that came to its end without progress, so that its event goes to the
 *   dead letters.
 */
export async function runHop(
  source: Source,
  options: HopOptions,
  remainingMs: () => number,
  handOver: (source: Source) => Promise<void>,
  work: HopWork,
): Promise<IngestResult> {
  const started = Date.now();
  const clock = waitClock();
  const s3 = s3Client();
  const least = Math.min(options.reserveMs, remainingMs() / 2);
  // Two connections of the role are left to who asks how jobs stand, and to the sweeper.
  const connect = connector({
    mayWaitMs: () => remainingMs() - least,
    leaves: 2,
    onPause: (ms) => {
      work.retries++;
      work.paused += ms / 1000;
    },
  });
  work.waits = clock.waits;
  const start = { clock, s3, connect, source, options, remainingMs, handOver };
  let job: Job | undefined;
  const before = { rows: 0, rejected: 0, offset: 0 };
  const load = async (
    client: Client,
    second: Promise<Client | undefined>,
    object: OpenObject,
  ): Promise<IngestResult> => {
    const { bucket, key } = source;
    const claimed = claim(
      client,
      { ...object, bucket, key },
      options.table.name,
      source.offset !== undefined,
    );
    job = await clock.during(claimed, (waits, seconds) => void (waits.start += seconds));
    before.rows = job.rows;
    before.rejected = job.rejected;
    before.offset = job.offset;
    work.lag = (Date.now() - object.uploadedAt) / 1000;
    return loadJob({ ...start, client, second, object, job });
  };
  try {
    const ended = openAll(start, work, load);
    const result = await ended.catch((error: unknown) => endJob(start, job, error));
    return { ...result, seconds: (Date.now() - started) / 1000 };
  } finally {
    work.rows = (job?.rows ?? 0) - before.rows;
    work.rejected = (job?.rejected ?? 0) - before.rejected;
    work.bytes = (job?.offset ?? 0) - before.offset;
    clock.stop();
  }
}

/**
 * Ends a job that no retry can help, on a connection of its own: the load's is in the middle of a COPY. Where the event's
 * version can't be opened a former hop may have made the job.
 *
 * @throws the error, when a retry may help.
 */
export async function endJob(
  { connect, source }: Pick<Start, "connect" | "source">,
  claimed: Job | undefined,
  error: unknown,
): Promise<IngestResult> {
  if (!isGiveUp(error)) throw error;
  const { bucket, key, etag } = source;
  const client = await connect();
  try {
    const job = claimed ?? (etag === undefined ? undefined : await find(client, { bucket, key, etag }));
    if (job === undefined)
      return { status: "failed", rows: 0, rejected: 0, offset: 0, hop: 0, reason: error.giveUp };
    const { rejects = [], header } = error as { rejects?: readonly Reject[]; header?: string };
    if (job.status !== "running") return resultOf(job);
    const ended = await fail(client, job, error.giveUp, rejects, header);
    return resultOf(job, ended ? "failed" : "skipped");
  } finally {
    await client.end();
  }
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
  if (job.status === "running" && job.layout === undefined) {
    await untilRefused(beginJob(client, job, options.table), () => "PostgreSQL refused to begin");
  }
  if (job.status !== "running") return resultOf(job);
  if (job.target !== options.table.name)
    throw giveUp(`what is loaded of it is in ${job.target}, and now its key is ${options.table.name}'s`);
  const end = await loadFromCheckpoint(hop);
  if (end === "lost") return resultOf(job, "skipped");
  if (end === "done") return resultOf(job, "done");
  if (mayHop(hop)) return resultOf(job, "continued");
  throw giveUp(`not done after ${job.hops} hand-overs, the most allowed`);
}

function mayHop({ job, options }: Hop): boolean {
  return job.hops < options.maxHops;
}

/** @param status of a job that this hop found at its end, unless told. */
function resultOf(
  job: Job,
  status: IngestResult["status"] = job.status === "failed" ? "failed" : "skipped",
): IngestResult {
  const { id, rows, rejected, offset, hops, reason } = job;
  return { status, rows, rejected, offset, hop: hops, job: id, ...(reason !== undefined && { reason }) };
}

async function loadFromCheckpoint(hop: Hop): Promise<LoadEnd> {
  const { client, second, clock, source, job, options, object } = hop;
  const { bucket, key } = source;
  const more = rowsOrigin(options.table, job, key, Date.now());
  const { body } = object.offset === bodyOffset(job) ? object : await reopen(hop);
  const { etag, versionId, size } = object;
  const next = { bucket, key, etag, ...(versionId && { versionId }) };
  const handOver = mayHop(hop) ? (offset: number) => hop.handOver({ ...next, offset }) : undefined;
  const timeIsUp = timer(options.reserveMs, hop.remainingMs);
  try {
    const loading = load(
      { client, second, job, body, size, clock, timeIsUp, handOver },
      { ...options, more },
    );
    return await untilRefused(loading, () => `PostgreSQL refused a row behind byte ${job.offset}`);
  } finally {
    body.destroy();
  }
}

/** The event's offset was not the checkpoint: another hop came in between, or the event is the first of a retry. */
async function reopen({ s3, source, object, job }: Hop): Promise<OpenObject> {
  object.body.destroy();
  const { etag, versionId } = object;
  const from = bodyOffset(job);
  const opened = await openObject(s3, { ...source, etag, ...(versionId && { versionId }) }, from);
  if (opened.offset === from) return opened;
  opened.body.destroy();
  throw giveUp(`${source.bucket}/${source.key} has no byte ${from}, where the checkpoint is`);
}

/**
 * Tells when a hop's time is up. A whole chunk may take half of the time that there is, whatever the reserve:
 * without progress a job would hop forever.
 */
function timer(reserveMs: number, remainingMs: () => number): (progress: boolean) => boolean {
  const half = remainingMs() / 2;
  return (progress) => remainingMs() < (progress ? reserveMs : Math.min(reserveMs, half));
}
