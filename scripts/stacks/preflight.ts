import { GroundworkError } from "../../infra/error";
import { type Program, readStackConfig } from "../../programs/programs";
import { explain, howToInstall, oldestCli } from "../shared/explain";
import { runPulumi } from "../shared/pulumi";
import { checkCredentials } from "./credentials";
import type { Action } from "./plan";

interface Asked {
  readonly action: Action;
  readonly stack: string;
  readonly projects: readonly Program[];
  readonly stop: AbortSignal;
}

/**
 * Everything that can be known before the first stack is touched: the environment's config, the CLI, its login,
 * its stacks, and the account.
 *
 * @returns for `preview`, which touches nothing, why what is deployed can't be looked at: no CLI, no login or no
 *   credentials. Anything else can't do without.
 * @throws GroundworkError naming the first thing that is wrong and what to do about it
 */
export async function checkTools({ action, stack, projects, stop }: Asked): Promise<string | undefined> {
  const missing =
    (await checkVersion(stop)) ??
    (await checkLogin(stop)) ??
    // Outputs stand in the state: AWS isn't asked for them.
    (action === "outputs" ? undefined : await checkCredentials(stack, readStackConfig(stack)));
  if (missing !== undefined) {
    if (action === "preview") return missing;
    throw new GroundworkError(missing);
  }
  const problems: string[] = [];
  for (const { project, dir } of projects) {
    const args = ["stack", "--stack", stack, "--show-name"];
    const { code, output } = await runPulumi(args, { cwd: dir, stop });
    if (code !== 0) problems.push(explain(output, { project, stack }) ?? output.trim());
  }
  // All together: a new environment has none of its stacks yet.
  if (problems.length > 0) throw GroundworkError.all("Nothing was touched", problems);
  return undefined;
}

/** The environment's config, on its own: it needs no program, no CLI and no account. */
export async function checkEnvironment(stack: string): Promise<void> {
  const config = readStackConfig(stack);
  // Loaded here, because all the schemas come with it: --help answers at once.
  const { checkConfig } = await import("./checkConfig");
  checkConfig(stack, config);
}

async function checkVersion(stop: AbortSignal): Promise<string | undefined> {
  const { code, output } = await runPulumi(["version"], { cwd: process.cwd(), stop });
  if (code !== 0) return reasonOf(output);
  // A CLI built from source says 3.x.y-dev or nothing that compares: only one that says it is older is refused.
  const [, said] = /v?(\d+\.\d+)\./.exec(output) ?? [];
  if (said !== undefined && said.localeCompare(oldestCli, "en", { numeric: true }) < 0) {
    throw new GroundworkError(`pulumi is ${output.trim()}; ${howToInstall}`);
  }
  return undefined;
}

async function checkLogin(stop: AbortSignal): Promise<string | undefined> {
  const { code, output } = await runPulumi(["whoami", "--non-interactive"], { cwd: process.cwd(), stop });
  return code === 0 ? undefined : reasonOf(output);
}

const reasonOf = (output: string): string =>
  explain(output, { project: "groundwork", stack: "" }) ?? output.trim();
