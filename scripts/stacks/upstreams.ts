import { deployFirst } from "../../infra/deployFirst";
import { GroundworkError } from "../../infra/error";
import type { Outputs } from "../../programs/evaluateAll";
import { type Program, programs, readStackConfig } from "../../programs/programs";
import { readOutputs } from "../shared/pulumi";

/** Where to look, and what ends the looking. */
interface Backend {
  readonly stack: string;
  readonly stop: AbortSignal;
}

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
 */
export async function readUpstreams(
  { project, reads }: Program,
  coming: readonly string[],
  { stack, stop }: Backend,
): Promise<Upstreams> {
  const config = readStackConfig(stack);
  const outputs: Record<string, Readonly<Record<string, unknown>>> = {};
  const missing: string[] = [];
  for (const upstream of programs.filter((candidate) => reads.includes(candidate.project))) {
    // One of another environment has its full name in the config, and no run of this one deploys it.
    const elsewhere = config[`${project}:${upstream.project}Stack`];
    if (elsewhere === undefined && coming.includes(upstream.project)) continue;
    const { outputs: found } = await readOutputs(elsewhere ?? stack, { cwd: upstream.dir, stop });
    if (Object.keys(found).length > 0) {
      outputs[upstream.project] = found;
    } else {
      const environment = (elsewhere ?? stack).split("/").at(-1) ?? stack;
      missing.push(
        `stack ${elsewhere ?? upstream.project}, which ${project} reads, is not deployed: ` +
          deployFirst(upstream.project, environment),
      );
    }
  }
  return { outputs, missing };
}

/**
 * Makes sure, before a deployment touches anything, that what the projects read of other stacks is there.
 *
 * @throws GroundworkError naming every stack that isn't deployed, or else the first output that a program asks for
 *   and a deployed stack lacks
 */
export async function requireUpstreams(projects: readonly Program[], backend: Backend): Promise<void> {
  const deployed: Record<string, Outputs> = {};
  const missing: string[] = [];
  for (const [index, program] of projects.entries()) {
    const coming = projects.slice(0, index).map(({ project }) => project);
    const upstreams = await readUpstreams(program, coming, backend);
    deployed[program.project] = upstreams.outputs;
    missing.push(...upstreams.missing);
  }
  if (missing.length > 0) throw GroundworkError.all("Nothing was touched", missing);
  if (Object.values(deployed).every((outputs) => Object.keys(outputs).length === 0)) return;
  // Which outputs a program asks for it knows best itself. Loaded here, because it loads Pulumi's SDK.
  const { dryRun } = await import("../../programs/dryRun");
  await dryRun(backend.stack, { projects, deployed });
}
