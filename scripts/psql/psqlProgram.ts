import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";
import type { DatabaseAccess } from "./open";

/** Whether psql is on PATH. */
export function hasPsql(): boolean {
  return spawnSync("psql", ["--version"]).error === undefined;
}

/** Runs psql in this terminal, to its end; answers with its exit code. */
export async function runPsql(
  { host, address, port, database, user, caFile }: DatabaseAccess,
  passFile: string,
  command: string | undefined,
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
  const psql = spawn("psql", args, { env: { ...env, PGPASSWORD: undefined }, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    psql.once("error", reject);
    psql.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
}
