import { existsSync, statSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JobStatus } from "../../functions/jobs/request";
import { GroundworkError } from "../../infra/error";
import { readTables } from "../../infra/tables";
import { checkFile } from "../shared/arguments";
import { keyOfFile } from "../shared/keyOfFile";
import { shellLine } from "../shared/shellLine";
import { formatCount, progress, table } from "../shared/terminal";
import { type DeadLetters, reasonFor } from "./deadLetters";
import type { JobsClient } from "./jobsClient";
import { saveRejects } from "./rejects";
import { etagOf, upload } from "./upload";
import { reached, summaryRows } from "./view";

interface OneOptions {
  readonly stack: string;
  readonly key?: string;
  readonly prefix?: string;
  readonly rejects?: string;
  readonly status: boolean;
  readonly resume: boolean;
  readonly undo: boolean;
  readonly again: boolean;
  readonly json: boolean;
  readonly patience: number;
}

/** Loads one file, or says how it stands, goes on with it or takes it out, as the options ask. */
export async function loadOne(
  { jobs, bucket, letters }: { jobs: JobsClient; bucket: string; letters: DeadLetters },
  file: string,
  options: OneOptions,
  stop: AbortSignal,
): Promise<void> {
  const started = Date.now();
  const key = options.key ?? keyOf(file, options.prefix);
  const etag = existsSync(file) ? await etagOf(file, sizeOf(file)) : undefined;
  const name = { bucket, key, ...(etag !== undefined && { etag }) };
  const { job: known } = await jobs.ask<"status">({ action: "status", ...name });
  if (options.status) {
    if (!known)
      throw new GroundworkError(`There is no job for ${key}: load it with ${loadLine(options, file)}`);
    return finish(jobs, known, options, "");
  }
  if (options.undo || (options.again && known)) {
    const { rows } = await jobs.ask<"undo">({ action: "undo", ...name });
    if (!known) throw new GroundworkError(`There is no job for ${key}: nothing of it is in the database`);
    const said = `${key}: ${formatCount(rows)} rows were taken out of ${known.table}\n`;
    (options.undo && !options.json ? process.stdout : process.stderr).write(said);
    if (options.undo && options.json) process.stdout.write(`${JSON.stringify({ key, rows })}\n`);
    if (options.undo) return;
  } else if (known?.status === "done") {
    return finish(jobs, known, options, "loaded already: nothing was done; --again loads it anew");
  }
  if (options.resume || (known && (options.again || known.status === "undone")))
    await jobs.ask<"resume">({ action: "resume", ...name });
  else if (known?.status === "failed") throw failure(known, options);
  else if (known === null) name.etag = await send(bucket, key, file, stop);
  const job = await follow(jobs, letters, name, options, started, stop);
  if (job.status !== "done") {
    await keepRejects(jobs, job, options);
    throw failure(job, options);
  }
  await finish(jobs, job, options, "");
}

/** What isn't a file here and has a folder is the key of an uploaded one. */
function keyOf(file: string, prefix?: string): string {
  const isFile = existsSync(file) || !file.includes("/") || prefix !== undefined;
  return isFile ? keyOfFile(readTables(), file, prefix) : file;
}

async function send(bucket: string, key: string, file: string, stop: AbortSignal): Promise<string> {
  const size = sizeOf(file);
  const bar = progress("upload", size, "bytes");
  try {
    return await upload({ bucket, key, file, size }, (bytes) => bar.update(bytes), stop);
  } finally {
    bar.stop();
  }
}

/** Milliseconds without a move after which the dead letters are looked at. */
const quiet = 5000;

async function follow(
  jobs: JobsClient,
  letters: DeadLetters,
  name: { bucket: string; key: string; etag?: string },
  options: OneOptions,
  started: number,
  stop: AbortSignal,
): Promise<JobStatus> {
  let bar: ReturnType<typeof progress> | undefined;
  const { patience } = options;
  let moved = Date.now();
  let offset = -1;
  try {
    for (;;) {
      stop.throwIfAborted();
      const { job } = await jobs.ask<"status">({ action: "status", ...name });
      if (job) {
        bar ??= progress("load", job.size, "bytes");
        bar.update(reached(job));
        if (job.status !== "running") return job;
        if (job.offset !== offset) moved = Date.now();
        offset = job.offset;
      }
      const still = Date.now() - moved;
      if (still > quiet) await refuseGivenUp(letters, name, options, started);
      if (still > patience * 1000) {
        throw new GroundworkError(
          `${name.key} has not moved for ${patience} s: npm run logs -- --stack ${options.stack} says why; ${loadLine(options, name.key, "--resume")} goes on`,
        );
      }
      await sleep(500, undefined, { signal: stop });
    }
  } finally {
    bar?.stop();
  }
}

/** @throws GroundworkError with the function's own words, where it gave up on the file */
async function refuseGivenUp(
  letters: DeadLetters,
  name: { key: string; etag?: string },
  options: OneOptions,
  started: number,
): Promise<void> {
  const reason = reasonFor(name, await letters.read(), started);
  if (reason !== undefined) {
    throw new GroundworkError(
      `The function gave up on ${name.key}: ${reason}. Mend the cause, and go on with ${loadLine(options, "--dead-letters", "--retry")}`,
    );
  }
}

async function finish(jobs: JobsClient, job: JobStatus, options: OneOptions, note: string): Promise<void> {
  await keepRejects(jobs, job, options);
  table(summaryRows(job, note), options.json ? process.stderr : process.stdout);
  if (options.json) process.stdout.write(`${JSON.stringify(job)}\n`);
  if (job.rejected > 0 && !options.status) process.exitCode = 2;
}

async function keepRejects(jobs: JobsClient, job: JobStatus, options: OneOptions): Promise<void> {
  const { rejects } = options;
  if (rejects === undefined) {
    if (job.rejected > 0)
      process.stderr.write(`--rejects bad.csv saves the rejected records, and what is wrong with each\n`);
    return;
  }
  const count = await saveRejects(jobs, job, rejects);
  const key = path.posix.join(path.posix.dirname(job.key), path.basename(rejects));
  process.stderr.write(
    `saved ${count} rejected records to ${rejects}, and what is wrong with them to ${rejects}.reasons.csv. Mend them, and load them with ${loadLine(options, rejects, "--key", key)}\n`,
  );
}

function failure({ key, reason }: JobStatus, options: OneOptions): GroundworkError {
  return new GroundworkError(
    `${key} was not loaded: ${reason}. Mend the file and load it again; or mend the cause, and go on with ${loadLine(options, key, "--resume")}`,
  );
}

const loadLine = ({ stack }: OneOptions, ...words: readonly string[]): string =>
  shellLine("npm", "run", "load", "--", ...words, "--stack", stack);

function sizeOf(file: string): number {
  checkFile(file);
  return statSync(file).size;
}
