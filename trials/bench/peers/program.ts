import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { GroundworkError } from "../../../infra/error";
import type { LocalDatabase } from "../../../local/services";
import records from "../../../tables/records";

/** The columns that a file has, with commas. */
export const columns = records.columns.map(({ name }) => name).join(", ");

/** The table with these columns, as COPY names it. */
export const target = `${records.name} (${columns})`;

/** Where the database is and how to sign in to it, as the variables that libpq and what stands on it read. */
export function libpqVariables({ server, user, password }: LocalDatabase): Record<string, string> {
  return {
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGDATABASE: server.database,
    PGUSER: user,
    PGPASSWORD: password,
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: server.caFile,
  };
}

/**
 * Runs a program to its end, with the variables and this process's PATH and HOME.
 *
 * @returns what it said on both its streams.
 * @throws GroundworkError with its last line when it fails or isn't there.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<string> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ...variables };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], ...(signal && { signal }) });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: Buffer) => (said += text.toString()));
  }
  const [code] = (await once(child, "close").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new GroundworkError(`${program} is not on PATH`);
    throw error;
  })) as [number | null];
  if (code !== 0) {
    throw new GroundworkError(`${path.basename(program)} failed: ${said.trim().split("\n").at(-1) ?? ""}`);
  }
  return said;
}

/** The first version that a text names: `15.8` of `psql (PostgreSQL) 15.8 (Debian)`. The text where there is none. */
export const versionIn = (text: string): string => /\d+(?:\.\d+)+/.exec(text)?.[0] ?? text.trim();
