import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import type { Environment } from "../../local/environment";
import { readerScript } from "../../infra/ingest/glueReader";
import { readTables } from "../../infra/tables";
import { root } from "../../programs/programs";
import { endGroup, spawnScript } from "../../local/glue/script";
import type { Session } from "../../local/session";

/** What a run of the Glue job says at its end. */
export interface GlueOutcome {
  readonly status: "done" | "skipped" | "failed";
  readonly rows: number;
  readonly rejected: number;
  readonly offset: number;
  readonly reason?: string;
  /** Until Spark's session and its Python workers are there, seconds. */
  readonly startSeconds: number;
  /** From then to the commit. */
  readonly workSeconds: number;
  /** Of them, until all parts were in staging tables. */
  readonly stageSeconds?: number;
  /** And from there to the commit. */
  readonly publishSeconds?: number;
  /** From the start of the process to this outcome. */
  readonly endSeconds: number;
}

export interface GlueRunOptions {
  readonly session: Session;
  /** Of a virtual environment: see `sparkPython`. */
  readonly python: string;
  /** The file with the reader's script: see `writeReader`. */
  readonly reader: string;
  /** Of the files to load, one after the other. */
  readonly keys: readonly string[];
  /** Threads of Spark's; 2 unless told. */
  readonly cores?: number;
  /** Arguments of the job's beside those that name the file and the database. */
  readonly args?: Readonly<Record<string, string | number>>;
  readonly signal?: AbortSignal;
}

/** One run of the job's script under Spark on this machine. */
export interface GlueRun {
  /** One a file. */
  readonly outcomes: Promise<GlueOutcome[]>;
  /** What the process has been called for, until it ends. */
  readonly pid: number;
  /** As a machine that loses its power. */
  readonly kill: () => void;
}

/** Makes the reader of files of these tables, of all unless told; answers with the file that holds it. */
export async function writeReader(
  session: Session,
  tables = readTables(),
  name = "reader.js",
): Promise<string> {
  const file = path.join(session.dir, name);
  await writeFile(file, await readerScript(tables));
  return file;
}

/** Starts the job on a file of the environment's bucket, as the script stands in functions/glue. */
export function startGlueJob(environment: Environment, options: GlueRunOptions): GlueRun {
  const { session, python, reader, keys, cores = 2, args = {}, signal } = options;
  const { database, ingest } = environment.outputs;
  const named = {
    bucket: ingest.bucketName,
    reader,
    database_host: database.endpoint,
    database_port: String(database.port),
    database_name: database.databaseName,
    database_secret_arn: database.ingestSecretArn,
    database_ca: environment.database.server.caFile,
    ...args,
  };
  const child = spawnScript({
    session,
    python,
    script: path.join(root, "functions/glue/job.py"),
    args: [
      ...keys.flatMap((key) => ["--key", key]),
      ...Object.entries(named).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    cores,
    environment: environment.services.environment(),
  });
  const kill = (): void => endGroup(child);
  signal?.addEventListener("abort", kill);
  const outcomes = outcomesOf(child, keys).finally(() => signal?.removeEventListener("abort", kill));
  return { outcomes, pid: child.pid ?? 0, kill };
}

/** The lines of JSON that the job writes; a failure of the file is told by its `status`. */
async function outcomesOf(child: ChildProcess, keys: readonly string[]): Promise<GlueOutcome[]> {
  const began = performance.now();
  const outcomes: GlueOutcome[] = [];
  let out = "";
  let log = "";
  child.stdout?.on("data", (text: Buffer) => {
    const lines = (out + text.toString()).split("\n");
    out = lines.pop() ?? "";
    const endSeconds = (performance.now() - began) / 1000;
    for (const line of lines.filter((each) => each.startsWith("{"))) {
      outcomes.push({ ...(JSON.parse(line) as Omit<GlueOutcome, "endSeconds">), endSeconds });
    }
  });
  child.stderr?.on("data", (text: Buffer) => (log += text.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (outcomes.length === keys.length) return outcomes;
  throw new GroundworkError(
    `The Glue job on ${keys.join(", ")} ended with ${code ?? "a signal"}. The end of its log:\n${log.slice(-3000)}`,
  );
}
