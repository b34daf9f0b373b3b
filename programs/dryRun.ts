import { attributesOf } from "./attributes";
import type { ResourceRequest } from "./attributes/table";
import { readStackConfig } from "./environments";
import { type EvaluateOptions, evaluateAll } from "./evaluateAll";

/** A resource, and the project whose program asks for it. */
export type PlannedResource = ResourceRequest & { readonly project: string };

/**
 * Runs the programs of an environment with nothing behind them: what AWS would compute comes from the table in
 * programs/attributes/. Needs no CLI, no account and no network.
 *
 * @param options.config on top of the environment's file
 * @returns every resource that the programs ask for
 * @throws GroundworkError where the environment's config is wrong, a rule of policy/ is broken, or a deployed stack lacks what a program reads
 */
export async function dryRun(
  stack: string,
  options: Pick<EvaluateOptions, "config" | "projects" | "deployed"> = {},
): Promise<PlannedResource[]> {
  const resources: PlannedResource[] = [];
  await evaluateAll(stack, {
    ...options,
    config: { ...readStackConfig(stack), ...options.config },
    create(resource, { project }) {
      resources.push({ ...resource, project });
      return Promise.resolve(attributesOf(resource));
    },
  });
  return resources;
}
