import { isDeepStrictEqual } from "node:util";
import { withContents } from "../../programs/archive";
import { attributesOf } from "../../programs/attributes";
import type { Attributes, ResourceRequest } from "../../programs/attributes/table";
import { readStackConfig } from "../../programs/environments";
import { type Outputs, evaluateAll } from "../../programs/evaluateAll";
import { type Program, programs } from "../../programs/programs";
import { type Sources, modulesOf, readSources } from "./sources";

/** A resource as the programs ask for it now, with what its archives hold, and what AWS would compute for it. */
export interface PlannedResource {
  readonly resource: ResourceRequest;
  readonly attributes: Attributes;
}

/** What the programs ask for now. */
export interface Plan {
  /** Each behind those that it needs. */
  readonly resources: readonly PlannedResource[];
  readonly outputs: Outputs;
}

/** What names a resource in its environment. */
export const keyOf = ({ type, name }: Pick<ResourceRequest, "type" | "name">): string => `${type} ${name}`;

export interface PlanRequest {
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
  /** By resource: the outputs that the environment which is up gave it, as its address. */
  readonly behaved: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** A run of a program: what it read, and what came of it. */
export interface Ran {
  readonly sources: Sources;
  /** Of the sources, its own and those of what runs it. */
  readonly modules: ReadonlySet<string>;
  readonly given: {
    readonly config: Readonly<Record<string, string>>;
    readonly behaved: PlanRequest["behaved"];
    readonly outputs: Outputs;
  };
  readonly plan: Plan;
}

/**
 * Runs the programs beside an environment that is up, and makes nothing. What serializes functions takes the most time: a
 * program that would read what it read the last time isn't run again.
 *
 * @param ran by project, the last run of each; gets those of now
 * @throws what a program, its config or a rule of policy/ throws
 */
export async function planOf(request: PlanRequest, ran: Map<string, Ran>): Promise<Plan> {
  const { stack, behaved } = request;
  const config = { ...readStackConfig(stack), ...request.config };
  const sources = readSources();
  const resources: PlannedResource[] = [];
  let outputs: Outputs = {};
  for (const program of programs) {
    const { project } = program;
    const given = { config, behaved, outputs };
    let last = ran.get(project);
    if (!last || !isDeepStrictEqual(last.given, given) || mayDiffer(last, sources, ran)) {
      const plan = await runOf(program, stack, given);
      const modules = modulesOf(require.resolve(program.dir), entries, modulesOf(__filename, entries));
      ran.set(project, (last = { sources, modules, given, plan }));
    }
    resources.push(...last.plan.resources);
    outputs = { ...outputs, ...last.plan.outputs };
  }
  return { resources, outputs };
}

/** What loads a program isn't made of it. */
const entries: ReadonlySet<string> = new Set(programs.map(({ dir }) => require.resolve(dir)));

/** Whether other sources than modules of other programs alone are others now. */
function mayDiffer({ sources, modules }: Ran, now: Sources, ran: ReadonlyMap<string, Ran>): boolean {
  const isOfOthers = (file: string): boolean =>
    !modules.has(file) && [...ran.values()].some((other) => other.modules.has(file));
  const all = new Set([...sources.keys(), ...now.keys()]);
  return [...all].some(
    (file) =>
      sources.get(file) !== now.get(file) && !(sources.has(file) && now.has(file) && isOfOthers(file)),
  );
}

async function runOf(
  program: Program,
  stack: string,
  { config, behaved, outputs }: Ran["given"],
): Promise<Plan> {
  const resources: PlannedResource[] = [];
  const made = await evaluateAll(stack, {
    config,
    projects: [program],
    deployed: { [program.project]: outputs },
    async create(resource) {
      const attributes = attributesOf(resource);
      resources.push({ resource: await withContents(resource, process.cwd()), attributes });
      return { ...attributes, ...behaved.get(keyOf(resource)) };
    },
  });
  return { resources, outputs: made };
}
