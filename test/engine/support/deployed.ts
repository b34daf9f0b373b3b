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

let deployed: Promise<Engine> | undefined;
const opened: Engine[] = [];

/** Every project in each of the environments, deployed once for all tests. What changes something takes a `copy`. */
export function deployedOnce(): Promise<Engine> {
  deployed ??= deployAll();
  return deployed;
}

/** A copy of what is deployed, gone after the tests. */
export async function deployedCopy(): Promise<Engine> {
  const engine = (await deployedOnce()).copy();
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
  opened.push(engine);
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

after(() => {
  for (const engine of opened) engine.close();
});
