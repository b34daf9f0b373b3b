import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { Client } from "pg";
import { type Environment, startEnvironment } from "../../local/environment";
import { openKeptData } from "../../local/keptData";
import { startPostgres } from "../../local/postgres/server";
import { Session } from "../../local/session";
import { root } from "../../programs/programs";
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

  it("is refused while another environment has the folder, of whatever name, and leaves that one alone", async () => {
    const folder = path.join(dir, "held");
    const session = new Session();
    openKeptData(session, folder);
    const rival = new Session();
    expect(() => openKeptData(rival, folder)).to.throw(`${folder} is held by process ${process.pid}`);
    await rival.close();
    expect(() => openKeptData(rival, folder)).to.throw(`${folder} is held by process ${process.pid}`);
    await session.close();
    const next = new Session();
    openKeptData(next, folder);
    await next.close();
    expect(readdirSync(folder)).to.deep.equal(["password"]);
  });

  it("begins anew where it was killed while its database was made", async () => {
    const folder = path.join(dir, "killed");
    mkdirSync(folder, { mode: 0o711 });
    const access = {
      database: "demo",
      user: "postgres",
      password: "local",
      keepIn: path.join(folder, "data"),
    };
    const program = `const { Session } = require("./local/session");
      const { startPostgres } = require("./local/postgres/server");
      const session = new Session();
      require("node:fs").writeSync(1, session.dir);
      startPostgres(session, JSON.parse(process.argv[1]));`;
    const args = ["-r", "./programs/register.js", "-e", program, JSON.stringify(access)];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    const [temporary] = (await once(child.stdout, "data")) as [Buffer];
    // The first file that initdb writes, long before it is done.
    const isMaking = () =>
      readdirSync(folder).some((name) => existsSync(path.join(folder, name, "PG_VERSION")));
    while (!isMaking()) await sleep(5);
    child.kill("SIGKILL");
    // Its guard ends initdb, and removes this last.
    while (existsSync(String(temporary))) await sleep(20);
    const session = new Session();
    try {
      await startPostgres(session, access);
      expect(readdirSync(folder)).to.deep.equal(["data"]);
    } finally {
      await session.close();
    }
  });

  it("says what to do with data of another version of PostgreSQL", async () => {
    const keepIn = path.join(dir, "old");
    mkdirSync(keepIn);
    writeFileSync(path.join(keepIn, "PG_VERSION"), "9\n");
    const session = new Session();
    const failed = await rejection(
      startPostgres(session, { database: "demo", user: "postgres", password: "local", keepIn }),
    );
    await session.close();
    expect(failed).to.include(`${keepIn} holds the data of PostgreSQL 9`).and.include("--keep-data");
    expect(readdirSync(keepIn)).to.deep.equal(["PG_VERSION"]);
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
