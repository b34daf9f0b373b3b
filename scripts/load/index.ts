import { existsSync, statSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import type { JobStatus } from "../../functions/jobs/request";
import { fileDefaults } from "../../functions/ingest/format";
import { GroundworkError } from "../../infra/error";
import { readTables } from "../../infra/tables";
import { checkFile, wholeNumber } from "../shared/arguments";
import { keyOfFile } from "../shared/keyOfFile";
import { awsEnvironment, stackOutputs } from "../shared/stackOutputs";
import { formatCount, progress, runCommand, table } from "../shared/terminal";
import { JobsClient } from "./jobsClient";
import { listLines, summaryRows } from "./view";
import { saveRejects } from "./rejects";
import { etagOf, upload } from "./upload";

interface LoadOptions {
  stack: string;
  key?: string;
  rejects?: string;
  status: boolean;
  list: boolean;
  resume: boolean;
  undo: boolean;
  again: boolean;
  json: boolean;
  patience: number;
}

const command = new Command("npm run load --")
  .description(
    "Uploads a CSV file and follows its job until every row is in PostgreSQL. Needs no tunnel: a function says how the job stands.",
  )
  .argument(
    "[file]",
    "the CSV file; with --status, --resume, --undo and --again also the key of an uploaded one",
  )
  .option("--stack <name>", "the environment", "dev")
  .option(
    "--key <key>",
    "the file's key in the bucket (default: its name, under the prefix of the table that is called so)",
  )
  .option(
    "--rejects <file>",
    "save the rejected records, as a file to mend and load; <file>.reasons.csv says of each what is wrong",
  )
  .option("--status", "only say how the file's job stands", false)
  .option("--list", "list the jobs that were started last", false)
  .option("--resume", "take up a failed or stalled job where it stopped, and follow it", false)
  .option("--undo", "take the rows of the file's job out of the database", false)
  .option("--again", "take its rows out, and load it anew", false)
  .option(
    "--patience <seconds>",
    "give up following a job that doesn't move for so long",
    wholeNumber(),
    1200,
  )
  .option("--json", "end with one JSON object on stdout", false)
  .addHelpText(
    "after",
    "\nExit code 0 when the file is loaded, 2 when it is loaded but for rejected records, 1 when it is not (with --status, --list and --undo 0 when that is done).",
  )
  .parse();

runCommand(async (stop) => {
  const options = command.opts<LoadOptions>();
  const [file] = command.args;
  if (!options.list && file === undefined) {
    throw new GroundworkError(
      "Name the file to load: npm run load -- FILE (npm run load -- --help says more)",
    );
  }
  const output = await stackOutputs(options.stack, "ingest");
  Object.assign(process.env, awsEnvironment(options.stack));
  const bucket = output("bucketName");
  const jobs = new JobsClient(output("jobsFunctionName"));
  try {
    if (options.list) await list(jobs, bucket, options.json);
    else await one(jobs, bucket, file!, options, stop);
  } finally {
    jobs.close();
  }
});

async function list(jobs: JobsClient, bucket: string, json: boolean): Promise<void> {
  const answer = await jobs.ask<"list">({ action: "list", bucket });
  if (json) process.stdout.write(`${JSON.stringify(answer.jobs)}\n`);
  else for (const line of listLines(answer.jobs)) process.stdout.write(`${line}\n`);
}

async function one(
  jobs: JobsClient,
  bucket: string,
  file: string,
  options: LoadOptions,
  stop: AbortSignal,
): Promise<void> {
  const key = options.key ?? keyOf(file);
  const etag = existsSync(file) ? await etagOf(file, sizeOf(file)) : undefined;
  const name = { bucket, key, ...(etag !== undefined && { etag }) };
  const { job: known } = await jobs.ask<"status">({ action: "status", ...name });
  if (options.status) {
    if (!known) throw new GroundworkError(`There is no job for ${key}: load it with npm run load -- ${file}`);
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
  else if (known?.status === "failed") throw failure(known, options.stack);
  else if (known === null) name.etag = await send(bucket, key, file, stop);
  const job = await follow(jobs, name, options, stop);
  if (job.status !== "done") {
    await keepRejects(jobs, job, options);
    throw failure(job, options.stack);
  }
  await finish(jobs, job, options, "");
}

/** What isn't a file here and has a folder is the key of an uploaded one. */
function keyOf(file: string): string {
  return existsSync(file) || !file.includes("/") ? keyOfFile(readTables(), file) : file;
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

async function follow(
  jobs: JobsClient,
  name: { bucket: string; key: string; etag?: string },
  { patience }: LoadOptions,
  stop: AbortSignal,
): Promise<JobStatus> {
  let bar: ReturnType<typeof progress> | undefined;
  let moved = Date.now();
  let offset = -1;
  try {
    for (;;) {
      stop.throwIfAborted();
      const { job } = await jobs.ask<"status">({ action: "status", ...name });
      if (job) {
        bar ??= progress("load", job.size, "bytes");
        bar.update(job.offset);
        if (job.status !== "running") return job;
        if (job.offset !== offset) moved = Date.now();
        offset = job.offset;
      }
      if (Date.now() - moved > patience * 1000) {
        throw new GroundworkError(
          `${name.key} has not moved for ${patience} s: the ingest function's log and its dead letters say why; npm run load -- ${name.key} --resume goes on`,
        );
      }
      await sleep(500, undefined, { signal: stop });
    }
  } finally {
    bar?.stop();
  }
}

async function finish(jobs: JobsClient, job: JobStatus, options: LoadOptions, note: string): Promise<void> {
  await keepRejects(jobs, job, options);
  table(summaryRows(job, note), options.json ? process.stderr : process.stdout);
  if (options.json) process.stdout.write(`${JSON.stringify(job)}\n`);
  if (job.rejected > 0 && !options.status) process.exitCode = 2;
}

async function keepRejects(jobs: JobsClient, job: JobStatus, { rejects }: LoadOptions): Promise<void> {
  if (rejects === undefined) {
    if (job.rejected > 0)
      process.stderr.write(`--rejects bad.csv saves the rejected records, and what is wrong with each\n`);
    return;
  }
  const format = readTables().find(({ name }) => name === job.table)?.format ?? fileDefaults;
  const count = await saveRejects(jobs, job.job, rejects, format);
  const key = path.posix.join(path.posix.dirname(job.key), path.basename(rejects));
  process.stderr.write(
    `saved ${count} rejected records to ${rejects}, and what is wrong with them to ${rejects}.reasons.csv. Mend them, and load them with npm run load -- ${rejects} --key ${key}\n`,
  );
}

function failure({ key, reason }: JobStatus, stack: string): GroundworkError {
  return new GroundworkError(
    `${key} was not loaded: ${reason}. Mend the file and load it again; or mend the cause, and go on with npm run load -- ${key} --resume --stack ${stack}`,
  );
}

function sizeOf(file: string): number {
  checkFile(file);
  return statSync(file).size;
}
