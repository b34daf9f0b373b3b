import { Argument, InvalidArgumentError, Option } from "commander";
import { GroundworkError } from "../../infra/error";
import { environmentOf } from "../../programs/environments";
import type { Program } from "../../programs/programs";
import { keyValues, optionOf } from "../shared/arguments";
import { Command } from "../shared/command";
import { localStack, runningEnvironment } from "../shared/stackOutputs";
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

const descriptions: Readonly<Record<Action, string>> = {
  init: "Makes the stacks of an environment that aren't there.",
  preview:
    "Says what a deployment would change. Without the CLI, a login or credentials it still runs the programs, checks their config and the guard rails, lists what they ask for, and says what it left out.",
  deploy: "Brings the projects up in their order.",
  destroy: "Takes down what the projects made, in reverse order.",
  refresh: "Takes over into the state what AWS has.",
  outputs: "Prints the outputs of the projects' stacks.",
};

const asked = actions.find((action) => action === process.argv[2]);
const command = new Command(`npm run ${asked ?? actions.join("|")} --`)
  .usage("[options]")
  .description(
    asked === undefined ? "Runs the Pulumi CLI over the projects in their order." : descriptions[asked],
  )
  .addArgument(new Argument("<action>").choices(actions))
  .option(
    "--stack <name>",
    "the environment: there is one Pulumi.<name>.yaml each; acme/dev in an organization",
    "dev",
  )
  .option("--only <projects>", "some projects, by comma: database,ingest", list)
  .option("--yes", "don't ask before changing anything")
  .addOption(
    own(
      "--refresh",
      `look first at what AWS has${asked === "deploy" ? ", and put back what was changed by hand" : ""}`,
    ),
  )
  .addOption(
    own(
      "--plans <folder>",
      asked === "deploy" ? "do what the plans there say and nothing else" : "keep the plans there",
    ),
  )
  .addOption(
    own("--preview-only", "only say what has drifted, and fail if anything has").conflicts("pending"),
  )
  .addOption(
    own(
      "--pending <name=id...>",
      'what AWS has of resources whose making was cut off, an ID or none: "s3.Bucket ingest=dev-ingest-1"',
    ).argParser(keyValues("s3.Bucket ingest=dev-ingest-1")),
  )
  .addOption(own("--remove", "take the stacks away as well; Pulumi.<name>.yaml stays"))
  .addOption(
    own(
      "--secrets-provider <url>",
      "what keeps the stacks' secrets, such as awskms://alias/pulumi?region=eu-west-1",
    ),
  )
  .parse();

/** An option that some actions take: the help of others doesn't show it. */
function own(flags: string, description: string): Option {
  const option = new Option(flags, description);
  const takers = belongs[option.attributeName() as keyof Manner] ?? [];
  return option.hideHelp(asked !== undefined && !takers.includes(asked));
}

// The third: the first two are Pulumi's, which ends its step at one and gives it up at the other.
runCommand(main, { signalsToExit: 3 });

async function main(stop: AbortSignal): Promise<void> {
  const action = command.args[0] as Action;
  const { stack, only, ...manner } = command.opts<StacksOptions>();
  for (const [option, of] of Object.entries(belongs)) {
    if (manner[option as keyof Manner] === undefined || of.includes(action)) continue;
    command.error(`${optionOf(option)} belongs to npm run ${of.join(", ")}`);
  }
  if (stack === localStack && action !== "preview" && action !== "outputs") {
    command.error(
      `${stack} is the environment of this machine: npm run local brings it up, and Ctrl-C there ends it; npm run ${action} is for those on AWS`,
    );
  }
  const projects = selectProjects(action, only);
  if (asksBefore(action, manner) && !(process.stdin.isTTY && process.stdout.isTTY)) {
    command.error(
      `npm run ${action} asks before it changes anything, and there is no terminal to ask at: add --yes`,
    );
  }
  if (action === "outputs" && stack === localStack) return printLocalOutputs(projects);
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

/** Of the environment on this machine, which no Pulumi CLI knows of. */
function printLocalOutputs(projects: readonly Program[]): void {
  const { outputs } = runningEnvironment();
  for (const { project } of projects) {
    process.stdout.write(`${project}\n`);
    const values = Object.entries(outputs[project] ?? {});
    const shown = values.map(
      ([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)] as const,
    );
    table(shown, process.stdout);
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
