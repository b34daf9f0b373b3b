import { GroundworkError } from "../../infra/error";
import { type Program, readStackConfig } from "../../programs/programs";
import { runCli } from "./cli";
import { checkCredentials } from "./credentials";
import { explain } from "./explain";
import type { Action } from "./plan";

/** The first CLI that the programs are tried with, in test/engine. */
const oldestCli = [3, 245] as const;

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
    const { code, output } = await runCli("pulumi", args, { cwd: dir, stop });
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
  const wanted = `${oldestCli.join(".")} or later: https://www.pulumi.com/docs/install/ says how to install it`;
  let output: string;
  try {
    ({ output } = await runCli("pulumi", ["version"], { cwd: process.cwd(), stop }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return `There is no pulumi on PATH; Groundwork needs ${wanted}`;
  }
  const [, major = "", minor = ""] = /v?(\d+)\.(\d+)\./.exec(output) ?? [];
  const isOld = Number(major) * 1000 + Number(minor) < oldestCli[0] * 1000 + oldestCli[1];
  // A CLI built from source says 3.x.y-dev or nothing that compares: only one that says it is older is refused.
  if (major !== "" && isOld) {
    throw new GroundworkError(`pulumi is ${output.trim()}; Groundwork needs ${wanted}`);
  }
  return undefined;
}

async function checkLogin(stop: AbortSignal): Promise<string | undefined> {
  const { code, output } = await runCli("pulumi", ["whoami", "--non-interactive"], {
    cwd: process.cwd(),
    stop,
  });
  return code === 0 ? undefined : (explain(output, { project: "groundwork", stack: "" }) ?? output.trim());
}
