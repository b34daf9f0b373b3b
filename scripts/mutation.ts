import { readdirSync, statSync } from "node:fs";
import * as path from "node:path";
import { Option } from "commander";
import { root } from "../programs/programs";
import type { Mutant } from "../trials/mutation/mutants";
import { wholeNumber } from "./shared/arguments";
import { Command } from "./shared/command";
import { progress, runCommand } from "./shared/terminal";

/** What is changed together, and the tests among which are those that ought to notice. */
const areas: Record<string, { files: string[]; tests: string[] }> = {
  reader: {
    files: ["functions/ingest/reader", "functions/ingest/encode.ts"],
    tests: ["test/unit/functions/ingest", "test/local/types.test.ts"],
  },
  ingest: {
    files: ["functions/ingest"],
    tests: ["test/unit/functions/ingest", "test/local/functions/ingest", "test/local/types.test.ts"],
  },
  authorizer: { files: ["functions/groupAuthorizer"], tests: ["test/unit/functions/groupAuthorizer"] },
  jobs: { files: ["functions/jobs"], tests: ["test/unit/functions/jobs", "test/local/functions/jobs"] },
  schema: {
    files: ["functions/schema"],
    tests: ["test/unit/functions/schema", "test/local/functions/schema"],
  },
  infra: {
    files: ["infra"],
    tests: ["test/unit/infra", "test/unit/stacks", "test/unit/scripts/docs"],
  },
  policy: { files: ["policy"], tests: ["test/unit/policy", "test/unit/scripts/docs/security.test.ts"] },
};

const filesIn = (names: readonly string[], end: string): string[] =>
  names.flatMap((name) =>
    statSync(path.join(root, name)).isFile()
      ? [name]
      : readdirSync(path.join(root, name), { recursive: true, encoding: "utf8" })
          .filter((file) => file.endsWith(end))
          .map((file) => path.join(name, file))
          .sort(),
  );

const command = new Command("npm run mutation --")
  .description("Changes the code in one place at a time, and prints the changes that no test notices.")
  .addOption(new Option("--area <name>", "what to change").choices(Object.keys(areas)).default("reader"))
  .option("--files <file...>", "files or folders to change, instead of the area's")
  .option("--tests <file...>", "test files or folders to run, instead of the area's")
  .addOption(
    new Option("--most <n>", "so many changes, spread over the files")
      .argParser(wholeNumber())
      .default(Infinity, "all"),
  )
  .addOption(
    new Option("--jobs <n>", "so many at a time, each in a copy of the repository")
      .argParser(wholeNumber())
      .default(1),
  )
  .parse();

runCommand(async (stop) => {
  const { area, most, jobs, ...own } = command.opts<{
    area: string;
    files?: string[];
    tests?: string[];
    most: number;
    jobs: number;
  }>();
  const { files, tests } = { ...areas[area]!, ...own };
  // Loaded here: --help doesn't wait for the compiler.
  const { readReasons } = await import("../trials/mutation/equivalent");
  const { mutantsIn, mutate } = await import("../trials/mutation/mutate");
  const reasonOf = readReasons();
  const mutants = mutantsIn(root, filesIn(files, ".ts"), most);
  const bar = progress("Tried", mutants.length, "changes");
  const counts = { tried: 0, noticed: 0, known: 0 };
  const onTried = (mutant: Mutant, noticed: boolean): void => {
    bar.update(++counts.tried);
    if (noticed) counts.noticed++;
    else if (reasonOf(mutant) !== undefined) counts.known++;
    else console.log(`${mutant.file}:${mutant.line}: ${mutant.name}`);
  };
  try {
    await mutate(root, mutants, filesIn(tests, ".test.ts"), jobs, onTried, stop);
  } finally {
    bar.stop();
  }
  const { tried, noticed, known } = counts;
  console.log(
    `${noticed} of ${tried} changes were noticed, ${((100 * noticed) / tried).toFixed(1)}%; of the others ${known} are known to change nothing.`,
  );
});
