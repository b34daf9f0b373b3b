import { Command } from "commander";
import { runCommand } from "../shared/terminal";
import type { CheckOptions } from "./check";

const program = new Command("npm run table --").description(
  "Tables of tables/: what their files hold, and whether a file is one of theirs. Needs no database.",
);

program
  .command("check")
  .description("reads files with the loader's own reader, and says what would be loaded")
  .argument("<file...>", "CSV files")
  .option("--table <name>", "the table of all files (default: the one that takes a file of this name)")
  .option("--infer", "the table that each file shows itself, as new would write it")
  .option(
    "--rows <folder>",
    "write FOLDER/FILE.csv: the rows as PostgreSQL would write them, NULL an empty field",
  )
  .option("--json", "one line of JSON a file")
  .addHelpText(
    "after",
    "\nExit code 0 when all were read without rejects, 2 with rejects, 1 where one is refused.",
  )
  .action((files: string[], options: CheckOptions) =>
    runCommand(async () => {
      // Loaded here, so that --help answers at once.
      const { check } = await import("./check");
      process.exitCode = await check(files, options, process.stdout);
    }),
  );

program.parse();
