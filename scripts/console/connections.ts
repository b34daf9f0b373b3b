import type { Change } from "../../local/watch/watch";
import { localStack, type stackOutputs } from "../shared/stackOutputs";
import type { DeadLetter } from "../load/deadLetters";
import type { Tokens } from "../cognito/tokens";
import type { Known } from "./map/places";

/**
 * The ways to an environment, each opened when it is first asked for: its stacks' outputs, and clients of AWS's APIs
 * with the credentials of whoever started the console. What fails is tried anew the next time.
 */
export class Connections {
  /** Who signed in on the users' page, by user name: in memory, for as long as the console runs. */
  readonly signedIn = new Map<string, Tokens>();
  private readonly closing = new AbortController();
  /** Aborts when the console ends. */
  readonly closed = this.closing.signal;
  private readonly closers: (() => void)[] = [];

  constructor(
    readonly stack: string,
    /** A folder for what passes through. */
    readonly dir: string,
    private readonly readOutputs: typeof stackOutputs,
    /** Of the programs, where they are watched: the newest first. */
    readonly changes?: readonly Change[],
  ) {}

  private readonly ingest = this.outputs(() => this.readOutputs(this.stack, "ingest"));
  private readonly auth = this.outputs(() => this.readOutputs(this.stack, "auth"));
  private readonly database = this.outputs(() => this.readOutputs(this.stack, "database"));

  async bucket(): Promise<string> {
    return (await this.ingest())("bucketName");
  }

  async apiUrl(): Promise<string> {
    return (await this.auth())("apiUrl");
  }

  /** Those that are deployed, as `GET /records`. */
  async routes(): Promise<readonly string[]> {
    return (await this.auth())("routes");
  }

  async tunnelCommand(): Promise<string> {
    return (await this.database())("tunnelCommand");
  }

  /** What the map shows of the environment itself; the account stands in a queue's URL. */
  readonly known = kept(async (): Promise<Known> => {
    const [database, auth, ingest] = await Promise.all([this.database(), this.auth(), this.ingest()]);
    const deadLetterQueueUrl = ingest("deadLetterQueueUrl");
    return {
      region: process.env.AWS_REGION ?? "",
      account: deadLetterQueueUrl.split("/").at(-2) ?? "",
      outputs: {
        endpoint: `${database("endpoint")}:${database("port")}`,
        bastionInstanceId: database("bastionInstanceId"),
        bucketName: ingest("bucketName"),
        deadLetterQueueUrl,
        userPoolId: auth("userPoolId"),
        apiUrl: auth("apiUrl"),
      },
    };
  });

  readonly jobs = kept(async () => {
    const { JobsClient } = await import("../load/jobsClient");
    const jobs = new JobsClient((await this.ingest())("jobsFunctionName"), this.stack);
    this.closers.push(() => jobs.close());
    return jobs;
  });

  /** When the one before has read, and what it read is shown again. */
  private lettersBack: Promise<unknown> = Promise.resolve();

  /** All dead letters, for one reader after the other: two tabs, or a look behind the one that tried a letter again. */
  readLetters(): Promise<DeadLetter[]> {
    const found = this.lettersBack.then(async () => (await this.letters()).read());
    this.lettersBack = found.catch(() => undefined);
    return found;
  }

  readonly letters = kept(async () => {
    const { DeadLetters } = await import("../load/deadLetters");
    const letters = new DeadLetters((await this.ingest())("deadLetterQueueUrl"));
    this.closers.push(() => letters.close());
    return letters;
  });

  readonly lambda = kept(async () => {
    const { LambdaClient } = await import("@aws-sdk/client-lambda");
    const client = new LambdaClient({});
    this.closers.push(() => client.destroy());
    return client;
  });

  readonly logGroups = this.outputs(async () =>
    (await import("../logs/logGroups")).findLogGroups(this.stack, this.readOutputs),
  );

  readonly logs = kept(async () => {
    const logs = await (await import("../logs/logGroups")).openLogs();
    this.closers.push(() => logs.close());
    return logs;
  });

  /** The user pool as the cognito command knows it, with one client for all calls. */
  readonly users = kept(async () => {
    const { Target } = await import("../cognito/target");
    const options = { stack: this.stack, stackNamed: true, env: ".env" };
    const target = new Target(
      options,
      () => this.auth(),
      () => process.env,
    );
    this.closers.push(() => void target.close());
    return { target, pool: { client: await target.connect(), UserPoolId: await target.userPoolId() } };
  });

  /** What outputs say: here as they are now, since what is saved may change them; elsewhere the CLI takes seconds to read them. */
  private outputs<T>(read: () => Promise<T>): () => Promise<T> {
    return this.stack === localStack ? read : kept(read);
  }

  close(): void {
    this.closing.abort();
    for (const close of this.closers.splice(0)) close();
  }
}

/** Makes it once; not again unless that failed. */
function kept<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    (made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
}
