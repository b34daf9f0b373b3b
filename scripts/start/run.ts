import { statSync } from "node:fs";
import * as path from "node:path";
import { tableOfKey } from "../../functions/ingest/chooseTable";
import type { Table } from "../../functions/ingest/table";
import { GroundworkError } from "../../infra/error";
import { readTables, tableNamed } from "../../infra/tables";
import type { Environment } from "../../local/environment";
import { type Job, connect, follow, upload } from "../../trials/uploadAndFollow";
import { publishEnvironment } from "../../local/runningEnvironment";
import { writeSample } from "../../trials/sample/sample";
import type { Session } from "../../local/session";
import { differences, expectations } from "../../trials/verify/verify";
import type { ConfigOverrides } from "../shared/configOption";
import { keyOfFile } from "../shared/keyOfFile";
import { addresses, withEnvironment } from "../shared/localEnvironment";
import { enterAws } from "../shared/stackOutputs";
import { quoted } from "../shared/printable";
import { formatCount, formatDuration, progress, table } from "../shared/terminal";
import { untilStopped } from "../shared/untilStopped";

export interface StartOptions {
  /** The CSV file to load; without one, a sample of `rows` rows is. */
  readonly file?: string;
  /** The name of the table that it is for, where its own name doesn't say. */
  readonly table?: string;
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
  { file: given, table: name, rows, keep, json, config }: StartOptions,
  stop: AbortSignal,
): Promise<void> {
  const tables = readTables();
  const target = given === undefined ? undefined : targetOf(tables, path.basename(given), name);
  await withEnvironment({ config, stays: keep, signal: stop }, async (environment, session) => {
    const file = given ?? (await makeSample(session, rows));
    const { key, table: to } = target ?? targetOf(tables, path.basename(file), "records");
    const { job, seconds } = await load(environment, file, key, stop);
    await check(environment, file, to, job);
    const asked = [given && `--file ${quoted(given)}`, name && `--table ${quoted(name)}`].filter(Boolean);
    summarize({ environment, file, asked: asked.join(" "), job, seconds, json, keep, table: to });
    if (keep) {
      publishEnvironment(session, environment);
      const { startConsole } = await import("../console/server");
      enterAws(environment.stack);
      const out = json ? process.stderr : process.stdout;
      table([["Console", await startConsole(session, environment.stack)], ...addresses(environment)], out);
      await untilStopped(stop);
    }
  });
}

/**
 * The table that a file goes to, and its key in the bucket: the file's name, behind the table's prefix where it needs it.
 * Without a name it is the table that is called as the file is, or the one that takes files of that name.
 *
 * @throws GroundworkError when no table takes it
 */
function targetOf(tables: readonly Table[], file: string, name?: string): { key: string; table: Table } {
  if (name === undefined) {
    const key = keyOfFile(tables, file);
    const table = tableOfKey(tables, key);
    if (table) return { key, table };
    const known = tables.map((each) => each.name).join(", ");
    throw new GroundworkError(`No table takes files named ${file}: say which with --table, one of ${known}`);
  }
  const table = tableNamed(tables, name);
  const { prefix, pattern } = table.files;
  const key = [file, prefix + file].find((each) => tableOfKey(tables, each) === table);
  if (key !== undefined) return { key, table };
  throw new GroundworkError(`${name} takes files named ${prefix}${pattern}, and not ${file}: rename it`);
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
  key: string,
  stop: AbortSignal,
): Promise<{ job: Job; seconds: number }> {
  const client = await connect(environment);
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

async function check(environment: Environment, file: string, to: Table, job: Job): Promise<void> {
  const client = await connect(environment);
  try {
    process.stderr.write(`checking every row of ${path.basename(file)} in ${to.name}\n`);
    const found = await differences(client, await expectations(client, file, to), job.id);
    if (found.length > 0) {
      throw GroundworkError.all(`The rows in ${to.name} are not those of the file`, found);
    }
  } finally {
    await client.end();
  }
}

interface Summary {
  readonly environment: Environment;
  readonly file: string;
  /** Which file was asked for, as it was; "" for the sample. */
  readonly asked: string;
  readonly job: Job;
  readonly seconds: number;
  readonly json: boolean;
  readonly keep: boolean;
  readonly table: Table;
}

function summarize({ environment, file, asked, job, seconds, json, keep, table: to }: Summary): void {
  const { rowsLoaded: rows, rowsRejected: rejected, hops } = job;
  const rowsPerSecond = Math.round(rows / seconds);
  const out = json ? process.stderr : process.stdout;
  const shows = rejected > 0 ? `: npm run table -- check ${quoted(file)} --table ${to.name} shows them` : "";
  const trusted = to.transform ? " (its transform trusted)" : "";
  const checked = "each checked: PostgreSQL reads the same from what csv-parse finds in the file";
  table(
    [
      ["rows", `${formatCount(rows)} in ${to.name}, ${checked}${trusted}`],
      ["rejected", `${formatCount(rejected)}${shows}`],
      ["hops", formatCount(hops)],
      ["time", formatDuration(seconds * 1000)],
      ["rate", `${formatCount(rowsPerSecond)} rows/s`],
    ],
    out,
  );
  if (!keep) {
    out.write("\nAll of it is gone again. What next:\n");
    table(nextSteps(asked, to.name), out);
  }
  if (json) {
    const { outputs } = environment;
    process.stdout.write(`${JSON.stringify({ rows, rejected, hops, seconds, rowsPerSecond, outputs })}\n`);
  }
}

function nextSteps(asked: string, to: string): (readonly [string, string])[] {
  return [
    [
      ["npm start --", asked, "--keep"].filter(Boolean).join(" "),
      "the same, and it stays up until Ctrl-C, with its addresses",
    ],
    [`npm run psql -- --stack local -c "SELECT * FROM ${to} LIMIT 9"`, "in another terminal then: its rows"],
    asked === ""
      ? ["npm run table -- new my.csv", "a table for a file of your own"]
      : ["npm run deploy", "brings the table to AWS"],
  ];
}
