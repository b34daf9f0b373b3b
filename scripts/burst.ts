import { GroundworkError } from "../infra/error";
import { wholeNumber } from "./shared/arguments";
import { Command } from "./shared/command";
import { formatCount, runCommand, table } from "./shared/terminal";

interface BurstCommandOptions {
  files: number;
  rows: number;
  functions: number;
  connections: number;
}

const command = new Command("npm run burst --")
  .description(
    "Uploads many files at once to functions that no key bounds, beside a small PostgreSQL, and checks that every row is there once, that there is no dead letter, and that people get in all the while.",
  )
  .option("--files <n>", "how many come at once", wholeNumber(), 1000)
  .option("--rows <n>", "rows of each", wholeNumber(), 500)
  .option("--functions <n>", "how many run at once", wholeNumber(), 200)
  .option("--connections <n>", "PostgreSQL's max_connections", wholeNumber(), 25)
  .parse();

runCommand(async (stop) => {
  const { files, rows, functions, connections } = command.opts<BurstCommandOptions>();
  // Loaded here: --help doesn't wait for the programs and their providers.
  const { withEnvironment } = await import("./shared/localEnvironment");
  const { burst } = await import("../trials/burst/burst");
  const databaseParameters = { max_connections: String(connections) };
  const result = await withEnvironment(
    { concurrency: functions, databaseParameters, signal: stop },
    (environment, { dir }) => burst(environment, dir, { files, rows, stop }),
  );
  table(
    [
      ["files", formatCount(files)],
      ["seconds", result.seconds.toFixed(1)],
      ["functions that ran", formatCount(result.invocations)],
      ["connections of the loads at most", `${result.mostConnections} of ${connections}`],
      ["sign-ins of a person meanwhile", formatCount(result.signIns)],
      ["answers of the jobs function", formatCount(result.asked)],
      ["exact", result.problems.length === 0 ? "yes" : "no"],
    ],
    process.stdout,
  );
  if (result.problems.length > 0)
    throw GroundworkError.all("The burst did not hold", result.problems.slice(0, 20));
});
