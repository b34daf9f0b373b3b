import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { readFileSync } from "node:fs";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import { Client } from "pg";
import { connect, connectAs } from "../../../../functions/shared/database";
import { migrate } from "../../../../functions/schema/migrate";
import { readMigrations } from "../../../../infra/database/migrations";
import { setRolePassword } from "../../../../functions/schema/role";
import { ingestLogins } from "../../../../functions/shared/logins";
import { limitConnections } from "../../../../functions/schema/roleLimit";
import { rotate } from "../../../../functions/schema/rotation";
import { type LocalSecrets, startSecrets } from "../../../../local/secretsmanager/server";
import { type LocalPostgres, startPostgres } from "../../../../local/postgres/server";
import { Session } from "../../../../local/session";
import { rejection } from "../../../support/rejection";
import { keepEnvironment } from "../../../support/environment";

const secretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev-ingest-abcdef";
const own = { [secretArn]: ingestLogins };
const masterArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1-abcdef";

/** On a real PostgreSQL, with the statements that deploy. */
describe("the role that the ingest function signs in as", () => {
  const session = new Session();
  const restoreEnvironment = keepEnvironment();
  let server: LocalPostgres;
  let master: Client;
  let secrets: LocalSecrets;

  before(async () => {
    [server, secrets] = await Promise.all([
      startPostgres(session, { database: "groundwork", user: "postgres", password: "master" }),
      startSecrets(session),
    ]);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: session.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.credentials.secretAccessKey,
    });
    secrets.declare(secretArn, "dev-ingest");
    master = await signIn("postgres", "master");
    await migrate(master, readMigrations());
  });
  after(async () => {
    await master.end();
    restoreEnvironment();
    await session.close();
  });

  it("can't sign in before the schema function has given it a password", async () => {
    expect(await rejection(signIn("ingest", ""))).to.match(/password/);
  });

  it("signs in with what the schema function put into its empty secret", async () => {
    await setRolePassword(master, secretArn, ingestLogins);
    const { username, password } = secret();
    expect(username).to.equal("ingest");
    expect(password).to.have.length.of.at.least(40);
    await (await signIn(username, password)).end();
  });

  it("keeps its password from one deployment to the next, and gets it back where the database has another", async () => {
    await setRolePassword(master, secretArn, ingestLogins);
    const before = secret().password;
    await master.query("ALTER ROLE ingest PASSWORD 'of an old snapshot'");
    await setRolePassword(master, secretArn, ingestLogins);
    expect(secret().password).to.equal(before);
    await (await signIn("ingest", before)).end();
  });

  it("says which secret is malformed, and not what is in it", async () => {
    for (const malformed of [
      "pass-phrase",
      JSON.stringify({ username: "other", password: "pass-phrase" }),
      JSON.stringify({ username: "ingest", password: ["pass-phrase"] }),
      JSON.stringify({ username: "ingest", password: "" }),
    ]) {
      secrets.put(secretArn, malformed);
      const message = await rejection(setRolePassword(master, secretArn, ingestLogins));
      expect(message).to.include(`${secretArn} must be JSON`).and.to.not.include("pass-phrase");
    }
    secrets.put(secretArn, JSON.stringify({ username: "ingest", password: "again-a-password" }));
  });

  it("may have as many connections at once as the server has for loads", async () => {
    expect(await limitConnections(master)).to.equal(48);
    const { rows } = await master.query("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'ingest'");
    expect(rows).to.deep.equal([{ rolconnlimit: 48 }]);
    const readers = await master.query("SELECT rolconnlimit FROM pg_roles WHERE rolname LIKE 'reader%'");
    expect(readers.rows).to.deep.equal([{ rolconnlimit: 10 }, { rolconnlimit: 10 }]);
  });

  const forbidden = [
    "SELECT * FROM records",
    "UPDATE records SET amount = 0",
    "DELETE FROM records",
    "TRUNCATE records",
    "DELETE FROM ingest_jobs",
    "UPDATE ingest_rejects SET record = ''",
    "SELECT * FROM schema_migrations",
    "CREATE TABLE public.mine (id int)",
    "ALTER TABLE records ADD COLUMN mine int",
    "CREATE ROLE mine",
    "SELECT rolpassword FROM pg_authid",
    "SELECT pg_read_file('PG_VERSION')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
  ];
  for (const sql of forbidden) {
    it(`may not ${sql}`, async () => {
      await setRolePassword(master, secretArn, ingestLogins);
      const client = await signIn("ingest", secret().password);
      const message = await rejection(client.query(sql));
      await client.end();
      expect(message).to.match(/permission denied|must be owner/);
    });
  }

  it("changes its password while who has the last one still gets in, and may do by turns what it may", async () => {
    secrets.put(masterArn, JSON.stringify({ username: "postgres", password: "master" }));
    Object.assign(process.env, database(server), { DATABASE_SECRET_ARN: masterArn });
    await setRolePassword(master, secretArn, ingestLogins);
    for (const [from, to] of [
      ["ingest", "ingest_2"],
      ["ingest_2", "ingest"],
      ["ingest", "ingest_2"],
    ]) {
      const last = secret();
      expect(last.username).to.equal(from);
      await rotateSecret();
      expect(secret().username).to.equal(to);
      expect(secret().password).to.not.equal(last.password);
      for (const { username, password } of [last, secret()]) {
        const client = await signIn(username, password);
        expect((await client.query("SELECT current_user")).rows).to.deep.equal([{ current_user: "ingest" }]);
        await client.query("BEGIN; INSERT INTO records (mcc) VALUES (1); ROLLBACK");
        expect(await rejection(client.query("DELETE FROM records"))).to.match(/permission denied/);
        await client.end();
      }
    }
    // What a deployment does: it keeps whose turn it is.
    const kept = secret();
    await setRolePassword(master, secretArn, ingestLogins);
    expect(secret()).to.deep.equal(kept);
  });

  it("has its limits set anew by a rotation: the server may have become another one since the deployment", async () => {
    for (const login of ["ingest", "ingest_2"]) await master.query(`ALTER ROLE ${login} CONNECTION LIMIT 7`);
    await rotateSecret();
    const { rows } = await master.query(
      "SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname IN ('ingest', 'ingest_2') ORDER BY rolname",
    );
    expect(rows).to.deep.equal([
      { rolname: "ingest", rolconnlimit: 48 },
      { rolname: "ingest_2", rolconnlimit: 48 },
    ]);
  });

  it("is rotated in steps, each of which may come twice, and in its own secret alone", async () => {
    const last = secret();
    const token = await rotateSecret(2);
    expect(secret()).to.have.property("username");
    const { SecretString } = await new SecretsManagerClient({}).send(
      new GetSecretValueCommand({ SecretId: secretArn, VersionStage: "AWSPREVIOUS" }),
    );
    expect(JSON.parse(SecretString ?? "")).to.deep.equal(last);
    // Of a rotation that was given up.
    const late = { Step: "setSecret", SecretId: secretArn, ClientRequestToken: randomUUID() };
    expect(await rejection(rotate(late, own))).to.include("can't find the specified secret value");
    const other = { Step: "createSecret", SecretId: masterArn, ClientRequestToken: token };
    expect(await rejection(rotate(other, own))).to.include(masterArn);
    const unknown = { Step: "forgetSecret", SecretId: secretArn, ClientRequestToken: token };
    expect(await rejection(rotate(unknown, own))).to.equal("A rotation has no step forgetSecret");
  });

  it("leaves no connection behind when it is rotated", async () => {
    await rotateSecret();
    await othersEnded();
  });

  it("leaves none behind where its password is no password to the client itself", async () => {
    Object.assign(process.env, database(server));
    expect(await rejection(connectAs({ username: "postgres", password: "" }))).to.match(/password/);
    await othersEnded();
  });

  it("and the master user get in while their passwords are rotated: a refused one is read again", async () => {
    secrets.put(masterArn, JSON.stringify({ username: "postgres", password: "master" }));
    Object.assign(process.env, database(server), { DATABASE_SECRET_ARN: masterArn });
    await (await connect()).end();
    // In the database already, in the secret not yet.
    await master.query("ALTER ROLE postgres PASSWORD 'rotated'");
    const connecting = connect();
    await refusal();
    secrets.put(masterArn, JSON.stringify({ username: "postgres", password: "rotated" }));
    const client = await connecting;
    expect((await client.query("SELECT current_user")).rows).to.deep.equal([{ current_user: "postgres" }]);
    await client.end();
  });

  /** As Secrets Manager does it, each step so many times. */
  async function rotateSecret(times = 1): Promise<string> {
    const ClientRequestToken = randomUUID();
    for (const Step of ["createSecret", "setSecret", "testSecret", "finishSecret"]) {
      for (let time = 0; time < times; time += 1) {
        await rotate({ Step, SecretId: secretArn, ClientRequestToken }, own);
      }
    }
    return ClientRequestToken;
  }

  /** The server notices the end of a connection a moment later; one that is signing in it drops after a minute. */
  async function othersEnded(): Promise<void> {
    const others =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    while ((await master.query<{ n: number }>(others)).rows[0]!.n > 0) await new Promise(setImmediate);
  }

  /** Resolves once the server has turned the master user away. */
  async function refusal(): Promise<void> {
    const words = 'password authentication failed for user "postgres"';
    while (!readFileSync(server.logFile, "utf8").includes(words)) await sleep(20);
  }

  async function signIn(user: string, password: string): Promise<Client> {
    const { host, port, database, caFile } = server;
    const ca = readFileSync(caFile, "utf8");
    const client = new Client({ host, port, database, user, password, ssl: { ca } });
    try {
      await client.connect();
    } catch (error) {
      // A client that stumbles over the password itself leaves its connection open.
      await client.end();
      throw error;
    }
    return client;
  }

  function secret(): { username: string; password: string } {
    return JSON.parse(secrets.get(secretArn) ?? "{}") as { username: string; password: string };
  }
});

function database({ host, port, database: name, caFile }: LocalPostgres): Record<string, string> {
  return {
    DATABASE_HOST: host,
    DATABASE_PORT: String(port),
    DATABASE_NAME: name,
    DATABASE_CA: caFile,
  };
}
