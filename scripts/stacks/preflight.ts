import { GroundworkError } from "../../infra/error";
import { type Program, programs, readStackConfig } from "../../local/programs";
import { violations } from "../../policy/rules";
import { runCli } from "./cli";
import { explain } from "./explain";
import type { Action } from "./plan";

/** The first CLI that the programs are tried with, in test/engine. */
const oldestCli = [3, 245] as const;

/**
 * Everything that can be known before the first stack is touched: the environment, its config, the rules that
 * its resources have to keep, the CLI, its login and its stacks.
 *
 * @throws GroundworkError naming the first of these that is wrong
 */
export async function checkTools(
  action: Action,
  stack: string,
  projects: readonly Program[],
  stop: AbortSignal,
): Promise<void> {
  checkNamespaces(stack, readStackConfig(stack));
  if (action === "preview" || action === "deploy") await checkPrograms(stack);
  await checkVersion(stop);
  await checkLogin(stop);
  for (const { project, dir } of projects) {
    const { code, output } = await runCli("pulumi", ["stack", "--stack", stack, "--show-name"], {
      cwd: dir,
      stop,
    });
    if (code !== 0) throw new GroundworkError(explain(output, { project, stack }) ?? output.trim());
  }
}

/** A namespace that no project reads would be passed over in silence: a typing mistake is an error. */
function checkNamespaces(stack: string, config: Record<string, string>): void {
  const known = new Set(["aws", "aws-native", "awsx", "pulumi", ...programs.map(({ project }) => project)]);
  const unknown = Object.keys(config).filter((key) => !known.has(key.split(":")[0] ?? ""));
  if (unknown.length > 0) {
    throw GroundworkError.all(
      `Pulumi.${stack}.yaml`,
      unknown.map((key) => `${key} belongs to no project: the projects are ${[...known].join(", ")}`),
    );
  }
}

/** Runs the programs without a cloud: their config's errors show, and the resources that they ask for. */
async function checkPrograms(stack: string): Promise<void> {
  // Loaded here, because it loads Pulumi's SDK: what needs no program answers at once.
  const { dryRun } = await import("../../local/dryRun");
  const broken = violations(await dryRun(stack), stack);
  if (broken.length > 0) throw GroundworkError.all(`The environment ${stack} breaks its rules`, broken);
}

async function checkVersion(stop: AbortSignal): Promise<void> {
  const wanted = `${oldestCli.join(".")} or later: https://www.pulumi.com/docs/install/ says how to install it`;
  let output: string;
  try {
    ({ output } = await runCli("pulumi", ["version"], { cwd: process.cwd(), stop }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new GroundworkError(`There is no pulumi on PATH; Groundwork needs ${wanted}`);
  }
  const [, major = "", minor = ""] = /v?(\d+)\.(\d+)\./.exec(output) ?? [];
  const isOld = Number(major) * 1000 + Number(minor) < oldestCli[0] * 1000 + oldestCli[1];
  // A CLI built from source says 3.x.y-dev or nothing that compares: only one that says it is older is refused.
  if (major !== "" && isOld) {
    throw new GroundworkError(`pulumi is ${output.trim()}; Groundwork needs ${wanted}`);
  }
}

async function checkLogin(stop: AbortSignal): Promise<void> {
  const { code, output } = await runCli("pulumi", ["whoami", "--non-interactive"], {
    cwd: process.cwd(),
    stop,
  });
  if (code === 0) return;
  throw new GroundworkError(explain(output, { project: "groundwork", stack: "" }) ?? output.trim());
}
