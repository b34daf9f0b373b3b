import type { Client } from "pg";

/** Of advisory locks: the gate is closed while the test's own connection holds it. */
const gateLock = "19, 7";

const places = {
  /** Whoever has made a staging table waits before a row is in it. */
  staging: {
    make: `CREATE FUNCTION gate() RETURNS event_trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${gateLock}); END $$;
           CREATE EVENT TRIGGER gate ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION gate()`,
    remove: "DROP EVENT TRIGGER gate; DROP FUNCTION gate",
  },
  /** Whoever has put the first rows into `records` waits before it goes on or commits. */
  publishing: {
    make: `CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${gateLock}); RETURN NULL; END $$;
           CREATE TRIGGER gate AFTER INSERT ON records EXECUTE FUNCTION gate()`,
    remove: "DROP TRIGGER gate ON records; DROP FUNCTION gate",
  },
};

/** Stops a load at a place of its work, for as long as a test wants: what comes between does so at that very place. */
export class Gate {
  private constructor(
    private readonly client: Client,
    private readonly place: keyof typeof places,
  ) {}

  static async close(client: Client, place: keyof typeof places): Promise<Gate> {
    await client.query(`SELECT pg_advisory_lock(${gateLock})`);
    await client.query(places[place].make);
    return new Gate(client, place);
  }

  /** How many stand before it. */
  async waiting(): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      "SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND classid = 19 AND NOT granted",
    );
    return rows[0]?.count ?? 0;
  }

  async open(): Promise<void> {
    await this.client.query(`SELECT pg_advisory_unlock(${gateLock})`);
  }

  async remove(): Promise<void> {
    await this.client.query("SELECT pg_advisory_unlock_all()");
    await this.client.query(places[this.place].remove);
  }
}
