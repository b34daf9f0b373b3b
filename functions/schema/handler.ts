import { connect } from "../database";
import { migrate } from "./migrate";
import type { Migration } from "./migrations";

export interface SchemaResult {
  /** The names of the migrations that this call applied; empty when the database had them all. */
  applied: string[];
  /** The name of the last migration, applied now or before. */
  version: string;
}

/** The callback of the function that brings the schema up to date; it throws what `migrate` throws. */
export function schemaHandler(migrations: readonly Migration[]): (event: unknown) => Promise<SchemaResult> {
  return async () => {
    // A migration may take as long as the function itself may, and wait for a running load to commit.
    const client = await connect({ statementTimeoutMs: 0, lockTimeoutMs: 60_000 });
    try {
      const applied = await migrate(client, migrations);
      return { applied, version: migrations[migrations.length - 1]?.name ?? "" };
    } finally {
      await client.end();
    }
  };
}
