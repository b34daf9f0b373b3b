import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { Client } from "pg";
import { type Environment, startEnvironment } from "../../local/environment";
import { startPostgres } from "../../local/postgres/server";
import { Session } from "../../local/session";
import { clientConfig } from "../support/lambda";
import { notRun } from "../support/notRun";
import { rejection } from "../support/rejection";

describe("an environment that keeps its data", function () {
  this.timeout(180_000);
  const csv = "mcc,merchant,currency,amount,transaction_date,card_type\n1,A,EUR,1.00,2024-01-31,debit\n";
  let dir: string;
  before(() => {
    dir = mkdtempSync(path.join(tmpdir(), "groundwork-test-"));
    // PostgreSQL runs as another user when this one is root, and has to get in.
    chmodSync(dir, 0o755);
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** Brings it up on the folder, and down again behind `use`. */
  async function up<T>(
    use: (environment: Environment, s3: S3Client, database: Client) => Promise<T>,
  ): Promise<T> {
    const session = new Session();
    try {
      const environment = await startEnvironment(session, {
        ...{ stack: "local", config: { "auth:loginPorts": "[18973]" }, keepDataIn: path.join(dir, "data") },
      });
      const { server, user, password, ca } = environment.database;
      const { host, port, database } = server;
      const client = new Client({ host, port, database, user, password, ssl: { ca } });
      await client.connect();
      const s3 = new S3Client(clientConfig(environment.services.s3.url, session));
      try {
        return await use(environment, s3, client);
      } finally {
        s3.destroy();
        await client.end();
      }
    } finally {
      await session.close();
    }
  }

  async function load(environment: Environment, s3: S3Client, database: Client, Key: string): Promise<void> {
    const Bucket = environment.outputs.ingest.bucketName;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: csv }));
    const done = "SELECT FROM ingest_jobs WHERE key = $1 AND status = 'done'";
    while ((await database.query(done, [Key])).rowCount === 0)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }

  it("has rows, jobs and files of the last time, and goes on loading", async () => {
    const head = (environment: Environment) =>
      new HeadObjectCommand({ Bucket: environment.outputs.ingest.bucketName, Key: "one.csv" });
    const first = await up(async (environment, s3, database) => {
      await load(environment, s3, database, "one.csv");
      return s3.send(head(environment));
    });
    await up(async (environment, s3, database) => {
      const { rows } = await database.query("SELECT id::int, merchant, ingest_job::int FROM records");
      expect(rows).to.deep.equal([{ id: 1, merchant: "A", ingest_job: 1 }]);
      const { VersionId, ETag, LastModified } = await s3.send(head(environment));
      expect({ VersionId, ETag, LastModified }).to.deep.equal({
        ...{ VersionId: first.VersionId, ETag: first.ETag, LastModified: first.LastModified },
      });
      const { Body } = await s3.send(new GetObjectCommand(head(environment).input));
      expect(await Body?.transformToString()).to.equal(csv);
      await load(environment, s3, database, "two.csv");
    });
    await up(async (_environment, _s3, database) => {
      const { rows } = await database.query("SELECT count(*)::int AS rows FROM records");
      expect(rows).to.deep.equal([{ rows: 2 }]);
    });
    expect(statSync(path.join(dir, "data/password")).mode & 0o777).to.equal(0o600);
    expect(readFileSync(path.join(dir, "data/password"), "utf8")).to.have.length(24);
  });

  it("says which folder PostgreSQL's account can't enter", async function () {
    if (process.getuid?.() !== 0) return notRun(this, "root, who runs PostgreSQL as another account");
    const closed = path.join(dir, "closed");
    mkdirSync(closed, { mode: 0o700 });
    const session = new Session();
    const access = {
      database: "demo",
      user: "postgres",
      password: "local",
      keepIn: path.join(closed, "data"),
    };
    const failed = await rejection(startPostgres(session, access));
    await session.close();
    expect(failed).to.match(
      /Set the folder that keeps the data to a folder that every user of this machine may enter/,
    );
  });
});
