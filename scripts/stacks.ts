import { Argument, Command, InvalidArgumentError } from "commander";
import { formatDuration, runCommand, table } from "./terminal";
import { type Action, actions, selectProjects } from "./stacks/plan";
import { checkTools } from "./stacks/preflight";
import { runStacks } from "./stacks/run";

interface Options {
  readonly stack: string;
  readonly only?: string[];
  readonly yes?: boolean;
}

const command = new Command("npm run preview|deploy|destroy|refresh|outputs --")
  .description("Runs the Pulumi CLI over the projects in their order; destroy in reverse.")
  .addArgument(new Argument("<action>").choices(actions))
  .option("--stack <name>", "the environment: there is one Pulumi.<name>.yaml each", "dev")
  .option("--only <projects>", "some projects, by comma: database,ingest", list)
  .option("--yes", "don't ask before changing anything")
  .parse();

runCommand(async (stop) => {
  const action = command.args[0] as Action;
  const { stack, only, yes = false } = command.opts<Options>();
  const projects = selectProjects(action, only);
  await checkTools(action, stack, projects, stop);
  const done = await runStacks({ action, stack, projects, yes, stop });
  if (action === "outputs") return;
  process.stdout.write("\n");
  table(
    done.map(({ project, changes, milliseconds }) => [
      project,
      `${changes}  ${formatDuration(milliseconds)}`,
    ]),
    process.stdout,
  );
});

function list(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("name projects by comma: database,ingest");
  return names;
}
