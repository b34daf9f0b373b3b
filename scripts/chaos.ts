import * as path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { GroundworkError } from "../infra/error";
import { Chaos, type Trial, chaosConfig, sumOf } from "../trials/chaos/chaos";
import { startEnvironment } from "../local/environment";
import { writeSample } from "../trials/sample/sample";
import { Session } from "../local/session";
import { expectations } from "../trials/verify/verify";
import { formatCount, runCommand, table } from "./shared/terminal";

interface Options {
  trials: number;
  seed: number;
  rows: number;
}

const command = new Command("npm run chaos --")
  .description(
    "Loads a file again and again through the packaged function while processes are killed and frozen, S3 and Lambda fail and PostgreSQL crashes, and checks each time that every row is there once.",
  )
  .option("--trials <n>", "how many loads", wholeNumber, 10)
  .option("--seed <n>", "the first trial's seed; the others count on from it", wholeNumber, 1)
  .option("--rows <n>", "rows of the file", wholeNumber, 40_000)
  .parse();

runCommand(async (stop) => {
  const { trials: count, seed, rows } = command.opts<Options>();
  const session = new Session();
  const trials: Trial[] = [];
  try {
    process.stderr.write("bringing the environment up\n");
    const environment = await startEnvironment(session, {
      stack: "local",
      config: chaosConfig,
      retryDelays: [100, 200],
      signal: stop,
    });
    const { file } = await writeSample(path.join(session.dir, "chaos.csv"), rows, { rejects: 40 });
    const chaos = new Chaos(environment, { file, expected: await expectations(file) });
    try {
      for (let i = 0; i < count; i++) {
        const trial = await chaos.trial(seed + i, stop);
        trials.push(trial);
        process.stderr.write(`${lineOf(trial, i + 1, count)}\n`);
      }
    } finally {
      await chaos.close();
    }
  } finally {
    await session.close();
  }
  const exact = trials.filter(({ problems }) => problems.length === 0).length;
  const faults = Object.entries(sumOf(trials)).map(([name, n]) => [name, formatCount(n)] as const);
  table([["exact", `${exact} of ${trials.length} trials`], ...faults], process.stdout);
  if (exact < trials.length) {
    const seeds = trials.filter(({ problems }) => problems.length > 0).map((trial) => trial.seed);
    throw new GroundworkError(
      `${trials.length - exact} trials were not exact: repeat one with npm run chaos -- --trials 1 --seed ${seeds[0]}`,
    );
  }
});

function lineOf({ seed, faults, sweeps, problems }: Trial, number: number, count: number): string {
  const struck = Object.values(faults).reduce((sum, n) => sum + n, 0);
  const outcome = problems.length === 0 ? "exact" : problems.join("; ");
  return `${number} of ${count}, seed ${seed}: ${outcome}; ${struck} faults, ${faults["kill -9"]} of them kills, ${sweeps} sweeps`;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}
