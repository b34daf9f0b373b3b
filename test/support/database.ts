import { readFileSync } from "node:fs";
import { Client } from "pg";
import { readMigrations } from "../../infra/database/migrations";
import { startPostgres } from "../../local/postgres/server";
import type { Session } from "../../local/session";

interface Access {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl: { readonly ca: string };
}

/**
 * A PostgreSQL with all migrations, and a connection to it as its master user; both end with the session.
 *
 * @returns beside the connection what others are made with
 */
export async function migratedDatabase(
  session: Session,
): Promise<{ readonly client: Client; readonly access: Access }> {
  const login = { database: "demo", user: "postgres", password: "local" };
  const { host, port, caFile } = await startPostgres(session, login);
  const access = { ...login, host, port, ssl: { ca: readFileSync(caFile, "utf8") } };
  const client = new Client(access);
  await client.connect();
  session.onClose(() => client.end());
  for (const { sql } of readMigrations()) await client.query(sql);
  return { client, access };
}
