import { readdirSync, statSync } from "node:fs";
import * as path from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { isNoFile, tableOfKey } from "../../functions/ingest/chooseTable";
import { GroundworkError } from "../../infra/error";
import { readTables } from "../../infra/tables";
import { keyOfFile } from "../shared/keyOfFile";
import { printable } from "../shared/printable";
import { formatCount, formatDuration, progress, table } from "../shared/terminal";
import { type DeadLetters, reasonFor } from "./deadLetters";
import type { JobsClient } from "./jobsClient";
import { type FileToLoad, type ManyResult, loadMany } from "./many";
import { etagOf, upload } from "./upload";
import { rate } from "./view";

interface Environment {
  readonly jobs: JobsClient;
  readonly bucket: string;
  readonly letters: DeadLetters;
  readonly functionName: string;
}

interface SeveralOptions {
  readonly stack: string;
  readonly prefix?: string;
  readonly atOnce: number;
  readonly json: boolean;
  readonly patience: number;
}

/** Uploads files, and what lies in folders, and follows them all. */
export async function loadFiles(
  environment: Environment,
  paths: readonly string[],
  options: SeveralOptions,
  stop: AbortSignal,
): Promise<void> {
  const found = paths.flatMap((each) => filesOf(each, options.prefix));
  if (found.length === 0) throw new GroundworkError(`There is no file in ${paths.join(", ")}`);
  refuseStrays(found.map(({ key }) => key));
  const keys = new Set<string>();
  const twice = found.find(({ key }) => keys.size === keys.add(key).size);
  if (twice)
    throw new GroundworkError(
      `Two files would have the key ${twice.key}: load them one by one, with --prefix`,
    );
  const { bucket } = environment;
  const reading = progress("look", found.length, "files");
  const files: FileToLoad[] = [];
  for (const { file, key, size } of found) {
    stop.throwIfAborted();
    const begin = () => upload({ bucket, key, file, size }, () => undefined, stop);
    files.push({ key, size, etag: await etagOf(file, size), begin });
    reading.update(files.length);
  }
  reading.stop();
  await loadAndReport(environment, files, options, stop);
}

/** Has the function load what is in the bucket under a prefix. */
export async function loadExisting(
  environment: Environment,
  prefix: string,
  options: SeveralOptions,
  stop: AbortSignal,
): Promise<void> {
  const { bucket, functionName } = environment;
  const [s3, lambda] = [new S3Client({}), new LambdaClient({})];
  try {
    const isLoadable = loadable();
    const files: FileToLoad[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: s3 },
      { Bucket: bucket, Prefix: prefix },
    )) {
      stop.throwIfAborted();
      for (const { Key: key = "", ETag = "", Size: size = 0 } of Contents) {
        if (!isLoadable(key)) continue;
        const etag = ETag.replaceAll('"', "");
        const Payload = JSON.stringify({ bucket, key, etag });
        const begin = () =>
          lambda.send(new InvokeCommand({ FunctionName: functionName, InvocationType: "Event", Payload }));
        files.push({ key, size, etag, begin });
      }
    }
    if (files.length === 0)
      throw new GroundworkError(`There is no file of a table in the bucket ${bucket} under ${prefix}`);
    await loadAndReport(environment, files, options, stop);
  } finally {
    s3.destroy();
    lambda.destroy();
  }
}

async function loadAndReport(
  { jobs, bucket, letters }: Environment,
  files: readonly FileToLoad[],
  { atOnce, patience, json, stack }: SeveralOptions,
  stop: AbortSignal,
): Promise<void> {
  const started = Date.now();
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const bar = progress(`load ${formatCount(files.length)} files`, bytes, "bytes");
  const givenUp = async () => {
    const found = await letters.read();
    return (file: FileToLoad) => reasonFor(file, found, started);
  };
  let result: ManyResult;
  try {
    result = await loadMany(files, { stack, jobs, bucket, atOnce, patience, givenUp, progress: bar, stop });
  } finally {
    bar.stop();
  }
  const seconds = (Date.now() - started) / 1000;
  report(result, seconds, stack, json);
}

function report(result: ManyResult, seconds: number, stack: string, json: boolean): void {
  const { done, before, rows, rejected, failed } = result;
  for (const { key, reason } of failed) process.stderr.write(`${printable(`${key}: ${reason}`)}\n`);
  table(
    [
      ["loaded", `${formatCount(done)} files`],
      ["before", `${formatCount(before)} files were loaded already`],
      ["failed", `${formatCount(failed.length)} files`],
      ["rows", formatCount(rows)],
      ["rejected", formatCount(rejected)],
      ["time", formatDuration(seconds * 1000)],
      ["rate", `${rate({ rows, seconds })} rows/s`],
    ],
    json ? process.stderr : process.stdout,
  );
  if (json) process.stdout.write(`${JSON.stringify({ ...result, seconds })}\n`);
  if (failed.length > 0) {
    throw new GroundworkError(
      `Not loaded: ${formatCount(failed.length)} of ${formatCount(done + before + failed.length)} files. Mend them and load them again, or mend the cause, and go on with npm run load -- KEY --resume --stack ${stack}`,
    );
  }
  if (rejected > 0) process.exitCode = 2;
}

/** The files of a folder, each with its key; of a file itself. Hidden files and markers are no data. */
function filesOf(file: string, prefix: string | undefined): { file: string; key: string; size: number }[] {
  const stats = statSync(file);
  if (!stats.isDirectory()) {
    return [{ file, key: keyOfFile(readTables(), file, prefix), size: stats.size }];
  }
  const top = prefix ?? `${path.basename(path.resolve(file))}/`;
  return readdirSync(file, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .map((each) => ({ each, relative: path.relative(file, each).split(path.sep).join("/") }))
    .filter(({ relative }) => !relative.split("/").some((part) => part.startsWith(".")))
    .map(({ each, relative }) => ({ file: each, key: `${top}${relative}`, size: statSync(each).size }))
    .filter(({ key }) => !isNoFile(key))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** Tells the keys that a table takes. */
function loadable(): (key: string) => boolean {
  const tables = readTables();
  return (key) => !isNoFile(key) && tableOfKey(tables, key) !== undefined;
}

/** The function passes over a key that no table takes: nobody should wait for it. */
function refuseStrays(keys: readonly string[]): void {
  const isLoadable = loadable();
  const strays = keys.filter((key) => !isLoadable(key));
  if (strays.length === 0) return;
  const prefixes = readTables().map(({ name, files }) => `${name}: "${files.prefix}${files.pattern}"`);
  throw new GroundworkError(
    `No table takes ${strays.length} of ${keys.length} keys, ${strays[0]} among them: choose where they go with --prefix (${prefixes.join(", ")})`,
  );
}
