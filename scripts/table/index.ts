import { Command } from "../shared/command";
import { runCommand } from "../shared/terminal";
import type { CheckOptions } from "./check";
import type { NewOptions } from "./new";

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

program
  .command("new")
  .description(
    "finds a file's format and columns, and writes tables/NAME.ts and its migration, or what is new in it",
  )
  .argument("<file>", "a CSV file")
  .option("--name <name>", "the table's name (default: the file's)")
  .option("--prefix <prefix>", "whose keys begin so are the table's files (default: NAME/)")
  .option("--key <columns>", "columns that are unique together, as A,B", (text) => text.split(","))
  .option("--dates <pattern>", "how dates are written whose values don't tell it, as DD/MM/YYYY")
  .option("--sample", "read the first 10 MB only")
  .option("--dry-run", "print what would be written")
  .action((file: string, options: NewOptions) =>
    runCommand(async (stop) => {
      const [{ newTable }, { terminalAsk }] = await Promise.all([import("./new"), import("./answers")]);
      await newTable(file, options, terminalAsk(stop), process.stdout);
    }),
  );

program
  .command("list")
  .description("lists the tables, and which files are theirs")
  .action(() =>
    runCommand(async () => {
      const { listTables } = await import("./show");
      listTables(process.stdout);
    }),
  );

program
  .command("show")
  .description("shows a table with all its defaults, and the DDL that makes it")
  .argument("<name>", "the table's name")
  .action((name: string) =>
    runCommand(async () => {
      const { showTable } = await import("./show");
      showTable(name, process.stdout);
    }),
  );

program.parse();
