import { existsSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import { root } from "../../programs/programs";
import type { MeasuredLoad } from "../../trials/compare/run";
import { prices } from "../cost/prices";
import { checkFile, wholeNumber } from "../shared/arguments";
import { Command } from "../shared/command";
import { formatDuration, runCommand } from "../shared/terminal";

interface CompareCommandOptions {
  stack: string;
  runs: number;
  cores: number;
  picture: string;
  json: boolean;
}

const command = new Command("npm run compare --")
  .description(
    "Loads one file by both roads, the packaged Lambda function and the Glue job under Spark, and by psql where it is: in turn, into the same table, emptied each time, of a scratch environment on this machine. Compares every row with the file, and prints medians beside the research's own figures.",
  )
  .argument("[file]", "the CSV file; the sample of 478,817 rows unless told")
  .option("--stack <name>", "local is the only one that can be compared: docs/glue.md says why", "local")
  .option("--runs <n>", "how often each is measured", wholeNumber(), 3)
  .option("--cores <n>", "threads of Spark's", wholeNumber(), 2)
  .option("--picture <file>", "where to draw it, SVG", path.join(root, "docs/compare.svg"))
  .option("--json", "end with one JSON object on stdout", false)
  .parse();

runCommand(async (stop) => {
  const { stack, runs, cores, picture: pictureFile, json } = command.opts<CompareCommandOptions>();
  const [file] = command.args;
  checkStack(stack);
  if (file !== undefined) checkFile(file);
  checkPicture(pictureFile);
  // Loaded behind the checks: the programs and their providers take a second or two.
  const { withEnvironment } = await import("../shared/localEnvironment");
  const { benchConfig } = await import("../../trials/bench/rounds");
  const { compareRoads } = await import("../../trials/compare/run");
  const { picture } = await import("./picture");
  const { print } = await import("./print");
  const python = await findSpark(stop);
  const onLoad = (load: MeasuredLoad): void => say(lineOf(load, runs));
  const { figures, ...facts } = await withEnvironment(
    { config: benchConfig, signal: stop },
    (environment, session) =>
      compareRoads(environment, session, { file, runs, cores, python, prices, onLoad, stop }),
  );
  if (facts.rejected > 0) say("psql is left out: it takes no file with bad records");
  writeFileSync(pictureFile, picture(figures, runs));
  print(figures, { ...facts, runs, cores, picture: pictureFile, json });
});

/** The Python with pyspark; undefined, with a line that says why, where Spark can't run. */
async function findSpark(stop: AbortSignal): Promise<string | undefined> {
  const { sparkLacks, sparkPython } = await import("../../local/glue/spark");
  const lacks = sparkLacks();
  if (lacks === undefined) return await sparkPython(say, stop);
  say(`The Glue job is left out. ${lacks}`);
  return undefined;
}

function lineOf({ round, name, seconds, startSeconds, exact }: MeasuredLoad, runs: number): string {
  const start = startSeconds === undefined ? "" : `, ${formatDuration(startSeconds * 1000)} of it start`;
  const found = exact ? ", every row is there once" : "";
  return `${round} of ${runs}: ${name}, ${formatDuration(seconds * 1000)}${start}${found}`;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function checkStack(stack: string): void {
  if (stack === "local") return;
  throw new GroundworkError(
    `A comparison empties the table before each load, and in ${stack} that table is yours: leave --stack out, ` +
      `and the roads are compared on this machine. docs/glue.md says how to time them on AWS`,
  );
}

function checkPicture(file: string): void {
  if (!file.endsWith(".svg")) {
    throw new GroundworkError(`The picture is SVG: end its name ${file} with .svg`);
  }
  const folder = path.dirname(file);
  if (!existsSync(folder)) throw new GroundworkError(`There is no folder ${folder} for the picture: make it`);
}
