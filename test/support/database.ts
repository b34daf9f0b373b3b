import { readFileSync } from "node:fs";
import { Client } from "pg";
import { readMigrations } from "../../infra/database/migrations";
import { startPostgres } from "../../local/postgres/server";
import type { Session } from "../../local/session";

/** A PostgreSQL with all migrations, and a connection to it as its master user; both end with the session. */
export async function migratedDatabase(session: Session): Promise<Client> {
  const access = { database: "demo", user: "postgres", password: "local" };
  const { host, port, caFile } = await startPostgres(session, access);
  const client = new Client({ ...access, host, port, ssl: { ca: readFileSync(caFile, "utf8") } });
  await client.connect();
  session.onClose(() => client.end());
  for (const { sql } of readMigrations()) await client.query(sql);
  return client;
}
