import { existsSync, statSync } from "node:fs";
import * as path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { GroundworkError } from "../infra/error";
import { root } from "../programs/programs";
import type { CompareOptions } from "../trials/compare/run";
import { runCommand } from "./shared/terminal";

const command = new Command("npm run compare --")
  .description(
    "Loads one file by both roads, the packaged Lambda function and the Glue job under Spark, and by psql where it is: in turn, into the same table, emptied each time, of a scratch environment on this machine. Compares every row with the file, and prints medians beside the research's own figures.",
  )
  .argument("[file]", "the CSV file; the sample of 478,817 rows unless told")
  .option("--stack <name>", "local is the only one that can be compared: docs/glue.md says why", "local")
  .option("--runs <n>", "how often each is measured", wholeNumber, 3)
  .option("--cores <n>", "threads of Spark's", wholeNumber, 2)
  .option("--picture <file>", "where to draw it, SVG", path.join(root, "docs/compare.svg"))
  .option("--json", "end with one JSON object on stdout", false)
  .parse();

runCommand(async (stop) => {
  const options = command.opts<CompareOptions & { stack: string }>();
  const [file] = command.args;
  checkStack(options.stack);
  if (file !== undefined) checkFile(file);
  checkPicture(options.picture);
  // Loaded behind the checks: the programs and their providers take a second or two.
  const { compareRoads } = await import("../trials/compare/run");
  await compareRoads(file, options, stop);
});

function checkStack(stack: string): void {
  if (stack === "local") return;
  throw new GroundworkError(
    `A comparison empties the table before each load, and in ${stack} that table is yours: leave --stack out, ` +
      `and the roads are compared on this machine. docs/glue.md says how to time them on AWS`,
  );
}

function checkFile(file: string): void {
  if (!existsSync(file)) throw new GroundworkError(`There is no file ${file}: name a CSV file`);
  if (!statSync(file).isFile()) throw new GroundworkError(`${file} is not a file: name a CSV file`);
}

function checkPicture(file: string): void {
  if (!file.endsWith(".svg")) {
    throw new GroundworkError(`The picture is SVG: end its name ${file} with .svg`);
  }
  const folder = path.dirname(file);
  if (!existsSync(folder)) throw new GroundworkError(`There is no folder ${folder} for the picture: make it`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}
