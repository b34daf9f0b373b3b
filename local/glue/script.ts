import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import type { Session } from "../session";

interface Script {
  readonly session: Session;
  readonly python: string;
  /** Its path; modules beside it can be imported. */
  readonly script: string;
  readonly args: readonly string[];
  /** Threads of Spark's. */
  readonly cores: number;
  /** What AWS's SDKs need in their environment to call the services. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts a script under Spark, with the environment's services as its AWS. It ends with the session. */
export function spawnScript(script: Script): ChildProcess {
  const { session, python, args } = script;
  const child = session.spawn(python, [script.script, ...args], {
    cwd: session.dir,
    env: environmentOf(script),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close").finally(() => endGroup(child)); // Spark's Java may still be closing.
  closed.catch(() => undefined);
  session.onClose(async () => {
    endGroup(child);
    await closed.catch(() => undefined);
  });
  return child;
}

function environmentOf({ python, script, cores, environment }: Script) {
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
    ...environment,
    AWS_EC2_METADATA_DISABLED: "true",
    SPARK_LOCAL_IP: "127.0.0.1",
    PYTHONPATH: path.dirname(script),
    PYTHONDONTWRITEBYTECODE: "1",
    PYSPARK_PYTHON: python,
    // A task that fails is tried again, as on a cluster.
    PYSPARK_SUBMIT_ARGS: [`--master local[${cores},4]`, ...settings, "pyspark-shell"].join(" "),
  };
}

/** As a machine that loses its power. */
export function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
