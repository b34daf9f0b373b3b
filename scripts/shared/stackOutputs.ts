import { deployFirst } from "../../infra/deployFirst";
import { GroundworkError } from "../../infra/error";
import { type Outputs, type Project, checkedOutput } from "../../infra/outputs";
import { readStackConfig } from "../../programs/environments";
import { type RunningEnvironment, findEnvironment } from "../../local/runningEnvironment";
import { readStackState } from "./stackState";

/** The environment that runs on this machine instead of AWS. */
export const localStack = "local";

/**
 * Reads one output of a stack.
 * @throws GroundworkError where the stack was deployed before it had this output
 */
export type OutputReader<P extends Project> = <K extends keyof Outputs<P> & string>(name: K) => Outputs<P>[K];

/**
 * The outputs of one project's stack: of the environment that is up on this machine for `local`, else what the
 * backend holds of the stack, by the Pulumi CLI.
 *
 * @throws GroundworkError for an unknown environment, a stack that isn't deployed, an environment that isn't up,
 *   a missing CLI, a backend that nobody is logged in to
 */
export async function stackOutputs<P extends Project>(stack: string, project: P): Promise<OutputReader<P>> {
  readStackConfig(stack);
  const outputs =
    stack === localStack ? runningEnvironment().outputs[project] : await deployedOutputs(stack, project);
  return outputReader(stack, project, outputs);
}

/** Of outputs that are known already. */
export function outputReader<P extends Project>(
  stack: string,
  project: P,
  outputs: Readonly<Record<string, unknown>> = {},
): OutputReader<P> {
  return (name) => checkedOutput(project, stack, name, outputs[name]);
}

type AwsEnvironment = Readonly<Record<string, string>>;

/**
 * What the AWS SDK, and programs started from here, need in their environment to reach the environment: for
 * `local` the endpoints of this machine, for an emulator its address, for AWS the region of the stack.
 */
export function awsEnvironment(stack: string): AwsEnvironment {
  if (stack === localStack) return runningEnvironment().environment;
  const config = readStackConfig(stack);
  // The config's first, as in the programs: a shell's AWS_REGION must not lead to another region than the stack's.
  const region = config["aws:region"] ?? process.env.AWS_REGION ?? "";
  return { ...(region !== "" && { AWS_REGION: region }), ...emulatorEnvironment(config) };
}

/** Variables by which a shell leads the SDK elsewhere than the keys that are given. */
export const misleading = [
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_SESSION_TOKEN",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
] as const;

/** Makes this process, and what it starts, reach the environment, whatever the shell has set. */
export function enterAws(stack: string): AwsEnvironment {
  const environment = awsEnvironment(stack);
  const isOurs = environment.AWS_ACCESS_KEY_ID !== undefined;
  for (const name of Object.keys(process.env)) {
    // An empty variable is no value: the SDK takes an empty region for one.
    if (name.startsWith("AWS_") && process.env[name] === "") delete process.env[name];
  }
  if (isOurs) for (const name of misleading) delete process.env[name];
  Object.assign(process.env, environment);
  return environment;
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
export function runningEnvironment(): RunningEnvironment {
  const running = findEnvironment(localStack);
  if (!running) {
    throw new GroundworkError(
      "The environment local is not up: run npm run local in another terminal, and leave it open",
    );
  }
  return running;
}

async function deployedOutputs(stack: string, project: string): Promise<Readonly<Record<string, unknown>>> {
  const state = await readStackState(project, stack);
  if (state.kind === "unreadable") {
    throw new GroundworkError(`pulumi could not read stack ${project} of ${stack}: ${state.reason}`);
  }
  if (state.kind === "there" && Object.keys(state.outputs).length > 0) return state.outputs;
  throw new GroundworkError(`Stack ${project} of ${stack} is not deployed: ${deployFirst(project, stack)}`);
}
