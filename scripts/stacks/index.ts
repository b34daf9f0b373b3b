import { Argument, Command, InvalidArgumentError } from "commander";
import type { Program } from "../../programs/programs";
import { formatDuration, runCommand, table } from "../shared/terminal";
import { type Action, actions, asksBefore, selectProjects } from "./plan";
import { checkEnvironment, checkTools } from "./preflight";
import { type Done, runStacks } from "./run";

interface StacksOptions {
  readonly stack: string;
  readonly only?: string[];
  readonly yes?: boolean;
  readonly previewOnly?: boolean;
}

const command = new Command("npm run preview|deploy|destroy|refresh|outputs --")
  .description("Runs the Pulumi CLI over the projects in their order; destroy in reverse.")
  .addArgument(new Argument("<action>").choices(actions))
  .option("--stack <name>", "the environment: there is one Pulumi.<name>.yaml each", "dev")
  .option("--only <projects>", "some projects, by comma: database,ingest", list)
  .option("--yes", "don't ask before changing anything")
  .option("--preview-only", "of refresh: only say what has drifted, and fail if anything has")
  .addHelpText(
    "after",
    "\nWithout the CLI, a login or credentials, preview still runs the programs, checks their config and the\n" +
      "guard rails, lists what they ask for, and says what it left out.",
  )
  .parse();

runCommand(async (stop) => {
  const action = command.args[0] as Action;
  const { stack, only, yes = false, previewOnly = false } = command.opts<StacksOptions>();
  if (previewOnly && action !== "refresh") command.error("--preview-only belongs to npm run refresh");
  const projects = selectProjects(action, only);
  if (asksBefore(action, { yes, previewOnly }) && !(process.stdin.isTTY && process.stdout.isTTY)) {
    command.error(
      `npm run ${action} asks before it changes anything, and there is no terminal to ask at: add --yes`,
    );
  }
  await checkEnvironment(stack);
  const listPlan = action === "preview" || action === "deploy" ? await planAhead(stack) : undefined;
  const missing = await checkTools({ action, stack, projects, stop });
  if (missing !== undefined) {
    listPlan?.(projects, missing);
    return;
  }
  const done: Done[] = [];
  try {
    const report = (result: Done): void => void done.push(result);
    await runStacks({ action, stack, projects, yes, previewOnly, stop, report });
  } finally {
    if (action !== "outputs") summarize(done);
  }
});

/** Runs the programs without a cloud; what comes back lists what they ask for. */
async function planAhead(stack: string): Promise<(projects: readonly Program[], missing: string) => void> {
  // Loaded here, because it loads Pulumi's SDK: what needs no program answers at once.
  const [{ dryRun }, { listPlan }] = await Promise.all([
    import("../../programs/dryRun"),
    import("./programPlan"),
  ]);
  const resources = await dryRun(stack);
  return (projects, missing) => listPlan(resources, projects, missing, process.stdout);
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
