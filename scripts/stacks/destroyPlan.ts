import { GroundworkError } from "../../infra/error";
import { environmentOf, environments, readStackConfig } from "../../programs/environments";
import { type Program, programs, readsFrom } from "../../programs/programs";
import { type Out, paint } from "../shared/terminal";
import { type StateResource, isInCloud, nameOf } from "../shared/stackState";
import type { States } from "./states";
import type { StackConfig } from "./upstreams";

/** What gives up the data that a project keeps. */
const givesUp: Readonly<Record<string, string>> = {
  database: "database:deletionProtection: false",
  auth: "auth:deletionProtection: false",
  ingest: "ingest:deleteFilesOnDestroy: true",
};

/** A project, and what of it is in the cloud. */
export interface Doomed {
  readonly program: Program;
  readonly resources: readonly StateResource[];
}

/**
 * What a destroy would delete, by the state of each stack.
 *
 * @returns the projects whose stacks are there, in the order given
 * @throws GroundworkError, before anything is deleted, naming everything that is protected with the key that gives it
 *   up, and every stack that stands on what is to go
 */
export async function planDestroy(
  projects: readonly Program[],
  config: StackConfig,
  states: States,
): Promise<Doomed[]> {
  const doomed: Doomed[] = [];
  const problems: string[] = [];
  for (const program of projects) {
    const state = await states.of(program.project);
    if (state.kind !== "there") continue;
    const resources = state.resources.filter((each) => isInCloud(each) && each.retainOnDelete !== true);
    doomed.push({ program, resources });
    problems.push(...resources.filter(isProtected).map((kept) => keptSentence(program, states.stack, kept)));
    if (resources.length > 0) problems.push(...(await readersLeft(program, projects, config, states)));
  }
  if (problems.length > 0) throw GroundworkError.all("Nothing was deleted", problems);
  return doomed;
}

/** By Pulumi, or, where that was taken off by hand, still by AWS. */
function isProtected({ protect, inputs }: StateResource): boolean {
  return protect === true || inputs?.deletionProtection === true || inputs?.deletionProtection === "ACTIVE";
}

function keptSentence({ project }: Program, stack: string, resource: StateResource): string {
  return (
    `${project} keeps ${nameOf(resource)}, which is protected: to give it up, set ${givesUp[project] ?? "its protection off"} ` +
    `and groundwork:retire: true in Pulumi.${environmentOf(stack)}.yaml, and npm run deploy -- --stack ${stack} --only ${project}`
  );
}

/** The stacks that read a project's outputs, have something in the cloud, and aren't to go with it: a sentence each. */
async function readersLeft(
  { project }: Program,
  going: readonly Program[],
  config: StackConfig,
  states: States,
): Promise<string[]> {
  const own = environmentOf(states.stack);
  const left: string[] = [];
  for (const environment of environments()) {
    const isOwn = environment === own;
    const names = isOwn ? config : readStackConfig(environment);
    for (const reader of programs.filter((candidate) => readsFrom(candidate, project, names))) {
      const elsewhere = names[`${reader.project}:${project}Stack`];
      const reads = isOwn
        ? elsewhere === undefined && !going.includes(reader)
        : elsewhere?.endsWith(`/${project}/${own}`) === true;
      if (!reads) continue;
      const state = await states.of(reader.project, isOwn ? undefined : sibling(states.stack, environment));
      if (state.kind === "absent" || (state.kind === "there" && !state.resources.some(isInCloud))) continue;
      const stands =
        state.kind === "there" ? "stands on it" : `may stand on it and can't be read: ${state.reason}`;
      left.push(
        `${project} can't go while ${reader.project} of ${environment} ${stands}: destroy that one first`,
      );
    }
  }
  return left;
}

/** Another environment of the same organization. */
const sibling = (stack: string, environment: string): string =>
  [...stack.split("/").slice(0, -1), environment].join("/");

/** Shows everything that goes. */
export function listDoomed(doomed: readonly Doomed[], out: Out): void {
  for (const { program, resources } of doomed) {
    out.write(`\n${program.project}: ${resources.length} resources\n`);
    for (const line of resources.map((resource) => `  - ${nameOf(resource)}\n`).sort())
      out.write(paint("red", line, out));
  }
}
