import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { GroundworkError } from "../../infra/error";
import type { LocalDatabase } from "../../local/services";
import records from "../../tables/records";

/** What loads are measured beside: the same file into the same table, as plainly as PostgreSQL can. */
export interface Reference {
  readonly name: string;
  /** Loads a file; resolves with the milliseconds that it took, its process included. */
  load(file: string): Promise<number>;
}

const target = `${records.name} (${records.columns.map(({ name }) => name).join(", ")})`;

/** psql's `\copy` over TLS as the function has it; without psql on PATH the file's raw bytes by pg-copy-streams. */
export function makeReference(database: LocalDatabase): Reference {
  const found = spawnSync("psql", ["--version"], { encoding: "utf8" });
  if (found.error) return { name: "raw COPY (no psql on PATH)", load: (file) => rawCopy(database, file) };
  return { name: "psql \\copy", load: (file) => psqlCopy(database, file) };
}

async function psqlCopy({ server, user, password }: LocalDatabase, file: string): Promise<number> {
  const started = performance.now();
  const sql = `\\copy ${target} FROM '${file.replaceAll("'", "''")}' CSV HEADER`;
  const psql = spawn("psql", ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql], {
    env: {
      PATH: process.env.PATH,
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGDATABASE: server.database,
      PGUSER: user,
      PGPASSWORD: password,
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: server.caFile,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaint = "";
  psql.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
  const [code] = (await once(psql, "close")) as [number | null];
  if (code !== 0) throw new GroundworkError(`psql could not load ${file}: ${complaint.trim()}`);
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
