import { Session } from "../../../local/session";
import type { FunctionSpec } from "../../../local/aws/lambda/spec";

/** What every SDK client here is made with; the credentials are as good as any. */
export function clientConfig(endpoint: string) {
  return {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  };
}

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

/** What `action` fails with, for assertions on its `name` and `message`. */
export async function failureOf(action: Promise<unknown>): Promise<Error> {
  const outcome = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error("It was expected to fail and did not");
}
