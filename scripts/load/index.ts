import { statSync } from "node:fs";
import { Command } from "commander";
import { GroundworkError } from "../../infra/error";
import { checkFile, wholeNumber } from "../shared/arguments";
import { enterAws, stackOutputs } from "../shared/stackOutputs";
import { runCommand } from "../shared/terminal";
import { DeadLetters } from "./deadLetters";
import { JobsClient } from "./jobsClient";
import { listLines } from "./view";

interface LoadOptions {
  stack: string;
  key?: string;
  prefix?: string;
  existing?: string;
  atOnce: number;
  rejects?: string;
  status: boolean;
  list: boolean;
  resume: boolean;
  undo: boolean;
  again: boolean;
  deadLetters: boolean;
  retry: boolean;
  json: boolean;
  patience: number;
}

const command = new Command("npm run load --")
  .description(
    "Uploads CSV files and follows their jobs until every row is in PostgreSQL. Needs no tunnel: a function says how the jobs stand.",
  )
  .argument(
    "[files...]",
    "CSV files, and folders of them; with --status, --resume, --undo and --again one, also by the key of an uploaded one",
  )
  .option("--stack <name>", "the environment", "dev")
  .option(
    "--key <key>",
    "the file's key in the bucket (default: its name, under the prefix of the table that is called so)",
  )
  .option(
    "--prefix <prefix>",
    "of several files: what their keys begin with (default: the folder's name, nothing for a single file)",
  )
  .option("--existing <prefix>", "load what lies in the bucket already under this prefix, and has no job")
  .option("--at-once <n>", "of several files: so many are on their way at once", wholeNumber(1000), 20)
  .option(
    "--rejects <file>",
    "save the rejected records, as a file to mend and load; <file>.reasons.csv says of each what is wrong",
  )
  .option("--status", "only say how the file's job stands", false)
  .option("--list", "list the jobs that were started last", false)
  .option("--resume", "take up a failed or stalled job where it stopped, and follow it", false)
  .option("--dead-letters", "list what the function gave up on, with its reasons", false)
  .option("--retry", "with --dead-letters: go on with each file that is still as it was", false)
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
  const files = command.args;
  if (!options.list && !options.deadLetters && options.existing === undefined && files.length === 0) {
    throw new GroundworkError(
      "Name the file to load: npm run load -- FILE (npm run load -- --help says more)",
    );
  }
  const output = await stackOutputs(options.stack, "ingest");
  enterAws(options.stack);
  const bucket = output("bucketName");
  const jobs = new JobsClient(output("jobsFunctionName"));
  const letters = new DeadLetters(output("deadLetterQueueUrl"));
  const environment = { jobs, bucket, letters, functionName: output("functionName") };
  try {
    if (options.list) return await list(jobs, bucket, options.json);
    if (options.deadLetters) {
      const { showDeadLetters } = await import("./deadLettersCommand");
      return await showDeadLetters(environment, options);
    }
    if (options.existing !== undefined || severalFiles(files, options)) {
      const { loadExisting, loadFiles } = await import("./several");
      if (options.existing !== undefined)
        return await loadExisting(environment, options.existing, options, stop);
      return await loadFiles(environment, files, options, stop);
    }
    const { loadOne } = await import("./one");
    await loadOne(environment, files[0]!, options, stop);
  } finally {
    jobs.close();
    letters.close();
  }
});

/** @throws GroundworkError for what can't be done with several files */
function severalFiles(files: readonly string[], options: LoadOptions): boolean {
  const isFolder = (file: string): boolean =>
    statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
  if (files.length === 1 && !isFolder(files[0]!)) return false;
  const single = (["key", "rejects", "status", "resume", "undo", "again"] as const).filter(
    (name) => options[name],
  );
  if (single.length > 0) {
    throw new GroundworkError(
      `${single.map((name) => `--${name}`).join(", ")}: for one file alone, not for several`,
    );
  }
  for (const file of files) if (!isFolder(file)) checkFile(file);
  return true;
}

async function list(jobs: JobsClient, bucket: string, json: boolean): Promise<void> {
  const answer = await jobs.ask<"list">({ action: "list", bucket });
  if (json) process.stdout.write(`${JSON.stringify(answer.jobs)}\n`);
  else for (const line of listLines(answer.jobs)) process.stdout.write(`${line}\n`);
}
