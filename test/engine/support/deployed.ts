import { isOnPath } from "../../../scripts/shared/onPath";
import { notRun } from "../../support/notRun";
import { type Program, programs } from "../../../programs/programs";
import { Engine } from "./engine";

/** The environments that stand side by side in one backend. */
export const stacks = ["dev", "prod"] as const;

/** All that dev leaves out. */
export const everything = {
  "networking:nat": "instance",
  "database:bastion": "ssh",
  "database:bastionPublicKey": "ssh-ed25519 AAAA",
  "database:bastionSshCidrs": ["203.0.113.7/32"],
  "database:eventTopicArn": "arn:aws:sns:us-east-1:123456789012:operators",
  "ingest:glue": true,
};

/** Names to mocha's processes the folder of what was deployed once for all of them. */
const folder = "GROUNDWORK_TEST_DEPLOYED";
const opened: Engine[] = [];

/** Mocha calls it once, before it starts the processes that run the files. */
export async function mochaGlobalSetup(): Promise<void> {
  if (isOnPath("pulumi")) process.env[folder] = (await deployAll()).dir;
}

/** Mocha calls it once, when all is over. */
export function mochaGlobalTeardown(): void {
  if (process.env[folder]) Engine.at(process.env[folder]).close();
}

export const mochaHooks = {
  /** At the end of each file, where files run in several processes. */
  afterAll(): void {
    for (const engine of opened.splice(0)) engine.close();
  },
};

/** Every project in each of the environments, deployed: a copy of the test's own, gone after its file. */
export function deployedCopy(): Engine {
  const dir = process.env[folder];
  if (!dir)
    throw new Error("Nothing is deployed: run it by npm run test:engine, a single one with -- -g NAME");
  const engine = Engine.at(dir).copy();
  opened.push(engine);
  return engine;
}

/** Skips a suite where there is no CLI, and says so. */
export function needsPulumi(this: Mocha.Context): void {
  if (!isOnPath("pulumi")) notRun(this, "pulumi: CONTRIBUTING.md says how to have it");
}

/** Runs work on as many at a time as the machine that the tests are made for has cores. */
export async function twoAtATime<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all([worker(), worker()]);
  return results;
}

async function deployAll(): Promise<Engine> {
  const engine = Engine.create();
  // There is no AWS to ask whose the credentials are.
  for (const stack of stacks) engine.configure(stack, { "aws:skipCredentialsValidation": true });
  // One after the other: all five write into the same config file.
  for (const stack of stacks) for (const { project } of programs) await engine.init(project, stack);
  await twoAtATime(stacks, async (stack) => {
    for (const { project } of programs) await engine.up(project, stack);
  });
  return engine;
}

/** API Gateway's role for its logs, one an account and region: no environment takes it away. */
export const retained = [
  "apigateway.Account apigateway",
  "iam.Role apigateway-logs",
  "iam.RolePolicy apigateway-logs",
];

/** Where `destroy` has to begin. */
export const inReverse: readonly Program[] = [...programs].reverse();
