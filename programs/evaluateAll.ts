import { answerOf } from "./attributes";
import type { Attributes, ResourceRequest, Scope } from "./attributes/table";
import { evaluate } from "./evaluate";
import { environmentOf, readStackConfig } from "./environments";
import { type Program, programs } from "./programs";

/** The account that resources here belong to: AWS's own in its examples. */
const account = "123456789012";

/** The outputs of each program by project. */
export type Outputs = Readonly<Record<string, Record<string, unknown>>>;

export interface EvaluateOptions {
  /** The whole config, each key with its namespace. Default that of the environment's file. */
  readonly config?: Readonly<Record<string, string>>;
  /** Whose programs run. Default all five. */
  readonly projects?: readonly Program[];
  /** By the project that reads them: outputs of deployed stacks, instead of those that the programs give here. */
  readonly deployed?: Readonly<Record<string, Outputs>>;
  /** Makes a resource; what it returns completes the inputs. */
  readonly create: (resource: ResourceRequest, program: Program) => Promise<Attributes>;
  /** Told of each program before it runs. */
  readonly before?: (program: Program) => void;
  /** Told of each program when all its resources are made. */
  readonly after?: (program: Program) => void;
}

/** Where an environment's resources are made. Without a region the programs themselves say what is missing. */
export function scopeOf(stack: string, config: Readonly<Record<string, string>>): Scope {
  const { "aws:region": region = process.env.AWS_REGION ?? "" } = config;
  return { region, account, stack: environmentOf(stack) };
}

/**
 * Runs the programs of an environment in order, each with the outputs of those before it.
 *
 * @throws GroundworkError for bad config or an unknown environment, and whatever `create` throws.
 */
export async function evaluateAll(stack: string, options: EvaluateOptions): Promise<Outputs> {
  const {
    config = readStackConfig(stack),
    projects = programs,
    deployed = {},
    create,
    before,
    after,
  } = options;
  const scope = scopeOf(stack, config);
  const outputs: Record<string, Record<string, unknown>> = {};
  for (const program of projects) {
    before?.(program);
    const readable = { ...outputs, ...deployed[program.project] };
    const world = {
      async create(resource: Omit<ResourceRequest, "scope">) {
        const { id, ...computed } = await create({ ...resource, scope }, program);
        return { id, outputs: computed };
      },
      call: (token: string, inputs: Record<string, unknown>) =>
        Promise.resolve(answerOf(token, scope, inputs)),
      stackOutputs: (name: string) => readable[upstreamOf(program, name, config)],
    };
    outputs[program.project] = await evaluate(program, { stack: scope.stack, config, world });
    after?.(program);
  }
  return outputs;
}

/** The project whose stack a program reads under this name: its own, or the one that its config puts in its place. */
function upstreamOf(
  { project, reads }: Program,
  name: string,
  config: Readonly<Record<string, string>>,
): string {
  const elsewhere = reads.find((upstream) => config[`${project}:${upstream}Stack`] === name);
  return elsewhere ?? name.split("/")[1] ?? "";
}
