import { statSync } from "node:fs";
import { Option } from "commander";
import { GroundworkError } from "../../infra/error";
import { checkFile, optionOf, wholeNumber } from "../shared/arguments";
import { Command } from "../shared/command";
import { enterAws, stackOutputs } from "../shared/stackOutputs";
import { runCommand, widthOf } from "../shared/terminal";
import type { JobsClient } from "./jobsClient";
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
    "what the keys begin with, before the files' names (default: a folder's name; of a file as for --key)",
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
  .addOption(
    new Option("--retry", "with --dead-letters: go on with each file that is still as it was")
      .default(false)
      .implies({ deadLetters: true }),
  )
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
  );

/** What is done with all there are, and with one file: one at a time. */
const withAll = ["list", "deadLetters", "existing"];
const withOne = ["status", "resume", "undo", "again"];
for (const option of command.options) {
  const name = option.attributeName();
  const beside = withAll.includes(name)
    ? [...withAll, ...withOne, "key", "prefix", "rejects"]
    : withOne.includes(name)
      ? withOne
      : name === "key"
        ? ["prefix"]
        : [];
  option.conflicts(beside.filter((each) => each !== name));
}
command.parse();

runCommand(async (stop) => {
  const options = command.opts<LoadOptions>();
  const files = command.args;
  const several = checkFiles(files);
  // Loaded here: --help and what is refused don't wait for the SDK.
  const { JobsClient } = await import("./jobsClient");
  const { DeadLetters } = await import("./deadLetters");
  const output = await stackOutputs(options.stack, "ingest");
  enterAws(options.stack);
  const bucket = output("bucketName");
  const jobs = new JobsClient(output("jobsFunctionName"), options.stack);
  const letters = new DeadLetters(output("deadLetterQueueUrl"));
  const environment = { jobs, bucket, letters, functionName: output("functionName") };
  try {
    if (options.list) return await list(jobs, bucket, options);
    if (options.deadLetters) {
      const { showDeadLetters } = await import("./deadLettersCommand");
      return await showDeadLetters(environment, options);
    }
    if (options.existing !== undefined || several) {
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

/**
 * @returns whether several files are to be loaded
 * @throws GroundworkError for files where none is asked for, none where some are, and one that isn't there
 */
function checkFiles(files: readonly string[]): boolean {
  const given = (names: readonly string[]): string[] =>
    names.filter((name) => (command.getOptionValue(name) ?? false) !== false).map(optionOf);
  const [ofAll] = given(withAll);
  if (ofAll !== undefined && files.length > 0)
    throw new GroundworkError(`${ofAll} takes no file: leave ${files.join(", ")} out`);
  if (ofAll !== undefined) return false;
  if (files.length === 0) {
    throw new GroundworkError(
      "Name the file to load: npm run load -- FILE (npm run load -- --help says more)",
    );
  }
  const isFolder = (file: string): boolean =>
    statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
  const several = files.length > 1 || isFolder(files[0]!);
  const single = given([...withOne, "key", "rejects"]);
  if (several && single.length > 0)
    throw new GroundworkError(`${single.join(", ")}: for one file alone, not for several`);
  // What is asked of one by its key needs no file.
  if (given(withOne).length === 0) for (const file of files) if (!isFolder(file)) checkFile(file);
  return several;
}

async function list(
  jobs: JobsClient,
  bucket: string,
  { json, stack }: { json: boolean; stack: string },
): Promise<void> {
  const answer = await jobs.ask<"list">({ action: "list", bucket });
  if (json) process.stdout.write(`${JSON.stringify(answer.jobs)}\n`);
  else
    for (const line of listLines(answer.jobs, stack, widthOf(process.stdout)))
      process.stdout.write(`${line}\n`);
}
