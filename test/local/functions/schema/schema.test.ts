import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Client } from "pg";
import { shapeOf } from "../../../../functions/ingest/tableFit";
import { schemaHandler } from "../../../../functions/schema/handler";
import type { Migration } from "../../../../functions/schema/migrate";
import { setRolePassword } from "../../../../functions/schema/role";
import { ingestLogins } from "../../../../functions/shared/logins";
import { readMigrations } from "../../../../infra/database/migrations";
import { startPostgres } from "../../../../local/postgres/server";
import { type LocalSecrets, startSecrets } from "../../../../local/secretsmanager/server";
import { Session } from "../../../../local/session";
import records from "../../../../tables/records";
import { keepEnvironment } from "../../../support/environment";
import { rejection } from "../../../support/rejection";

const access = { database: "demo", user: "postgres", password: "master" };

/** On a real PostgreSQL, as it deploys. */
describe("The schema function", () => {
  const session = new Session();
  const restoreEnvironment = keepEnvironment();
  let secrets: LocalSecrets;
  let master: Client;
  let signInAs: (user: string, password: string) => Promise<Client>;

  before(async () => {
    const { host, port, caFile } = await startPostgres(session, access);
    secrets = await startSecrets(session);
    secrets.put("master", JSON.stringify({ username: access.user, password: access.password }));
    secrets.declare("ingest", "ingest");
    Object.assign(process.env, {
      DATABASE_HOST: host,
      DATABASE_PORT: String(port),
      DATABASE_NAME: access.database,
      DATABASE_SECRET_ARN: "master",
      DATABASE_CA: caFile,
      INGEST_SECRET_ARN: "ingest",
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: session.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.credentials.secretAccessKey,
    });
    signInAs = async (user, password) => {
      const client = new Client({
        ...access,
        user,
        password,
        host,
        port,
        ssl: { ca: readFileSync(caFile, "utf8") },
      });
      await client.connect();
      return client;
    };
    master = await signInAs(access.user, access.password);
  });
  after(async () => {
    restoreEnvironment();
    await master.end();
    await session.close();
  });

  const migrations = readMigrations();
  const made = (number: number, sql: string): Migration => ({
    name: `${String(number).padStart(3, "0")}_more.sql`,
    sql,
    checksum: createHash("sha256").update(sql).digest("hex"),
  });
  const names = migrations.map(({ name }) => name);

  it("says what it applied and where the schema stands, and has then stored a password with which the role gets in", async () => {
    const handler = schemaHandler(migrations, [shapeOf(records)]);
    expect(await handler({})).to.deep.equal({ applied: names, ingestConnections: 48, version: names.at(-1) });
    const { username, password } = JSON.parse(secrets.get("ingest") ?? "{}") as Record<string, string>;
    expect(username).to.equal("ingest");
    await (await signInAs("ingest", password!)).end();
    expect(await handler({}), "once more").to.deep.equal({
      applied: [],
      ingestConnections: 48,
      version: names.at(-1),
    });
    expect(await schemaHandler([], [])({}).catch(String)).to.match(/this program has none/);
  });

  it("lets people look into the tables that there are definitions of, and into no other", async () => {
    await schemaHandler(migrations, [shapeOf(records)])({});
    const { rows } = await master.query(
      "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'ingest_browse'",
    );
    expect(rows).to.deep.equal([{ table_name: "records", privilege_type: "SELECT" }]);
  });

  it("gives the role that reads its password too, where that is named", async () => {
    secrets.declare("reader", "reader");
    process.env.READER_SECRET_ARN = "reader";
    try {
      await schemaHandler(migrations, [])({});
    } finally {
      delete process.env.READER_SECRET_ARN;
    }
    const { username, password } = JSON.parse(secrets.get("reader") ?? "{}") as Record<string, string>;
    expect(username).to.equal("reader");
    await (await signInAs("reader", password!)).end();
  });

  it("gives a migration as long as the function has, and a minute to wait for a load", async () => {
    const note = made(
      names.length + 1,
      `CREATE TABLE limits AS
         SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock`,
    );
    migrations.push(note);
    await schemaHandler(migrations, [])({});
    const { rows } = await master.query("SELECT * FROM limits");
    expect(rows).to.deep.equal([{ statement: "0", lock: "1min" }]);
  });

  it("throws where tables don't fit their definitions, and says that the schema is applied", async () => {
    await master.query("ALTER TABLE records DROP COLUMN card_type");
    const message = await rejection(schemaHandler(migrations, [shapeOf(records), shapeOf(records)])({}));
    expect(message).to.match(
      /^The schema is applied, but tables don't fit their definitions: .*card_type.*; .*card_type/,
    );
    expect(await rejection(schemaHandler(migrations, [shapeOf(records)])({}))).to.match(/card_type/);
  });

  it("is the one that rotates its secret", async () => {
    const step = { Step: "forgetSecret", SecretId: process.env.INGEST_SECRET_ARN, ClientRequestToken: "t" };
    expect(await rejection(schemaHandler(migrations, [])(step))).to.match(/^A rotation has no step/);
  });

  it("throws where it is not told the secret, and leaves no connection behind", async () => {
    delete process.env.INGEST_SECRET_ARN;
    expect(await rejection(schemaHandler(migrations, [])({}))).to.match(/^INGEST_SECRET_ARN is not set/);
    const others =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    // The server notices the end of a connection a moment later.
    while ((await master.query<{ n: number }>(others)).rows[0]!.n > 0) await new Promise(setImmediate);
  });

  it("leaves the role as it is where the secret can't be written", async () => {
    await master.query("ALTER ROLE ingest PASSWORD 'as it was'");
    expect(await rejection(setRolePassword(master, "no-such-secret", ingestLogins))).to.match(/secret/i);
    await (await signInAs("ingest", "as it was")).end();
  });
});
