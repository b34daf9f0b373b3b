import { createReadStream } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { ingestLogins } from "../../functions/shared/logins";
import type { Environment } from "../../local/environment";
import type { InvocationEnd } from "../../local/lambda/service";
import records from "../../tables/records";
import { writeSample } from "../sample/sample";
import { withS3 } from "../s3Client";
import { connect } from "../uploadAndFollow";
import { differences, expectations, times } from "../verify/verify";

interface BurstOptions {
  /** How many come at once. */
  readonly files: number;
  /** Of each. */
  readonly rows: number;
  readonly stop: AbortSignal;
}

/** How a burst went. */
interface Burst {
  /** From the first upload to the end of the last function. */
  readonly seconds: number;
  /** Functions that ended, those that only waited and handed over among them. */
  readonly invocations: number;
  /** The most connections that the role of the loads had at one moment. */
  readonly mostConnections: number;
  /** How often a person signed in meanwhile, and asked how the jobs stand. */
  readonly signIns: number;
  readonly asked: number;
  /** What isn't as it should be, in words. */
  readonly problems: readonly string[];
}

/** Uploads many files at once, and holds what comes of it against them; a person signs in over and over meanwhile. */
export async function burst(
  environment: Environment,
  dir: string,
  { files, rows, stop }: BurstOptions,
): Promise<Burst> {
  const { services, outputs } = environment;
  const { file } = await writeSample(path.join(dir, "burst.csv"), rows, { rejects: 2 });
  const client = await connect(environment);
  const problems: string[] = [];
  const running = new AbortController();
  let invocations = 0;
  const count = ({ functionName, outcome }: InvocationEnd): void => {
    if (functionName !== outputs.ingest.functionName) return;
    invocations++;
    if (!outcome.ok) problems.push(`a function failed: ${outcome.error.errorMessage}`);
  };
  services.lambda.events.on("end", count);
  try {
    const expected = times(await expectations(client, file, records), files);
    const people = signInUntil(running.signal, environment, problems);
    const asking = askUntil(running.signal, environment, problems);
    const started = performance.now();
    await upload(environment, file, files, stop);
    await services.lambda.idle();
    const seconds = (performance.now() - started) / 1000;
    running.abort();
    const [{ signIns, mostConnections }, asked] = await Promise.all([people, asking]);
    const { rows: states } = await client.query<{ state: string }>(
      "SELECT format('%s jobs are %s', count(*), status) AS state FROM ingest_jobs GROUP BY status",
    );
    const wanted = `${files} jobs are done`;
    for (const { state } of states) if (state !== wanted) problems.push(`${state}, and not ${files} done`);
    const letters = services.queues.peek(outputs.ingest.deadLetterQueueUrl.split("/").at(-1) ?? "");
    if (letters.length > 0) problems.push(`${letters.length} dead letters, as ${letters[0]}`);
    problems.push(...(await differences(client, expected)));
    return { seconds, invocations, mostConnections, signIns, asked, problems };
  } finally {
    running.abort();
    services.lambda.events.off("end", count);
    await client.end();
  }
}

async function upload(
  environment: Environment,
  file: string,
  files: number,
  stop: AbortSignal,
): Promise<void> {
  const Bucket = environment.outputs.ingest.bucketName;
  await withS3(environment, async (client) => {
    for (let i = 1; i <= files; i++) {
      stop.throwIfAborted();
      const Key = `burst-${i}.csv`;
      await client.send(new PutObjectCommand({ Bucket, Key, Body: createReadStream(file) }));
    }
  });
}

/** As psql does, by the master user. */
async function signInUntil(
  signal: AbortSignal,
  environment: Environment,
  problems: string[],
): Promise<{ signIns: number; mostConnections: number }> {
  let signIns = 0;
  let mostConnections = 0;
  while (!signal.aborted) {
    try {
      const client = await connect(environment);
      const { rows } = await client.query<{ loads: number }>(
        "SELECT count(*)::int AS loads FROM pg_stat_activity WHERE usename = ANY ($1)",
        [ingestLogins],
      );
      mostConnections = Math.max(mostConnections, rows[0]?.loads ?? 0);
      await client.end();
      signIns++;
    } catch (error) {
      problems.push(`a person did not get in: ${(error as Error).message}`);
    }
    await sleep(200, undefined, { signal }).catch(() => undefined);
  }
  return { signIns, mostConnections };
}

/** Asks the function that knows the jobs, as `npm run load -- --list` does. */
async function askUntil(
  signal: AbortSignal,
  { services: { lambda }, outputs: { ingest } }: Environment,
  problems: string[],
): Promise<number> {
  for (let asked = 0; ; asked++) {
    if (signal.aborted) return asked;
    const event = { action: "list", bucket: ingest.bucketName, limit: 1 };
    const { functionError, payload } = await lambda.invoke(ingest.jobsFunctionName, event);
    if (functionError) problems.push(`the jobs function failed: ${payload}`);
    await sleep(1000, undefined, { signal }).catch(() => undefined);
  }
}
