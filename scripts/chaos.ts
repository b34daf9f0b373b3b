import { GroundworkError } from "../infra/error";
import type { Trial } from "../trials/chaos/chaos";
import { wholeNumber } from "./shared/arguments";
import { Command } from "./shared/command";
import { formatCount, runCommand, table } from "./shared/terminal";

interface ChaosOptions {
  trials: number;
  seed: number;
  rows: number;
  files: number;
}

const command = new Command("npm run chaos --")
  .description(
    "Loads a file again and again, plain, packed, in UTF-16 and in Windows-1252 with decimal commas, through the packaged function while processes are killed and frozen, S3 and Lambda fail and PostgreSQL crashes, and checks each time that every row is there once.",
  )
  .option("--trials <n>", "how many loads", wholeNumber(), 10)
  .option("--seed <n>", "the first trial's seed; the others count on from it", wholeNumber(), 1)
  .option("--rows <n>", "rows of the file", wholeNumber(), 8000)
  .option(
    "--files <n>",
    "how many of it come at once in each trial; one more comes in the middle",
    wholeNumber(),
    1,
  )
  .parse();

runCommand(async (stop) => {
  const { trials: count, seed, rows, files } = command.opts<ChaosOptions>();
  // Loaded here: --help doesn't wait for the programs and their providers.
  const { withEnvironment } = await import("./shared/localEnvironment");
  const { chaosConfig, runTrials } = await import("../trials/chaos/chaos");
  const { sumOf } = await import("../trials/chaos/faults");
  const options = { config: chaosConfig, retryDelays: [100, 200], signal: stop };
  const onTrial = (trial: Trial, number: number): void => {
    process.stderr.write(`${lineOf(trial, number, count)}\n`);
  };
  const trials = await withEnvironment(options, (environment, { dir }) =>
    runTrials(environment, dir, { count, seed, rows, files, stop, onTrial }),
  );
  const exact = trials.filter(({ problems }) => problems.length === 0).length;
  const faults = Object.entries(sumOf(trials)).map(([name, n]) => [name, formatCount(n)] as const);
  table([["exact", `${exact} of ${trials.length} trials`], ...faults], process.stdout);
  if (exact < trials.length) {
    const seeds = trials.filter(({ problems }) => problems.length > 0).map((trial) => trial.seed);
    throw new GroundworkError(
      `${trials.length - exact} trials were not exact: repeat one with npm run chaos -- --trials 1 --seed ${seeds[0]} --rows ${rows} --files ${files}`,
    );
  }
});

function lineOf(
  { seed, form, spell, faults, sweeps, problems }: Trial,
  number: number,
  count: number,
): string {
  const struck = Object.values(faults).reduce((sum, n) => sum + n, 0);
  const outcome = problems.length === 0 ? "exact" : problems.join("; ");
  return `${number} of ${count}, seed ${seed}, ${spell}, ${form}: ${outcome}; ${struck} faults, ${faults["kill -9"]} of them kills, ${sweeps} sweeps`;
}
