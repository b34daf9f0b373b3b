import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { GroundworkError } from "../infra/error";
import { records, sharedDefinition } from "../functions/ingest/columns";
import type { Environment } from "./environment";
import { root } from "./programs";
import type { Session } from "./session";

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
}

export interface GlueRunOptions {
  readonly session: Session;
  /** Of a virtual environment: see `sparkPython`. */
  readonly python: string;
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

/** Starts the job on a file of the environment's bucket, as the script stands in functions/glue. */
export function startGlueJob(environment: Environment, options: GlueRunOptions): GlueRun {
  const { session, python, keys, cores = 2, args = {}, signal } = options;
  const { database, ingest } = environment.outputs;
  const definition = path.join(session.dir, "table.json");
  writeFileSync(definition, JSON.stringify(sharedDefinition(records)));
  const named = {
    bucket: String(ingest?.bucketName),
    table: definition,
    database_host: String(database?.endpoint),
    database_port: String(database?.port),
    database_name: String(database?.databaseName),
    database_secret_arn: String(database?.ingestSecretArn),
    database_ca: environment.database.server.caFile,
    ...args,
  };
  const script = path.join(root, "functions/glue");
  const child = session.spawn(
    python,
    [
      path.join(script, "job.py"),
      ...keys.flatMap((key) => ["--key", key]),
      ...Object.entries(named).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    {
      cwd: session.dir,
      env: environmentOf(environment, python, script, cores),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const kill = (): void => endGroup(child);
  signal?.addEventListener("abort", kill);
  const outcomes = outcomesOf(child, keys).finally(() => {
    signal?.removeEventListener("abort", kill);
    kill(); // Spark's Java may still be closing.
  });
  session.onClose(async () => {
    kill();
    await outcomes.catch(() => undefined);
  });
  return { outcomes, pid: child.pid ?? 0, kill };
}

function environmentOf({ services, region }: Environment, python: string, script: string, cores: number) {
  const conf = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "512m",
    "spark.ui.showConsoleProgress": "false",
  };
  const settings = Object.entries(conf).flatMap(([name, value]) => ["--conf", `${name}=${value}`]);
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    ...(process.env.JAVA_HOME !== undefined && { JAVA_HOME: process.env.JAVA_HOME }),
    ...services.endpoints(),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_EC2_METADATA_DISABLED: "true",
    SPARK_LOCAL_IP: "127.0.0.1",
    PYTHONPATH: script,
    PYTHONDONTWRITEBYTECODE: "1",
    PYSPARK_PYTHON: python,
    // A task that fails is tried again, as on a cluster.
    PYSPARK_SUBMIT_ARGS: [`--master local[${cores},4]`, ...settings, "pyspark-shell"].join(" "),
  };
}

/** The lines of JSON that the job writes; a failure of the file is told by its `status`. */
async function outcomesOf(child: ChildProcess, keys: readonly string[]): Promise<GlueOutcome[]> {
  let out = "";
  let log = "";
  child.stdout?.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr?.on("data", (text: Buffer) => (log += text.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  const lines = out.split("\n").filter((line) => line.startsWith("{"));
  if (lines.length === keys.length) return lines.map((line) => JSON.parse(line) as GlueOutcome);
  throw new GroundworkError(
    `The Glue job on ${keys.join(", ")} ended with ${code ?? "a signal"}. The end of its log:\n${log.slice(-3000)}`,
  );
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
