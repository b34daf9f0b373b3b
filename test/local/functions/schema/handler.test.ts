import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Client } from "pg";
import { migrate } from "../../../../functions/schema/migrate";
import type { Migration } from "../../../../functions/schema/migrate";
import { type LocalPostgres, startPostgres } from "../../../../local/postgres/server";
import { Session } from "../../../../local/session";
import { rejection } from "../../../support/rejection";

describe("Migrations of the schema", () => {
  const access = { database: "postgres", user: "postgres", password: "secret" };
  let session: Session;
  let postgres: LocalPostgres;
  let client: Client;

  before(async () => {
    session = new Session();
    postgres = await startPostgres(session, access);
    client = await connect();
  });
  afterEach(() => client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));
  after(async () => {
    await client.end();
    await session.close();
  });

  async function connect(): Promise<Client> {
    const ssl = { ca: readFileSync(postgres.caFile, "utf8") };
    const made = new Client({ ...access, host: postgres.host, port: postgres.port, ssl });
    await made.connect();
    return made;
  }

  const migration = (name: string, sql: string): Migration => ({
    name,
    sql,
    checksum: createHash("sha256").update(sql).digest("hex"),
  });
  const first = migration("001_first.sql", "CREATE TABLE one (a int); INSERT INTO one VALUES (1);");
  const second = migration("002_second.sql", "INSERT INTO one VALUES (2)");
  const third = migration("003_third.sql", "CREATE TABLE three (a int); SELECT 1 / 0");

  it("are applied once each, in order, and recorded", async () => {
    expect(await migrate(client, [first])).to.deep.equal(["001_first.sql"]);
    expect(await migrate(client, [first, second])).to.deep.equal(["002_second.sql"]);
    expect(await migrate(client, [first, second])).to.deep.equal([]);
    const { rows } = await client.query("SELECT array_agg(a ORDER BY a) AS values FROM one");
    expect(rows).to.deep.equal([{ values: [1, 2] }]);
    const recorded = await client.query(
      "SELECT number, name, checksum FROM schema_migrations ORDER BY number",
    );
    expect(recorded.rows).to.deep.equal([
      { number: 1, name: first.name, checksum: first.checksum },
      { number: 2, name: second.name, checksum: second.checksum },
    ]);
  });

  it("are applied once when two deployments start at the same time", async () => {
    const other = await connect();
    try {
      const applied = await Promise.all([migrate(client, [first, second]), migrate(other, [first, second])]);
      expect(applied.flat().sort()).to.deep.equal(["001_first.sql", "002_second.sql"]);
    } finally {
      await other.end();
    }
  });

  it("leave nothing of a file that fails, and name it", async () => {
    expect(await rejection(migrate(client, [first, second, third]))).to.equal(
      "003_third.sql: division by zero",
    );
    const { rows } = await client.query(
      "SELECT to_regclass('three') AS three, max(number) FROM schema_migrations",
    );
    expect(rows).to.deep.equal([{ three: null, max: 2 }]);
    const kept = "INSERT INTO schema_migrations (number, name, checksum) VALUES (3, 'x', 'x')";
    const taken = migration("003_third.sql", `CREATE TABLE three (a int); ${kept}`);
    expect(await rejection(migrate(client, [first, second, taken]))).to.match(
      /^003_third.sql: duplicate key/,
    );
    const mended = migration("003_third.sql", "CREATE TABLE three (a int)");
    expect(await migrate(client, [first, second, mended])).to.deep.equal(["003_third.sql"]);
  });

  it("refuse a file that changed or went since it was applied, and name it", async () => {
    await migrate(client, [first, second]);
    const changed = migration(second.name, `${second.sql} -- changed`);
    expect(await rejection(migrate(client, [first, changed]))).to.match(/^002_second\.sql has changed since/);
    expect(await rejection(migrate(client, [first]))).to.match(
      /^The database has 002_second\.sql as number 2, this program has none: /,
    );
    expect(await migrate(client, [first, second])).to.deep.equal([]);
  });
});
