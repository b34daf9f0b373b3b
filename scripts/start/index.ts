import { GroundworkError } from "../../infra/error";
import { sampleRows } from "../../trials/sample/sample";
import { checkFile, wholeNumber } from "../shared/arguments";
import { Command } from "../shared/command";
import { configOption } from "../shared/configOption";
import { runCommand } from "../shared/terminal";
import type { StartOptions } from "./run";

const command = new Command("npm start --")
  .description(
    "Brings the environment local up from the four programs, loads a CSV file through the packaged function into a real PostgreSQL, and checks every row there against the file.",
  )
  .option("--file <file>", "the CSV file to load (default: a sample that is made on the spot)")
  .option("--table <name>", "the table that it is for (default: the one whose files have such a name)")
  .option("--rows <n>", "rows of the sample", wholeNumber(), sampleRows)
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
  else if (options.table !== undefined)
    throw new GroundworkError("--table says whose a file is: name the file with --file");
  process.stderr.write("bringing the environment up, which takes some seconds\n");
  // Loaded behind the checks: the programs and their providers take a second or two.
  const { start } = await import("./run");
  await start(options, stop);
});
