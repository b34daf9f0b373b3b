import { deployFirst } from "../../infra/deployFirst";
import { GroundworkError } from "../../infra/error";
import { programs, readStackConfig } from "../../programs/programs";
import { type RunningEnvironment, findEnvironment } from "../../local/running";
import { explain } from "./explain";
import { readOutputs } from "./pulumi";

/** The environment that runs on this machine instead of AWS. */
const localStack = "local";

type StackOutputs = Readonly<Record<string, unknown>>;

/**
 * The outputs of one project's stack: of the environment that is up on this machine for `local`, else what the
 * Pulumi CLI says (`pulumi stack output --json`).
 *
 * @throws GroundworkError for an unknown environment, a stack that isn't deployed, an environment that isn't up,
 *   a missing CLI, a backend that nobody is logged in to
 */
export async function stackOutputs(stack: string, project: string): Promise<StackOutputs> {
  readStackConfig(stack);
  if (stack === localStack) return runningEnvironment().outputs[project] ?? {};
  return deployedOutputs(stack, project);
}

/**
 * What the AWS SDK, and programs started from here, need in their environment to reach the environment: for
 * `local` the endpoints of this machine, for an emulator its address, for AWS the region of the stack.
 */
export function awsEnvironment(stack: string): Readonly<Record<string, string>> {
  if (stack === localStack) return runningEnvironment().environment;
  const config = readStackConfig(stack);
  // The config's first, as in the programs: a shell's AWS_REGION must not lead to another region than the stack's.
  const region = config["aws:region"] ?? process.env.AWS_REGION;
  return { ...(region !== undefined && { AWS_REGION: region }), ...emulatorEnvironment(config) };
}

/** Where the environment is an emulator: its one address, and the keys that it takes. */
function emulatorEnvironment(config: Readonly<Record<string, string>>): Record<string, string> {
  const [endpoints] = JSON.parse(config["aws:endpoints"] ?? "[]") as Record<string, string>[];
  if (endpoints?.s3 === undefined) return {};
  return {
    AWS_ENDPOINT_URL: endpoints.s3,
    AWS_ACCESS_KEY_ID: config["aws:accessKey"] ?? "test",
    AWS_SECRET_ACCESS_KEY: config["aws:secretKey"] ?? "test",
  };
}

/** @throws GroundworkError when it isn't up */
function runningEnvironment(): RunningEnvironment {
  const running = findEnvironment(localStack);
  if (!running) {
    throw new GroundworkError(
      "The environment local is not up: run npm run local in another terminal, and leave it open",
    );
  }
  return running;
}

/** An output that is a text; @throws GroundworkError where the stack was deployed before it had this output */
export function textOutput(outputs: StackOutputs, project: string, name: string, stack: string): string {
  const value = outputs[name];
  if (typeof value === "string") return value;
  throw new GroundworkError(
    `Stack ${project} of ${stack} has no output ${name}: ${deployFirst(project, stack)}`,
  );
}

async function deployedOutputs(stack: string, project: string): Promise<StackOutputs> {
  const cwd = programs.find((program) => program.project === project)?.dir ?? ".";
  const { outputs, failure } = await readOutputs(stack, { cwd });
  if (failure !== undefined) {
    const unknown = `pulumi could not read the outputs of ${project} in ${stack}: ${failure}`;
    throw new GroundworkError(explain(failure, { project, stack }) ?? unknown);
  }
  if (Object.keys(outputs).length > 0) return outputs;
  throw new GroundworkError(`Stack ${project} of ${stack} is not deployed: ${deployFirst(project, stack)}`);
}
