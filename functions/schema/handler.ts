import { connect } from "../shared/database";
import { type TableShape, misfits } from "../ingest/tableFit";
import { type Logins, ingestLogins, readerLogins } from "../shared/logins";
import { allowBrowsing } from "./browsing";
import { type Migration, migrate } from "./migrate";
import { setRolePassword } from "./role";
import { limitConnections } from "./roleLimit";
import { type RotationStep, rotate } from "./rotation";

export interface SchemaResult {
  /** The names of the migrations that this call applied; empty when the database had them all. */
  applied: string[];
  /** The name of the last migration, applied now or before. */
  version: string;
  /** How many connections the role `ingest` may have at once. */
  ingestConnections: number;
}

/**
 * The callback of the function that brings the schema up to date, gives the role `ingest` the password in the
 * secret `INGEST_SECRET_ARN`, the role `reader`, where it is named, the one in `READER_SECRET_ARN`, bounds their connections
 * by what the server has, and lets people look into the tables; called by Secrets Manager, it gives one of them the next
 * password.
 *
 * @param shapes of the tables that files are loaded into.
 * @throws Error that says where a table and its definition differ, and what `migrate`, `setRolePassword` and `rotate` throw.
 */
export function schemaHandler(
  migrations: readonly Migration[],
  shapes: readonly TableShape[],
): (event: unknown) => Promise<SchemaResult | undefined> {
  return async (event) => {
    const ingestSecret = process.env.INGEST_SECRET_ARN;
    if (!ingestSecret) throw new Error("INGEST_SECRET_ARN is not set in the function's environment");
    const readerSecret = process.env.READER_SECRET_ARN;
    const secrets: Record<string, Logins> = {
      [ingestSecret]: ingestLogins,
      ...(readerSecret && { [readerSecret]: readerLogins }),
    };
    const step = event as Partial<RotationStep> | null;
    if (step?.Step !== undefined) {
      await rotate(step as RotationStep, secrets);
      return undefined;
    }
    // A migration may take as long as the function itself may, and wait for a running load to commit.
    const client = await connect({ statementTimeoutMs: 0, lockTimeoutMs: 60_000 });
    try {
      const applied = await migrate(client, migrations);
      for (const [secret, logins] of Object.entries(secrets)) await setRolePassword(client, secret, logins);
      const ingestConnections = await limitConnections(client);
      const problems = [];
      for (const shape of shapes) problems.push(...(await misfits(client, shape)));
      if (problems.length > 0)
        throw new Error(
          `The schema is applied, but tables don't fit their definitions: ${problems.join("; ")}`,
        );
      await allowBrowsing(client, shapes);
      return { applied, version: migrations[migrations.length - 1]?.name ?? "", ingestConnections };
    } finally {
      await client.end();
    }
  };
}
