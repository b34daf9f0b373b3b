import { existsSync, statSync } from "node:fs";
import * as path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { GroundworkError } from "../infra/error";
import { type Environment, startEnvironment } from "../local/environment";
import { type Job, connect, follow, upload } from "../local/load";
import { publishEnvironment } from "../local/running";
import { sampleRows, writeSample } from "../local/sample";
import { Session } from "../local/session";
import { actuals, compare, expectations } from "../local/verify";
import { type ConfigOverrides, configOption } from "./configOption";
import { addresses, untilStopped, upLine } from "./environmentView";
import { formatCount, formatDuration, progress, runCommand, table } from "./terminal";

interface Options {
  file?: string;
  rows: number;
  keep: boolean;
  json: boolean;
  config: ConfigOverrides;
}

const command = new Command("npm start --")
  .description(
    "Brings the environment local up from the four programs, loads a CSV file through the packaged function into a real PostgreSQL, and checks the rows there against the file.",
  )
  .option("--file <file>", "the CSV file to load (default: a sample that is made on the spot)")
  .option("--rows <n>", "rows of the sample", parseRows, sampleRows)
  .option("--keep", "stay up afterwards, until Ctrl-C", false)
  .option(
    "--json",
    "end with one JSON object on stdout: rows, rejected, hops, seconds, rowsPerSecond, outputs",
    false,
  )
  .addOption(configOption())
  .parse();

runCommand(async (stop) => {
  const options = command.opts<Options>();
  if (options.file !== undefined) checkFile(options.file);
  const session = new Session();
  try {
    const { config } = options;
    const environment = await startEnvironment(session, {
      stack: "local",
      config,
      onUp: upLine,
      signal: stop,
    });
    const file = options.file ?? (await makeSample(session, options.rows));
    const { job, seconds } = await load(environment, file, stop);
    await check(environment, file);
    summarize(environment, job, seconds, options.json);
    if (options.keep) {
      publishEnvironment(session, environment);
      await untilStopped(stop);
    }
  } finally {
    await session.close();
  }
});

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

function checkFile(file: string): void {
  if (!existsSync(file)) throw new GroundworkError(`There is no file ${file}: name a CSV file with --file`);
  if (!statSync(file).isFile())
    throw new GroundworkError(`${file} is not a file: name a CSV file with --file`);
}

function parseRows(text: string): number {
  const rows = Number(text);
  if (!/^\d+$/.test(text) || rows < 1 || !Number.isSafeInteger(rows)) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return rows;
}
