import { existsSync, statSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { GroundworkError } from "../../infra/error";
import { sampleRows } from "../../trials/sample/sample";
import { configOption } from "../shared/configOption";
import type { StartOptions } from "./run";
import { runCommand } from "../shared/terminal";

const command = new Command("npm start --")
  .description(
    "Brings the environment local up from the four programs, loads a CSV file through the packaged function into a real PostgreSQL, and checks the rows there against the file.",
  )
  .option("--file <file>", "the CSV file to load (default: a sample that is made on the spot)")
  .option("--rows <n>", "rows of the sample", parseRows, sampleRows)
  .option("--keep", "stay up afterwards, until Ctrl-C", false)
  .option(
    "--json",
    "end with one JSON object on stdout: rows, rejected, hops, seconds, rowsPerSecond, outputs",
    false,
  )
  .addOption(configOption())
  .parse();

runCommand(async (stop) => {
  const options = command.opts<StartOptions>();
  if (options.file !== undefined) checkFile(options.file);
  // Loaded behind the checks: the programs and their providers take a second or two.
  const { start } = await import("./run");
  await start(options, stop);
});

function checkFile(file: string): void {
  if (!existsSync(file)) throw new GroundworkError(`There is no file ${file}: name a CSV file with --file`);
  if (!statSync(file).isFile())
    throw new GroundworkError(`${file} is not a file: name a CSV file with --file`);
}

function parseRows(text: string): number {
  const rows = Number(text);
  if (!/^\d+$/.test(text) || rows < 1 || !Number.isSafeInteger(rows)) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return rows;
}
