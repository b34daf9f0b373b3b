import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";
import type { DatabaseAccess } from "./open";

/** Whether psql is on PATH. */
export function hasPsql(): boolean {
  return spawnSync("psql", ["--version"]).error === undefined;
}

/**
 * Runs psql in this terminal, to its end; answers with its exit code. Meanwhile Ctrl-C is psql's own, which cancels a
 * query by it; a stop ends psql.
 */
export async function runPsql(
  { host, address, port, database, user, caFile }: DatabaseAccess,
  passFile: string,
  command: string | undefined,
  stop: AbortSignal,
): Promise<number> {
  const env = {
    ...process.env,
    PGHOST: host,
    PGHOSTADDR: address,
    PGPORT: String(port),
    PGDATABASE: database,
    PGUSER: user,
    PGPASSFILE: passFile,
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: caFile,
    PGCONNECT_TIMEOUT: "15",
  };
  const args = command === undefined ? [] : ["--set", "ON_ERROR_STOP=1", "--command", command];
  stop.throwIfAborted();
  const ours = process.listeners("SIGINT");
  const leaveToPsql = (): void => undefined;
  process.removeAllListeners("SIGINT").on("SIGINT", leaveToPsql);
  const psql = spawn("psql", args, { env: { ...env, PGPASSWORD: undefined }, stdio: "inherit" });
  const end = (): void => void psql.kill();
  stop.addEventListener("abort", end);
  try {
    return await new Promise((resolve, reject) => {
      psql.once("error", reject);
      psql.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
    });
  } finally {
    stop.removeEventListener("abort", end);
    process.off("SIGINT", leaveToPsql);
    for (const listener of ours) process.on("SIGINT", listener);
  }
}
