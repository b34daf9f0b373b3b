import { answerOf, attributesOf } from "./attributes";
import type { ResourceRequest, Scope } from "./attributes/table";
import { evaluate } from "./evaluate";
import { programs, readStackConfig } from "./programs";

/** A resource that a program of an environment asks for. */
export type PlannedResource = Pick<ResourceRequest, "type" | "name" | "inputs"> & {
  readonly project: string;
};

/**
 * Runs the five programs of an environment with nothing behind them: what AWS would compute comes from the
 * table in local/attributes/. Needs no CLI, no account and no network.
 *
 * @throws GroundworkError where the environment's config is wrong
 */
export async function dryRun(stack: string, config = readStackConfig(stack)): Promise<PlannedResource[]> {
  const scope: Scope = { region: config["aws:region"] ?? "us-east-1", account: "123456789012", stack };
  const resources: PlannedResource[] = [];
  const outputs: Record<string, Record<string, unknown>> = {};
  for (const program of programs) {
    outputs[program.project] = await evaluate(program, {
      stack,
      config,
      world: {
        create(resource) {
          resources.push({ ...resource, project: program.project });
          const { id, ...computed } = attributesOf({ ...resource, scope });
          return Promise.resolve({ id, outputs: computed });
        },
        call: (token) => Promise.resolve(answerOf(token, scope)),
        stackOutputs: (name) => outputs[name.split("/")[1] ?? ""],
      },
    });
  }
  return resources;
}
