import type { Client } from "pg";
import { ingestLogins, readerLogins } from "../shared/logins";

/** What a server has, as its settings say it. */
interface ServerConnections {
  /** `max_connections` */
  readonly most: number;
  /** Those that only superusers and maintenance get. */
  readonly reserved: number;
}

/**
 * How many connections the role that loads may have at once: half of those that the server has for all. The other half is
 * for people and the API, and for sign-ins under way, which count before the limit of their role does. More than a few
 * for each core make no load faster.
 */
export function connectionLimit({ most, reserved }: ServerConnections): number {
  return Math.max(1, Math.floor((most - reserved) / 2));
}

/**
 * Bounds what each login of the role `ingest` may take of the connections that the server has now, and the API's role, whose
 * requests are short and wait for one another, to 10 at most. Answers with the limit of `ingest`.
 */
export async function limitConnections(client: Pick<Client, "query" | "escapeIdentifier">): Promise<number> {
  // rds.…: what RDS keeps for itself beside PostgreSQL's own reserves. Older servers lack the last two.
  const { rows } = await client.query<ServerConnections>(
    `SELECT current_setting('max_connections')::int AS most, (SELECT sum(setting::int)::int FROM pg_settings WHERE name IN
       ('superuser_reserved_connections', 'reserved_connections', 'rds.rds_superuser_reserved_connections')) AS reserved`,
  );
  const limit = connectionLimit(rows[0]!);
  const limits = [
    ...ingestLogins.map((login) => [login, limit] as const),
    ...readerLogins.map((login) => [login, Math.min(10, Math.ceil(limit / 2))] as const),
  ];
  for (const [login, most] of limits) {
    await client.query(`ALTER ROLE ${client.escapeIdentifier(login)} CONNECTION LIMIT ${most}`);
  }
  return limit;
}
