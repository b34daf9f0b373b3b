import { GroundworkError } from "../../infra/error";
import { environmentOf, readEnvironmentFile, readStackConfig } from "../../programs/environments";
import { type Program, programs, root } from "../../programs/programs";
import { explain, howToInstall, loggedOut, oldestCli } from "../shared/explain";
import { type PulumiResult, runPulumi } from "../shared/pulumi";
import { type PendingOperation, nameOf } from "../shared/stackState";
import { checkCredentials } from "./credentials";
import { type Action, type Manner, changesStacks } from "./plan";
import type { States } from "./states";
import type { StackConfig } from "./upstreams";
import { withWorkFiles } from "./workFiles";

interface Asked {
  readonly action: Action;
  readonly projects: readonly Program[];
  readonly config: StackConfig;
  readonly states: States;
  readonly manner: Manner;
}

/**
 * Everything that can be known before the first stack is touched: the CLI, its login, the account, and what the
 * backend holds of the stacks.
 *
 * @returns for `preview`, which touches nothing, why what is deployed can't be looked at: no CLI, no login or no
 *   credentials. Anything else can't do without.
 * @throws GroundworkError naming the first thing that is wrong and what to do about it
 */
export async function checkTools(asked: Asked): Promise<string | undefined> {
  const { action, config, states } = asked;
  const missing =
    (await checkVersion(states.stop)) ??
    (await checkLogin(action, states)) ??
    // Outputs stand in the state, and a new stack is in no account: AWS isn't asked for them.
    (action === "outputs" || action === "init" ? undefined : await checkCredentials(states.stack, config));
  if (missing === undefined) return checkStates(asked);
  if (action === "preview") return missing;
  throw new GroundworkError(missing);
}

/**
 * The environment's config, checked as each program does.
 *
 * @returns the config as the programs get it. Secrets and what comes from Pulumi ESC only the CLI knows: it is asked
 *   where the file has any.
 * @throws GroundworkError with everything that is wrong
 */
export async function checkEnvironment(
  stack: string,
  { dir } = programs[0] ?? { dir: root },
  stop?: AbortSignal,
): Promise<StackConfig> {
  const config = readEnvironmentFile(stack).needsCli
    ? await resolvedConfig(stack, dir, stop)
    : readStackConfig(stack);
  // Loaded here, because all the schemas come with it: --help answers at once.
  const { checkConfig } = await import("./checkConfig");
  checkConfig(environmentOf(stack), config);
  return config;
}

async function resolvedConfig(stack: string, cwd: string, stop?: AbortSignal): Promise<StackConfig> {
  const { code, output, stdout } = await withWorkFiles(stack, ({ config }) =>
    runPulumi(
      ["config", "--json", "--show-secrets", "--non-interactive", "--stack", stack, "--config-file", config],
      { cwd, ...(stop && { stop }) },
    ),
  );
  if (code !== 0) {
    throw new GroundworkError(
      `Pulumi.${environmentOf(stack)}.yaml has secrets or an ESC environment, which only the Pulumi CLI can read: ${reasonOf(output)}`,
    );
  }
  const values = JSON.parse(stdout) as Record<string, { readonly value: string }>;
  return Object.fromEntries(Object.entries(values).map(([key, { value }]) => [key, value]));
}

async function checkVersion(stop: AbortSignal): Promise<string | undefined> {
  const { code, output } = await runPulumi(["version"], { cwd: root, stop });
  if (code === 127) return reasonOf(output);
  if (code !== 0) throw new GroundworkError(`pulumi version failed: ${output.trim()}`);
  // A CLI built from source says 3.x.y-dev or nothing that compares: only one that says it is older is refused.
  const [, said] = /v?(\d+\.\d+)\./.exec(output) ?? [];
  if (said !== undefined && said.localeCompare(oldestCli, "en", { numeric: true }) < 0) {
    throw new GroundworkError(`pulumi is ${output.trim()}; ${howToInstall}`);
  }
  return undefined;
}

/** @returns that nobody is logged in; any other failure is an error, because it says nothing about what is deployed */
async function checkLogin(action: Action, { stack, stop }: States): Promise<string | undefined> {
  const whoami = (): Promise<PulumiResult> =>
    runPulumi(["whoami", "--json", "--non-interactive"], { cwd: root, stop });
  let said = await whoami();
  if (said.code !== 0 && loggedOut.test(said.output)) {
    if (action !== "init" || !process.stdin.isTTY) return reasonOf(said.output);
    await runPulumi(["login"], { cwd: root, stop, output: "terminal" });
    said = await whoami();
  }
  if (said.code !== 0) throw new GroundworkError(`pulumi whoami failed: ${reasonOf(said.output)}`);
  const { user, organizations, url } = JSON.parse(said.stdout) as WhoAmI;
  const [organization, environment] = stack.split("/");
  if (environment !== undefined && organizations && !organizations.includes(organization ?? "")) {
    throw new GroundworkError(
      `${user} at ${url} is in no organization ${organization}: there are ${organizations.join(", ")}`,
    );
  }
  return undefined;
}

interface WhoAmI {
  readonly user: string;
  /** Undefined where the backend knows none. */
  readonly organizations?: readonly string[];
  readonly url: string;
}

async function checkStates({
  action,
  projects,
  states,
  manner: { pending = {} },
}: Asked): Promise<undefined> {
  const { stack } = states;
  const problems: string[] = [];
  const absent: string[] = [];
  const unmatched = new Set(Object.keys(pending));
  for (const { project } of projects) {
    const state = await states.of(project);
    if (state.kind === "unreadable") problems.push(`stack ${stack} of ${project}: ${state.reason}`);
    if (state.kind === "absent") absent.push(project);
    if (state.kind !== "there" || !changesStacks(action)) continue;
    const open = state.pending.filter(
      ({ type, resource }) =>
        action !== "refresh" || (type === "creating" && !unmatched.delete(nameOf(resource))),
    );
    problems.push(...open.map((operation) => pendingSentence(stack, project, operation)));
  }
  // What isn't there has to be made before anything but making it, and needs no destroying.
  if (absent.length > 0 && action !== "init" && action !== "destroy") {
    problems.unshift(
      `stack ${stack} of ${absent.join(", ")} is not there: npm run init -- --stack ${stack} makes it`,
    );
  }
  problems.push(
    ...[...unmatched].map((name) => `no run was cut off while it made ${name}: --pending names it`),
  );
  // All together: a new environment has none of its stacks yet.
  if (problems.length > 0) throw GroundworkError.all("Nothing was touched", problems);
  return undefined;
}

function pendingSentence(stack: string, project: string, { type, resource }: PendingOperation): string {
  const name = nameOf(resource);
  const refresh = `npm run refresh -- --stack ${stack} --only ${project}`;
  return type === "creating"
    ? `a run of ${project} was cut off while it made ${name}: look in AWS whether it is there, then ` +
        `${refresh} --pending "${name}=ID", or "${name}=none" where it isn't`
    : `a run of ${project} was cut off while ${type} ${name}: ${refresh} finds out what became of it`;
}

const reasonOf = (output: string): string =>
  explain(output, { project: "groundwork", stack: "" }) ?? output.trim();
