import type { Client } from "pg";

/** One numbered SQL file, as plain data that a Lambda callback can carry. */
export interface Migration {
  /** The file's name, `001_records.sql`: its number gives the order. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, in hex: an applied file must not change. */
  readonly checksum: string;
}

/** Any number will do as long as it stays: it keeps two deployments from migrating one database at once. */
const lock = 47_201_931;

/**
 * Applies the migrations that the database lacks, in order, each in its own transaction, and records them in the
 * table `schema_migrations`. Returns the names of those it applied.
 *
 * @throws Error that names the file: when an applied one has changed or is gone, or its SQL fails.
 */
export async function migrate(
  client: Pick<Client, "query">,
  migrations: readonly Migration[],
): Promise<string[]> {
  await client.query("SELECT pg_advisory_lock($1)", [lock]);
  try {
    await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
      number int PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
    const applied = await readApplied(client);
    checkApplied(applied, migrations);
    const missing = migrations.slice(applied.length);
    for (const [index, migration] of missing.entries()) {
      await apply(client, migration, applied.length + index + 1);
    }
    return missing.map(({ name }) => name);
  } finally {
    await client.query("SELECT pg_advisory_unlock($1)", [lock]);
  }
}

interface Applied {
  name: string;
  checksum: string;
}

async function readApplied(client: Pick<Client, "query">): Promise<Applied[]> {
  return (await client.query<Applied>("SELECT name, checksum FROM schema_migrations ORDER BY number")).rows;
}

function checkApplied(applied: Applied[], migrations: readonly Migration[]): void {
  applied.forEach(({ name, checksum }, index) => {
    const migration = migrations[index];
    if (migration?.name !== name) {
      throw new Error(
        `The database has ${name} as number ${index + 1}, this program has ${migration?.name ?? "none"}: ` +
          "deploy a version that has the file, and add new files behind it",
      );
    }
    if (migration.checksum !== checksum) {
      throw new Error(
        `${name} has changed since it was applied: restore it, and put the change into a new file`,
      );
    }
  });
}

async function apply(client: Pick<Client, "query">, migration: Migration, number: number): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(migration.sql);
    await client.query("INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)", [
      number,
      migration.name,
      migration.checksum,
    ]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw new Error(`${migration.name}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
