import { withContents } from "../../programs/archive";
import { attributesOf } from "../../programs/attributes";
import type { Attributes, ResourceRequest } from "../../programs/attributes/table";
import { readStackConfig } from "../../programs/environments";
import { type Outputs, evaluateAll } from "../../programs/evaluateAll";

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

/**
 * Runs the programs beside an environment that is up, and makes nothing.
 *
 * @throws what a program, its config or a rule of policy/ throws
 */
export async function planOf({ stack, config, behaved }: PlanRequest): Promise<Plan> {
  const resources: PlannedResource[] = [];
  const outputs = await evaluateAll(stack, {
    config: { ...readStackConfig(stack), ...config },
    async create(resource) {
      const attributes = attributesOf(resource);
      resources.push({ resource: await withContents(resource, process.cwd()), attributes });
      return { ...attributes, ...behaved.get(keyOf(resource)) };
    },
  });
  return { resources, outputs };
}
