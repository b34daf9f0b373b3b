import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { Client } from "pg";
import { type LocalPostgres, startPostgres } from "../../../local/postgres/server";
import { Session } from "../../../local/session";
import { rejection } from "../../support/rejection";

describe("PostgreSQL on this machine", () => {
  const access = { database: 'Ünusual "name"', user: "postgres", password: "it's a 'secret' \\ one" };
  let session: Session;
  let postgres: LocalPostgres;

  before(async () => {
    session = new Session();
    postgres = await startPostgres(session, { ...access, parameters: { work_mem: "7MB" } });
  });
  after(() => session.close());

  async function query(sql: string, options: object = {}): Promise<unknown[]> {
    const ca = readFileSync(postgres.caFile, "utf8");
    const client = new Client({
      ...access,
      host: postgres.host,
      port: postgres.port,
      ssl: { ca },
      ...options,
    });
    client.on("error", () => undefined); // A restart ends it.
    await client.connect();
    try {
      return (await client.query<unknown[]>({ text: sql, rowMode: "array" })).rows.flat();
    } finally {
      await client.end();
    }
  }

  it("answers over verified TLS, by address and by name, in the database asked for", async () => {
    const sql = "SELECT current_database(), ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    expect(await query(sql)).to.deep.equal([access.database, true]);
    expect(await query(sql, { host: "localhost" })).to.deep.equal([access.database, true]);
  });

  it("refuses a connection without TLS, a wrong password and an unknown authority", async () => {
    expect(await rejection(query("SELECT 1", { ssl: false }))).to.match(
      /no pg_hba.conf entry.*no encryption/,
    );
    expect(await rejection(query("SELECT 1", { password: "guess" }))).to.match(
      /password authentication failed/,
    );
    expect(await rejection(query("SELECT 1", { ssl: { ca: [] } }))).to.match(/self-signed certificate/);
  });

  it("keeps PostgreSQL's durability, and sets the parameters asked for", async () => {
    const sql = `SELECT current_setting(name) FROM unnest(ARRAY['fsync', 'synchronous_commit',
      'full_page_writes', 'work_mem', 'listen_addresses', 'unix_socket_directories']) AS name`;
    expect(await query(sql)).to.deep.equal(["on", "on", "on", "7MB", "127.0.0.1", ""]);
  });

  it("lets nobody but its account into the folder of the run", () => {
    for (const dir of [session.dir, dirname(postgres.dataDir)]) {
      expect(statSync(dir).mode & 0o067, dir).to.equal(0);
    }
  });

  it("leaves the password nowhere, and the key to the server alone", () => {
    expect(existsSync(join(session.dir, "postgres", "password"))).to.equal(false);
    expect(readFileSync(postgres.logFile, "utf8")).not.to.contain("secret");
    expect(statSync(join(postgres.dataDir, "server.key")).mode & 0o777).to.equal(0o600);
  });

  it("comes back from a restart and from a crash, on the same port with what was committed", async () => {
    await query("CREATE TABLE kept AS SELECT 42 AS answer");
    await postgres.restart();
    expect(await query("SELECT answer FROM kept")).to.deep.equal([42]);
    await query("INSERT INTO kept VALUES (43)");
    await postgres.restart("immediate");
    expect(await query("SELECT answer FROM kept ORDER BY 1")).to.deep.equal([42, 43]);
  });

  it("names a port that is in use, and the fix", async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) =>
      holder.listen(0, "127.0.0.1", () => resolve((holder.address() as { port: number }).port)),
    );
    const second = new Session();
    try {
      expect(await rejection(startPostgres(second, { ...access, port }))).to.match(
        new RegExp(`^Port ${port} on 127.0.0.1 is in use: .*choose another`),
      );
    } finally {
      await second.close();
      holder.close();
    }
  });

  it("says why it did not start, in the words of the server's log", async () => {
    const second = new Session();
    try {
      const started = startPostgres(second, { ...access, parameters: { shared_buffers: "plenty" } });
      expect(await rejection(started)).to.match(/did not start[^]*shared_buffers[^]*plenty/);
    } finally {
      await second.close();
    }
  });

  it("ends with its session and takes its folder along", async () => {
    const second = new Session();
    const other = await startPostgres(second, access);
    const pid = Number(readFileSync(join(other.dataDir, "postmaster.pid"), "utf8").split("\n")[0]);
    expect(() => process.kill(pid, 0)).not.to.throw();
    writeFileSync(join(second.dir, "other-file"), "");
    await second.close();
    expect(() => process.kill(pid, 0)).to.throw("ESRCH");
    expect(existsSync(second.dir)).to.equal(false);
  });
});
