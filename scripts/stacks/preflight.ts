import { GroundworkError } from "../../infra/error";
import { type Program, programs, readStackConfig } from "../../local/programs";
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
  for (const { project, dir } of projects) {
    const { code, output } = await runCli("pulumi", ["stack", "--stack", stack, "--show-name"], {
      cwd: dir,
      stop,
    });
    if (code !== 0) throw new GroundworkError(explain(output, { project, stack }) ?? output.trim());
  }
  return undefined;
}

/** The environment's config, on its own: it needs no program, no CLI and no account. */
export async function checkEnvironment(stack: string): Promise<void> {
  const config = readStackConfig(stack);
  // Loaded here, because all the schemas come with it: --help answers at once.
  const { checkConfig } = await import("./checkConfig");
  checkConfig(stack, config);
}

/**
 * The stacks that a project reads and that aren't deployed, a sentence each.
 *
 * @param coming projects that the same run deploys before it
 */
export async function missingUpstreams(
  { project, reads }: Program,
  coming: readonly string[],
  { stack, stop }: Pick<Asked, "stack" | "stop">,
): Promise<string[]> {
  const config = readStackConfig(stack);
  const missing: string[] = [];
  for (const upstream of programs.filter((candidate) => reads.includes(candidate.project))) {
    // A stack of another environment has its own name: the program itself says whether it is there.
    const isElsewhere = `${project}:${upstream.project}Stack` in config;
    if (isElsewhere || coming.includes(upstream.project)) continue;
    const args = ["stack", "output", "--json", "--stack", stack];
    const { code, output } = await runCli("pulumi", args, { cwd: upstream.dir, stop });
    if (code !== 0 || /^\s*\{\s*\}\s*$/.test(output)) {
      missing.push(
        `stack ${upstream.project}, which ${project} reads, is not deployed: deploy it first with ` +
          `npm run deploy -- --stack ${stack} --only ${upstream.project}`,
      );
    }
  }
  return missing;
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
