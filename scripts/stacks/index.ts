import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { GroundworkError } from "../../infra/error";
import { environmentOf } from "../../programs/environments";
import type { Program } from "../../programs/programs";
import { keyValues, optionOf } from "../shared/arguments";
import { openTerminal } from "../shared/openTerminal";
import { formatDuration, runCommand, table } from "../shared/terminal";
import { listDoomed, planDestroy } from "./destroyPlan";
import { type Action, type Manner, actions, asksBefore, selectProjects } from "./plan";
import { checkEnvironment, checkTools } from "./preflight";
import { type Done, runStacks } from "./run";
import { States } from "./states";
import type { StackConfig } from "./upstreams";

interface StacksOptions extends Manner {
  readonly stack: string;
  readonly only?: string[];
}

/** Options that belong to some actions alone. */
const belongs: Readonly<Partial<Record<keyof Manner, readonly Action[]>>> = {
  previewOnly: ["refresh"],
  refresh: ["preview", "deploy", "destroy"],
  plans: ["preview", "deploy"],
  pending: ["refresh"],
  remove: ["destroy"],
  secretsProvider: ["init"],
};

const command = new Command("npm run init|preview|deploy|destroy|refresh|outputs --")
  .description("Runs the Pulumi CLI over the projects in their order; destroy in reverse.")
  .addArgument(new Argument("<action>").choices(actions))
  .option(
    "--stack <name>",
    "the environment: there is one Pulumi.<name>.yaml each; acme/dev in an organization",
    "dev",
  )
  .option("--only <projects>", "some projects, by comma: database,ingest", list)
  .option("--yes", "don't ask before changing anything")
  .option(
    "--refresh",
    "of preview, deploy, destroy: look first at what AWS has; deploy then puts back what was changed by hand",
  )
  .option(
    "--plans <folder>",
    "of preview: keep the plans there; of deploy: do what they say and nothing else",
  )
  .addOption(
    new Option("--preview-only", "of refresh: only say what has drifted, and fail if anything has").conflicts(
      "pending",
    ),
  )
  .option(
    "--pending <name=id...>",
    'of refresh: what AWS has of resources whose making was cut off, an ID or none: "s3.Bucket ingest=dev-ingest-1"',
    keyValues("s3.Bucket ingest=dev-ingest-1"),
  )
  .option("--remove", "of destroy: take the stacks away as well; Pulumi.<name>.yaml stays")
  .option(
    "--secrets-provider <url>",
    "of init: what keeps the stacks' secrets, such as awskms://alias/pulumi?region=eu-west-1",
  )
  .addHelpText(
    "after",
    "\nWithout the CLI, a login or credentials, preview still runs the programs, checks their config and the\n" +
      "guard rails, lists what they ask for, and says what it left out.",
  )
  .parse();

// The third: the first two are Pulumi's, which ends its step at one and gives it up at the other.
runCommand(main, { signalsToExit: 3 });

async function main(stop: AbortSignal): Promise<void> {
  const action = command.args[0] as Action;
  const { stack, only, ...manner } = command.opts<StacksOptions>();
  for (const [option, of] of Object.entries(belongs)) {
    if (manner[option as keyof Manner] === undefined || of.includes(action)) continue;
    command.error(`${optionOf(option)} belongs to npm run ${of.join(", ")}`);
  }
  const projects = selectProjects(action, only);
  if (asksBefore(action, manner) && !(process.stdin.isTTY && process.stdout.isTTY)) {
    command.error(
      `npm run ${action} asks before it changes anything, and there is no terminal to ask at: add --yes`,
    );
  }
  const states = new States(stack, stop);
  const config = await checkEnvironment(stack, projects[0], stop);
  const listPlan = action === "preview" || action === "deploy" ? await planAhead(stack, config) : undefined;
  const missing = await checkTools({ action, projects, config, states, manner });
  if (missing !== undefined) {
    listPlan?.(projects, missing);
    return;
  }
  if (action === "destroy") await confirmDestroy(projects, config, states, manner);
  const done: Done[] = [];
  try {
    const report = (result: Done): void => void done.push(result);
    await runStacks({ action, projects, config, states, manner, report });
  } finally {
    if (action !== "outputs") summarize(done);
  }
}

/** Runs the programs without a cloud; what comes back lists what they ask for. */
async function planAhead(
  stack: string,
  config: StackConfig,
): Promise<(projects: readonly Program[], missing: string) => void> {
  // Loaded here, because it loads Pulumi's SDK: what needs no program answers at once.
  const [{ dryRun }, { listPlan }] = await Promise.all([
    import("../../programs/dryRun"),
    import("./programPlan"),
  ]);
  const resources = await dryRun(stack, { config });
  return (projects, missing) => listPlan(resources, projects, missing, process.stdout);
}

/** @throws GroundworkError where something must not go, or the name isn't what was typed */
async function confirmDestroy(
  projects: readonly Program[],
  config: StackConfig,
  states: States,
  { yes = false }: Manner,
): Promise<void> {
  const doomed = await planDestroy(projects, config, states);
  listDoomed(doomed, process.stdout);
  const count = doomed.reduce((total, { resources }) => total + resources.length, 0);
  if (yes || count === 0) return;
  const environment = environmentOf(states.stack);
  const terminal = openTerminal({ output: process.stdout });
  try {
    const question = `\nThese ${count} resources are deleted for good. Type ${environment} to delete them: `;
    const answer = await terminal.question(question, { signal: states.stop });
    if (answer.trim() !== environment) throw new GroundworkError("Nothing was deleted");
  } finally {
    terminal.close();
  }
}

function summarize(done: readonly Done[]): void {
  if (done.length === 0) return;
  process.stdout.write("\n");
  const width = Math.max(...done.map(({ changes }) => changes.length));
  table(
    done.map(({ project, changes, milliseconds, leftOut }) => [
      project,
      leftOut === undefined
        ? `${changes.padEnd(width)}  ${formatDuration(milliseconds)}`
        : `left out: ${leftOut}`,
    ]),
    process.stdout,
  );
}

function list(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("name projects by comma: database,ingest");
  return names;
}
