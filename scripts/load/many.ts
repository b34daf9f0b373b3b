import { setTimeout as sleep } from "node:timers/promises";
import type { JobStatus } from "../../functions/jobs/request";
import { GroundworkError } from "../../infra/error";
import type { Progress } from "../shared/terminal";
import type { JobsClient } from "./jobsClient";
import { reached } from "./view";

/** A version of a file, and what makes the function load it. */
export interface FileToLoad {
  readonly key: string;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Uploads it, or calls the function. */
  readonly begin: () => Promise<unknown>;
}

/** How the loading of many files ended. */
export interface ManyResult {
  /** Loaded now. */
  done: number;
  /** Loaded before: nothing was done. */
  before: number;
  rows: number;
  rejected: number;
  /** Files that are not loaded, each with its reason. */
  failed: { key: string; reason: string }[];
}

interface ManyOptions {
  readonly stack: string;
  readonly jobs: Pick<JobsClient, "ask">;
  readonly bucket: string;
  /** So many files are begun and not at their end. */
  readonly atOnce: number;
  /** Seconds without anything that moves. */
  readonly patience: number;
  /** Milliseconds between two looks. Default 1000. */
  readonly interval?: number;
  /** Milliseconds without a move after which `givenUp` is asked. Default 5000. */
  readonly quiet?: number;
  /** What tells why the function gave up on a file, where it did: asked when nothing has moved for some seconds. */
  readonly givenUp: () => Promise<(file: FileToLoad) => string | undefined>;
  /** Told of the bytes that are in the database. */
  readonly progress: Pick<Progress, "update">;
  readonly stop: AbortSignal;
}

/** The jobs function takes so many at once. */
const batch = 500;

/**
 * Loads files, some at once, and follows them all to their end. A file that is in the database already is passed over,
 * one that is on its way is only followed: a second call goes on where a first one ended.
 *
 * @throws GroundworkError when nothing has moved for too long
 */
export async function loadMany(files: readonly FileToLoad[], options: ManyOptions): Promise<ManyResult> {
  const { jobs, bucket, atOnce, patience, givenUp, progress, stop, interval = 1000, quiet = 5000 } = options;
  const result: ManyResult = { done: 0, before: 0, rows: 0, rejected: 0, failed: [] };
  let taken = 0;
  const active = new Map<string, FileToLoad>();
  let ended = 0; // Bytes of the files that came to an end.
  let moved = { at: Date.now(), what: "" };
  const end = (file: FileToLoad): void => {
    active.delete(id(file));
    ended += file.size;
  };
  const fail = (file: FileToLoad, reason: string): void => {
    end(file);
    result.failed.push({ key: file.key, reason });
  };
  const finish = (file: FileToLoad, job: JobStatus, now: boolean): void => {
    end(file);
    if (job.status !== "done")
      return void result.failed.push({ key: file.key, reason: job.reason ?? job.status });
    result[now ? "done" : "before"]++;
    result.rows += now ? job.rows : 0;
    result.rejected += now ? job.rejected : 0;
  };

  while (taken < files.length || active.size > 0) {
    stop.throwIfAborted();
    const next = files.slice(taken, taken + atOnce - active.size);
    taken += next.length;
    const known = await statuses(jobs, bucket, [...next, ...active.values()]);
    const begun: FileToLoad[] = [];
    for (const file of next) {
      const job = known.get(id(file));
      if (job && job.status !== "running" && job.status !== "undone") finish(file, job, false);
      else {
        active.set(id(file), file);
        if (job?.status !== "running") begun.push(file);
      }
    }
    await inTurns(begun, 4, async (file) => {
      stop.throwIfAborted();
      // A job that was undone is known, and only asked for it begins anew.
      const { key, etag } = file;
      if (known.has(id(file))) await jobs.ask<"resume">({ action: "resume", bucket, key, etag });
      else await file.begin();
    });
    let loaded = ended;
    for (const file of [...active.values()]) {
      const job = known.get(id(file));
      if (!job || begun.includes(file)) continue;
      if (job.status === "running") loaded += reached(job);
      else finish(file, job, true);
    }
    progress.update(Math.max(loaded, ended));
    const what = `${ended} ${loaded} ${begun.length > 0 ? Date.now() : ""}`;
    if (what !== moved.what) moved = { at: Date.now(), what };
    else if (Date.now() - moved.at > quiet) await askWhy();
    if (active.size > 0) await sleep(interval, undefined, { signal: stop });
  }
  return result;

  /** What doesn't move may be among the dead letters. */
  async function askWhy(): Promise<void> {
    const reasonOf = await givenUp();
    for (const file of [...active.values()]) {
      const reason = reasonOf(file);
      if (reason !== undefined) fail(file, reason);
    }
    if (active.size === 0 || Date.now() - moved.at < patience * 1000) return;
    const [first] = active.values();
    throw new GroundworkError(
      `${active.size} files have not moved for ${patience} s, ${first!.key} among them: npm run logs -- --stack ${options.stack} says why. The same command goes on`,
    );
  }
}

const id = ({ key, etag }: { key: string; etag: string }): string => `${key}\n${etag}`;

async function statuses(
  jobs: Pick<JobsClient, "ask">,
  bucket: string,
  files: readonly FileToLoad[],
): Promise<Map<string, JobStatus>> {
  const found = new Map<string, JobStatus>();
  for (let at = 0; at < files.length; at += batch) {
    const names = files.slice(at, at + batch).map(({ key, etag }) => ({ key, etag }));
    const { jobs: page } = await jobs.ask<"statuses">({ action: "statuses", bucket, files: names });
    for (const job of page) found.set(id(job), job);
  }
  return found;
}

/** Runs `use` for each, so many at once. */
async function inTurns<T>(
  items: readonly T[],
  atOnce: number,
  use: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items].reverse();
  const worker = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await use(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
