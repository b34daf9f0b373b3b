import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { type Credentials, Session } from "../../local/session";
import type { FunctionSpec } from "../../local/lambda/spec";

/** What every SDK client here is made with. */
export function clientConfig(endpoint: string, { credentials }: { readonly credentials: Credentials }) {
  return {
    endpoint,
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
    // The SDK advises against streams of unknown length, which are what some tests are about.
    logger: silent,
  };
}

// Object.fromEntries forgets the names.
const silent = Object.fromEntries(
  ["trace", "debug", "info", "warn", "error"].map((level) => [level, () => undefined]),
) as unknown as NonNullable<S3ClientConfig["logger"]>;

/** A session for one `describe`, closed after it. */
export function useSession(): () => Session {
  let session: Session | undefined;
  before(() => {
    session = new Session();
  });
  after(() => session?.close());
  return () => {
    if (!session) throw new Error("The session lives while tests run");
    return session;
  };
}

/** A function whose archive is one file, `index.js` with the given source. */
export function functionSpec(name: string, source: string, more: Partial<FunctionSpec> = {}): FunctionSpec {
  return {
    name,
    arn: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
    handler: "index.handler",
    memorySize: 256,
    timeout: 10,
    environment: {},
    files: new Map([["index.js", Buffer.from(source)]]),
    ...more,
  };
}

/** Whether a process does anything: one that has ended may wait long for somebody to take note. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z ");
  } catch {
    return false;
  }
}

/** Waits until a process has ended; false if it has not within seconds. */
export async function ends(pid: number): Promise<boolean> {
  for (let waited = 0; isRunning(pid) && waited < 200; waited++) await delay(25);
  return !isRunning(pid);
}
