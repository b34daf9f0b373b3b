import { AwsError } from "../../local/http";
import type { InvocationEnd } from "../../local/lambda/service";
import type { S3Request } from "../../local/s3/server";
import { spellNames } from "./spells";
import type { ChaosTarget } from "./target";

/** How often each fault struck. */
export type Faults = Record<FaultName, number>;

type FaultName = (typeof faultNames)[number];

const faultNames = [
  "kill -9",
  "timeout",
  "S3 cut",
  "S3 500",
  "S3 slow-down",
  "Invoke throttled",
  "hand-over lost",
  "started twice",
  "old event",
  "PostgreSQL restart",
  "PostgreSQL crash",
  "connections ended",
  "object replaced",
  ...spellNames,
] as const;

export const noFaults = (): Faults => Object.fromEntries(faultNames.map((name) => [name, 0])) as Faults;

/** The faults of many trials together. */
export function sumOf(trials: readonly { readonly faults: Faults }[]): Faults {
  const sum = noFaults();
  for (const { faults } of trials) for (const name of faultNames) sum[name] += faults[name];
  return sum;
}

/** Faults of S3 and Lambda; answers with what ends them. */
export function breakServices(
  { environment, lambda, functionName: ingest }: ChaosTarget,
  contentLength: number,
  draw: () => number,
  faults: Faults,
): () => void {
  const { s3 } = environment.services;
  s3.fault = ({ method, key }: S3Request) => {
    if (method !== "GET" || key === "") return undefined;
    const drawn = draw();
    // A reader that goes on behind a checkpoint may have its bytes before.
    if (drawn < 0.1)
      return { cutAfterBytes: Math.floor(draw() * contentLength), onCut: () => faults["S3 cut"]++ };
    if (drawn < 0.16) return strike(faults, "S3 500", "500");
    if (drawn < 0.2) return strike(faults, "S3 slow-down", "slow-down");
    return undefined;
  };
  lambda.fault = ({ functionName, payload }) => {
    if (functionName !== ingest) return undefined;
    const drawn = draw();
    // S3 goes on until its own is taken.
    if (drawn < 0.2 && payload.startsWith('{"Records":')) return undefined;
    if (drawn < 0.1) {
      faults["Invoke throttled"]++;
      throw new AwsError("TooManyRequestsException", 429, "Rate Exceeded.");
    }
    if (drawn < 0.2) return strike(faults, "hand-over lost", "lost");
    if (drawn < 0.3) return strike(faults, "started twice", "twice");
    return undefined;
  };
  // Only what struck in the middle of an invocation is counted.
  const count = ({ outcome }: InvocationEnd): void => {
    if (outcome.ok) return;
    if (outcome.error.errorMessage.includes("timed out")) faults.timeout++;
    if (outcome.error.errorMessage.includes("SIGKILL")) faults["kill -9"]++;
  };
  lambda.events.on("end", count);
  return () => {
    s3.fault = undefined;
    lambda.fault = undefined;
    lambda.events.off("end", count);
  };
}

function strike<T>(faults: Faults, name: FaultName, fault: T): T {
  faults[name]++;
  return fault;
}
