import { statSync } from "node:fs";
import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import type { Environment } from "../../local/environment";
import { type Job, connect, follow, upload } from "../../trials/uploadAndFollow";
import { publishEnvironment } from "../../local/running";
import { writeSample } from "../../trials/sample/sample";
import type { Session } from "../../local/session";
import { actuals, compare, expectations } from "../../trials/verify/verify";
import type { ConfigOverrides } from "../shared/configOption";
import { addresses, untilStopped, withEnvironment } from "../shared/localEnvironment";
import { formatCount, formatDuration, progress, table } from "../shared/terminal";

export interface StartOptions {
  /** The CSV file to load; without one, a sample of `rows` rows is. */
  readonly file?: string;
  readonly rows: number;
  readonly keep: boolean;
  readonly json: boolean;
  readonly config: ConfigOverrides;
}

/**
 * Brings the environment local up, loads a file through the packaged function and checks every row.
 *
 * @throws GroundworkError when a program, the load or the check fails; nothing is left then either
 */
export async function start(
  { file: given, rows, keep, json, config }: StartOptions,
  stop: AbortSignal,
): Promise<void> {
  await withEnvironment({ config, signal: stop }, async (environment, session) => {
    const file = given ?? (await makeSample(session, rows));
    const { job, seconds } = await load(environment, file, stop);
    await check(environment, file);
    summarize(environment, job, seconds, json);
    if (keep) {
      publishEnvironment(session, environment);
      await untilStopped(stop);
    }
  });
}

async function makeSample(session: Session, rows: number): Promise<string> {
  const file = path.join(session.dir, "sample.csv");
  await writeSample(file, rows);
  process.stderr.write(`made a sample of ${formatCount(rows)} rows\n`);
  return file;
}

/** The seconds are those from the end of the upload to the last committed row. */
async function load(
  environment: Environment,
  file: string,
  stop: AbortSignal,
): Promise<{ job: Job; seconds: number }> {
  const client = await connect(environment);
  const key = path.basename(file);
  const { size } = statSync(file);
  const sending = progress("upload", size, "bytes");
  try {
    await upload(environment, file, key, (bytes) => sending.update(bytes), stop);
  } finally {
    sending.stop();
  }
  const start = performance.now();
  const loading = progress("load", size, "bytes");
  try {
    const job = await follow(environment, client, key, ({ byteOffset }) => loading.update(byteOffset), stop);
    return { job, seconds: (performance.now() - start) / 1000 };
  } finally {
    loading.stop();
    await client.end();
  }
}

async function check(environment: Environment, file: string): Promise<void> {
  const client = await connect(environment);
  try {
    const [expected, actual] = await Promise.all([expectations(file), actuals(client)]);
    const differences = compare(expected, actual);
    if (differences.length > 0) {
      throw GroundworkError.all("The rows in PostgreSQL are not those of the file", differences);
    }
  } finally {
    await client.end();
  }
}

function summarize(environment: Environment, job: Job, seconds: number, json: boolean): void {
  const { rowsLoaded: rows, rowsRejected: rejected, hops } = job;
  const rowsPerSecond = Math.round(rows / seconds);
  table(
    [
      ["rows", `${formatCount(rows)}, checked in PostgreSQL: count, sums and checksum are the file's`],
      ["rejected", formatCount(rejected)],
      ["hops", formatCount(hops)],
      ["time", formatDuration(seconds * 1000)],
      ["rate", `${formatCount(rowsPerSecond)} rows/s`],
      ...addresses(environment),
    ],
    json ? process.stderr : process.stdout,
  );
  if (json) {
    const { outputs } = environment;
    process.stdout.write(`${JSON.stringify({ rows, rejected, hops, seconds, rowsPerSecond, outputs })}\n`);
  }
}
