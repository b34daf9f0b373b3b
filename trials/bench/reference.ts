import { spawnSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { LocalDatabase } from "../../local/services";
import { libpqVariables, runProgram, target, versionIn } from "./peers/program";

/** What loads are measured beside: the same file into the same table, as plainly as PostgreSQL can. */
export interface Reference {
  readonly name: string;
  readonly version: string;
  /** Loads a file; resolves with the milliseconds that it took, its process included. */
  load(file: string): Promise<number>;
}

/** psql's `\copy` over TLS as the function has it; without psql on PATH the file's raw bytes by pg-copy-streams. */
export function makeReference(database: LocalDatabase): Reference {
  const { stdout, error } = spawnSync("psql", ["--version"], { encoding: "utf8" });
  if (error) {
    return { name: "raw COPY (no psql on PATH)", version: "", load: (file) => rawCopy(database, file) };
  }
  return { name: "psql \\copy", version: versionIn(stdout), load: (file) => psqlCopy(database, file) };
}

async function psqlCopy(database: LocalDatabase, file: string): Promise<number> {
  const started = performance.now();
  const sql = `\\copy ${target} FROM '${file.replaceAll("'", "''")}' CSV HEADER`;
  const args = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql];
  await runProgram("psql", args, libpqVariables(database));
  return performance.now() - started;
}

async function rawCopy({ server, user, password, ca }: LocalDatabase, file: string): Promise<number> {
  const started = performance.now();
  const { host, port, database } = server;
  const client = new Client({ host, port, database, user, password, ssl: { ca } });
  await client.connect();
  try {
    const copy = client.query(copyFrom(`COPY ${target} FROM STDIN (FORMAT csv, HEADER)`));
    await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), copy);
  } finally {
    await client.end();
  }
  return performance.now() - started;
}
