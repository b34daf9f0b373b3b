import { existsSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { environmentProblems } from "../../infra/environmentName";
import { GroundworkError } from "../../infra/error";
import { environmentsFolder } from "../../programs/environments";
import { keyValues } from "../shared/arguments";
import { Command } from "../shared/command";
import { openTerminal } from "../shared/openTerminal";
import { runCommand } from "../shared/terminal";
import type { ConfigKey } from "./file";

const command = new Command("npm run new-environment --")
  .description(
    "Writes Pulumi.<name>.yaml with every config key, what it is, its choices, its default and its cost. " +
      "Asks only for what has no default: the region.",
  )
  .argument("<name>", "the environment's name, such as staging: small letters, digits and hyphens")
  .option(
    "--set <key=value...>",
    "sets keys: --set aws:region=eu-west-1 networking:nat=instance",
    keyValues("aws:region=eu-west-1"),
    {},
  )
  .parse();

runCommand(async (stop) => {
  const name = command.args[0] ?? "";
  const file = `Pulumi.${name}.yaml`;
  const problems = environmentProblems(name);
  if (problems.length > 0) throw new GroundworkError(problems.join("; "));
  if (existsSync(path.join(environmentsFolder, file))) throw new GroundworkError(alreadyThere(file));
  // Loaded behind the checks: the schemas of the config bring Pulumi's SDK.
  const { configKeysOf, environmentFile } = await import("./file");
  const { checkConfig } = await import("../stacks/checkConfig");
  const keys = configKeysOf();
  const { set } = command.opts<{ set: Record<string, string> }>();
  const values = { ...set, ...(await ask(keys, set, stop)) };
  // What a person types is checked as the file would be.
  checkConfig(name, values);
  write(file, environmentFile(name, typed(values, keys)));
  process.stdout.write(
    `${file} is written. Next:\n` +
      `  npm run init -- --stack ${name}\n` +
      `  npm run deploy -- --stack ${name}\n`,
  );
});

/** The keys that have to be set and aren't: asked for on a terminal, named elsewhere. */
async function ask(
  keys: readonly ConfigKey[],
  given: Readonly<Record<string, string>>,
  stop: AbortSignal,
): Promise<Record<string, string>> {
  const open = keys.filter(({ key, isRequired }) => isRequired && given[key] === undefined);
  if (open.length === 0) return {};
  if (!process.stdin.isTTY) {
    const missing = open.map(({ key }) => `--set ${key}=VALUE`).join(" ");
    throw new GroundworkError(`There is no terminal to ask at: say it with ${missing}`);
  }
  const terminal = openTerminal();
  const answers: Record<string, string> = {};
  try {
    for (const { key, facts } of open) {
      answers[key] = (
        await terminal.question(`${key}: ${facts.description ?? ""} `, { signal: stop })
      ).trim();
    }
  } finally {
    terminal.close();
  }
  return answers;
}

/** What isn't text is written as what it is: true, 14, ["a"]. */
function typed(
  values: Readonly<Record<string, string>>,
  keys: readonly ConfigKey[],
): Record<string, unknown> {
  const valueOf = (key: string, text: string): unknown => {
    if (keys.some((known) => known.key === key && known.facts.type === "string")) return text;
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  };
  return Object.fromEntries(Object.entries(values).map(([key, text]) => [key, valueOf(key, text)]));
}

function write(file: string, text: string): void {
  try {
    // wx: whoever wrote it in the meantime keeps theirs.
    writeFileSync(path.join(environmentsFolder, file), text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw new GroundworkError(alreadyThere(file));
    throw error;
  }
}

function alreadyThere(file: string): string {
  return `${file} is there already and is not overwritten: edit it, or take another name`;
}
