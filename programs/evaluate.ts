import * as pulumi from "@pulumi/pulumi";
import { deployFirst } from "../infra/deployFirst";
import { GroundworkError } from "../infra/error";
import type { ResourceRequest } from "./attributes/table";
import type { Program } from "./programs";

/** What stands where the cloud would be. */
export interface World {
  /** Makes a resource and says what was computed for it, beside its inputs. */
  create(resource: Omit<ResourceRequest, "scope">): Promise<{ id: string; outputs: Record<string, unknown> }>;
  /** Answers a provider function such as `aws.getAvailabilityZones`. */
  call(token: string, inputs: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** The outputs of a deployed stack by its full name; undefined if it isn't deployed. */
  stackOutputs(name: string): Record<string, unknown> | undefined;
}

export interface Evaluation {
  readonly stack: string;
  readonly config: Record<string, string>;
  readonly world: World;
  /** Of the backend; default: what a self-managed one calls the one that it has. */
  readonly organization?: string;
}

/**
 * Runs a program as the Pulumi CLI would: in its own folder, under a root stack resource, with its project's
 * name, environment and config. Resources are made by the world instead of by a cloud's provider.
 *
 * One at a time in a process, because Pulumi's runtime is global to it.
 *
 * @returns the stack's outputs, when every resource has been made.
 * @throws what the program, a resource or the config threw first.
 */
export async function evaluate(program: Program, evaluation: Evaluation): Promise<Record<string, unknown>> {
  const failure = new Failure();
  await pulumi.runtime.setMocks(
    mocks(evaluation.world, failure),
    program.project,
    evaluation.stack,
    false,
    evaluation.organization ?? "organization",
  );
  pulumi.runtime.setAllConfig(evaluation.config, []);
  const home = process.cwd();
  process.chdir(program.dir);
  process.on("unhandledRejection", failure.report);
  try {
    return await Promise.race([run(program), failure.promise]);
  } finally {
    process.off("unhandledRejection", failure.report);
    process.chdir(home);
  }
}

async function run(program: Program): Promise<Record<string, unknown>> {
  const entry = require.resolve(program.dir);
  // A second evaluation runs the program again.
  Reflect.deleteProperty(require.cache, entry);
  const exported: unknown = await pulumi.runtime.runInPulumiStack(() =>
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- a program is run by loading it, as the CLI does
    Promise.resolve(require(entry) as Record<string, unknown>),
  );
  const outputs = await unwrap(exported);
  await pulumi.runtime.disconnect();
  // Node reports a rejection that nobody handled when its promises are all done, before it goes on to this.
  await new Promise(setImmediate);
  return outputs;
}

/** The outputs' values. `runInPulumiStack` has awaited them, so that one that failed doesn't get here. */
function unwrap(exported: unknown): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    pulumi.output(exported as pulumi.Input<Record<string, unknown>>).apply(resolve);
  });
}

/** The first thing that went wrong in an evaluation, wherever it did. */
class Failure {
  private reject: (reason: unknown) => void = () => undefined;
  readonly promise = new Promise<never>((_, reject) => (this.reject = reject));
  readonly report = (reason: unknown): void => this.reject(reason);

  constructor() {
    this.promise.catch(() => undefined); // Reported by the race, if it is reported in time.
  }
}

function mocks(world: World, failure: Failure): pulumi.runtime.Mocks {
  // Failed work never answers: Pulumi would wrap its error in others, and the evaluation has ended anyway.
  const orFail = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      failure.report(error);
      return new Promise(() => undefined);
    }
  };
  return {
    newResource: ({ type, name, inputs, custom }) =>
      orFail(async () => {
        const given = inputs as Record<string, unknown>;
        if (type === "pulumi:pulumi:StackReference") return stackReference(world, name, given);
        if (custom === false && !type.startsWith("awsx:")) return { id: "", state: given };
        const made = await world.create({ type, name, inputs: given });
        return { id: made.id, state: { ...given, ...made.outputs } };
      }),
    call: ({ token, inputs }) => orFail(() => world.call(token, inputs as Record<string, unknown>)),
  };
}

function stackReference(world: World, name: string, inputs: Record<string, unknown>) {
  const stackName = (inputs.name as string | undefined) ?? name;
  const outputs = world.stackOutputs(stackName);
  if (!outputs) {
    const [, project = "", stack = ""] = stackName.split("/");
    throw new GroundworkError(`Stack ${stackName} is not deployed: ${deployFirst(project, stack)}`);
  }
  return { id: stackName, state: { name: stackName, outputs, secretOutputNames: [] } };
}
