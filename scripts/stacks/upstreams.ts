import { deployFirst } from "../../infra/deployFirst";
import { GroundworkError } from "../../infra/error";
import type { Outputs } from "../../programs/evaluateAll";
import { type Program, programs, readsFrom } from "../../programs/programs";
import type { States } from "./states";

/** An environment's config as the programs get it. */
export type StackConfig = Readonly<Record<string, string>>;

/** The stacks that a project reads and that the same run doesn't deploy before it. */
interface Upstreams {
  /** What those that are deployed have, by project. */
  readonly outputs: Outputs;
  /** Those that aren't deployed, a sentence each. */
  readonly missing: readonly string[];
}

/**
 * Asks the backend for the stacks that a project reads.
 *
 * @param coming projects that the same run deploys before it
 * @throws GroundworkError where one of them can't be read: that isn't to say that it isn't there
 */
export async function readUpstreams(
  program: Program,
  coming: readonly string[],
  config: StackConfig,
  states: States,
): Promise<Upstreams> {
  const { project } = program;
  const outputs: Record<string, Readonly<Record<string, unknown>>> = {};
  const missing: string[] = [];
  for (const upstream of programs.filter((candidate) => readsFrom(program, candidate.project, config))) {
    // One of another environment has its full name in the config, and no run of this one deploys it.
    const elsewhere = config[`${project}:${upstream.project}Stack`];
    if (elsewhere === undefined && coming.includes(upstream.project)) continue;
    const name = elsewhere ?? upstream.project;
    const state = await states.of(upstream.project, elsewhere);
    if (state.kind === "unreadable") {
      throw new GroundworkError(`stack ${name}, which ${project} reads, can't be read: ${state.reason}`);
    }
    if (state.kind === "there" && Object.keys(state.outputs).length > 0) {
      outputs[upstream.project] = state.outputs;
    } else {
      missing.push(
        `stack ${name}, which ${project} reads, is not deployed: ` +
          deployFirst(upstream.project, elsewhere === undefined ? states.stack : stackOf(elsewhere)),
      );
    }
  }
  return { outputs, missing };
}

/** `acme/dev` of `acme/networking/dev`; `dev` where the backend knows no organizations. */
function stackOf(fullName: string): string {
  const [organization = "", , environment] = fullName.split("/");
  if (environment === undefined) return fullName;
  return organization === "organization" ? environment : `${organization}/${environment}`;
}

/**
 * Makes sure, before a deployment touches anything, that what the projects read of other stacks is there.
 *
 * @throws GroundworkError naming every stack that isn't deployed, or else the first output that a program asks for
 *   and a deployed stack lacks
 */
export async function requireUpstreams(
  projects: readonly Program[],
  config: StackConfig,
  states: States,
): Promise<void> {
  const deployed: Record<string, Outputs> = {};
  const missing: string[] = [];
  for (const [index, program] of projects.entries()) {
    const coming = projects.slice(0, index).map(({ project }) => project);
    const upstreams = await readUpstreams(program, coming, config, states);
    deployed[program.project] = upstreams.outputs;
    missing.push(...upstreams.missing);
  }
  if (missing.length > 0) throw GroundworkError.all("Nothing was touched", missing);
  if (Object.values(deployed).every((outputs) => Object.keys(outputs).length === 0)) return;
  // Which outputs a program asks for it knows best itself. Loaded here, because it loads Pulumi's SDK.
  const { dryRun } = await import("../../programs/dryRun");
  await dryRun(states.stack, { projects, deployed, config });
}
