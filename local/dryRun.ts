import { attributesOf } from "./attributes";
import type { ResourceRequest } from "./attributes/table";
import { evaluateAll } from "./evaluateAll";

/**
 * Runs the five programs of an environment with nothing behind them: what AWS would compute comes from the
 * table in local/attributes/. Needs no CLI, no account and no network.
 *
 * @returns every resource that the programs ask for
 * @throws GroundworkError where the environment's config is wrong
 */
export async function dryRun(stack: string): Promise<ResourceRequest[]> {
  const resources: ResourceRequest[] = [];
  await evaluateAll(stack, {
    create(resource) {
      resources.push(resource);
      return Promise.resolve(attributesOf(resource));
    },
  });
  return resources;
}
