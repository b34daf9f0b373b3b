import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { Client } from "pg";
import { type Environment, startEnvironment } from "../../../../local/environment";
import { Session } from "../../../../local/session";
import { createUser } from "../../../../scripts/cognito/admin";
import { checkApi, expectedOf } from "../../../../scripts/cognito/checkApi";
import { Target } from "../../../../scripts/cognito/target";
import { signIn } from "../../../../scripts/cognito/tokens";
import { outputReader } from "../../../../scripts/shared/stackOutputs";
import { startAuthStack } from "../../../support/authStack";
import { rejection } from "../../../support/rejection";

interface Page {
  readonly records: readonly Record<string, unknown>[];
  readonly next: string | null;
  readonly message?: string;
}

/** As it deploys: the packaged function behind the API, as the role `reader` of a real PostgreSQL. */
describe("GET /records", function () {
  this.timeout(120_000);
  const user = { username: "reader", password: "Correct-horse-1" };
  const noNewPassword = () => Promise.reject(new Error("asked for a new password"));
  let session: Session;
  let environment: Environment;
  let target: Target;
  let master: Client;
  let authorization: string;

  before(async () => {
    session = new Session();
    environment = await startEnvironment(session, {
      stack: "local",
      config: { "auth:loginPorts": "[18974]" },
    });
    const env = path.join(session.dir, ".env");
    writeFileSync(env, "");
    target = new Target(
      { stack: "local", stackNamed: true, env },
      (stack, project) => Promise.resolve(outputReader(stack, project, environment.outputs[project])),
      () => environment.services.environment(),
    );
    authorization = await tokenOf(target);
    const { user: name, password } = environment.database;
    master = await connectAs(name, password);
    // A day of 205 rows, and 200 other days of 100.
    await master.query(
      `INSERT INTO records (mcc, merchant, currency, amount, transaction_date, card_type)
       SELECT CASE WHEN i > 1 THEN i END, 'M' || i, 'EUR', 12345678901.10 + i, '2024-02-29', 'debit' FROM generate_series(1, 205) i
       UNION ALL SELECT 1, 'M', 'EUR', 1, date '2023-01-01' + i % 200, 'debit' FROM generate_series(1, 20000) i`,
    );
    await master.query("ANALYZE records");
  });
  after(async () => {
    await master.end();
    await session.close();
  });

  async function tokenOf(of: Target): Promise<string> {
    const client = await of.connect();
    const pool = { client, UserPoolId: await of.userPoolId() };
    await createUser(pool, { ...user, temporary: false, attributes: {} });
    const { accessToken } = await signIn(of, user, noNewPassword);
    client.destroy();
    return accessToken;
  }

  async function connectAs(name: string, password: string): Promise<Client> {
    const { host, port, database } = environment.database.server;
    const client = new Client({
      host,
      port,
      database,
      user: name,
      password,
      ssl: { ca: environment.database.ca },
    });
    await client.connect();
    return client;
  }

  async function get(
    query: string,
    token = authorization,
  ): Promise<{ status: number; page: Page; headers: Headers }> {
    const headers = token === "" ? {} : { authorization: token };
    const response = await fetch(`${environment.outputs.auth.apiUrl}/records${query}`, { headers });
    return { status: response.status, page: (await response.json()) as Page, headers: response.headers };
  }

  it("answers a signed-in user with a day's rows, page by page", async () => {
    const pages: Page[] = [];
    for (let after = ""; ; after = `&after=${pages.at(-1)?.next}`) {
      const { status, page } = await get(`?day=2024-02-29${after}`);
      expect(status).to.equal(200);
      pages.push(page);
      if (page.next === null) break;
    }
    expect(pages.map(({ records }) => records.length)).to.deep.equal([100, 100, 5]);
    expect(pages[0]?.records[0]).to.deep.equal({
      ...{ id: "1", mcc: null, merchant: "M1", currency: "EUR", amount: "12345678902.10" },
      ...{ transaction_date: "2024-02-29", card_type: "debit" },
    });
    const ids = pages.flatMap(({ records }) => records.map(({ id }) => Number(id)));
    expect(ids).to.deep.equal(Array.from({ length: 205 }, (_, index) => index + 1));
    expect((await get("?day=2022-01-01")).page).to.deep.equal({ records: [], next: null });
    expect((await get("?day=2024-02-29&limit=1")).page.next).to.equal("1");
  });

  it("is readable for pages of the origin that config names, and kept by nobody", async () => {
    for (const query of ["?day=2024-02-29", "?day=x"]) {
      const { headers } = await get(query);
      expect(headers.get("access-control-allow-origin")).to.equal("*");
      expect(headers.get("cache-control")).to.equal("no-store");
      expect(headers.get("content-type")).to.equal("application/json");
    }
  });

  it("finds the day by its index, not by walking through ids", async () => {
    const scans = async (index: string) => {
      const sql = "SELECT idx_scan::int AS scans FROM pg_stat_user_indexes WHERE indexrelname = $1";
      return (await master.query<{ scans: number }>(sql, [index])).rows[0]!.scans;
    };
    const byDay = await scans("records_transaction_date");
    for (const after of ["0", "100", "20000"]) await get(`?day=2024-02-29&after=${after}`);
    // A session's figures are there once it has ended.
    while ((await scans("records_transaction_date")) < byDay + 3) await sleep(50);
    expect(await scans("records_pkey")).to.equal(0);
  });

  it("takes SQL for what it is, no day", async () => {
    const days = [
      "2024-02-29' OR '1'='1",
      "2024-02-29'; DROP TABLE records; --",
      "1) UNION SELECT rolpassword",
    ];
    for (const day of days) {
      const { status, page } = await get(`?day=${encodeURIComponent(day)}`);
      expect([status, page.message]).to.deep.equal([
        400,
        "day must be a day of the calendar, such as ?day=2024-01-31",
      ]);
    }
    expect((await get(`?day=2024-02-29&after=${encodeURIComponent("0 OR 1=1")}`)).status).to.equal(400);
    expect((await get("")).status).to.equal(400);
    expect((await get("?day=2024-02-29")).page.records).to.have.length(100);
  });

  it("lets in nobody without a token, and no user of another pool", async () => {
    const strangers = new Session();
    try {
      const env = path.join(strangers.dir, ".env");
      writeFileSync(env, "");
      const theirs = await tokenOf(
        (await startAuthStack(strangers, { "auth:loginPorts": "[18975]" })).target(env),
      );
      for (const token of ["", "garbage", theirs])
        expect((await get("?day=2024-02-29", token)).status).to.equal(401);
    } finally {
      await strangers.close();
    }
  });

  it("is among the routes that check-api calls, all as expected", async () => {
    const client = await target.connect();
    const pool = { client, UserPoolId: await target.userPoolId() };
    const expected = await expectedOf(target);
    expect(expected.map(({ path: called }) => called)).to.include("/records?day=2024-01-31");
    const matrix = await checkApi(
      target,
      pool,
      expected,
      { update: () => undefined },
      new AbortController().signal,
    );
    client.destroy();
    expect(matrix).to.deep.equal(expected.map(({ statuses }) => [...statuses]));
  });

  const forbidden = [
    "INSERT INTO records (amount) VALUES (1)",
    "UPDATE records SET amount = 0",
    "DELETE FROM records",
    "TRUNCATE records",
    "SELECT ingest_job FROM records",
    "SELECT * FROM ingest_jobs",
    "SELECT * FROM ingest_rejects",
    "SELECT * FROM schema_migrations",
    "SELECT ingest_take_back(1, 'x')",
    "SELECT nextval('records_id_seq')",
    "SET ROLE ingest",
    "CREATE TABLE public.mine (id int)",
    "SELECT pg_read_file('PG_VERSION')",
  ];
  for (const turn of ["reader", "reader_2"]) {
    it(`signs in as a role that reads a day's rows and may do no more: ${turn}`, async () => {
      const { outputs, services } = environment;
      const secret = JSON.parse(services.secrets.get(outputs.database.readerSecretArn) ?? "{}") as Record<
        string,
        string
      >;
      expect(secret.username).to.equal("reader");
      if (turn === "reader_2") await master.query("ALTER ROLE reader_2 PASSWORD 'its turn'");
      const client = await connectAs(turn, turn === "reader" ? secret.password! : "its turn");
      const { rows } = await client.query(
        "SELECT current_user, count(id)::int FROM records WHERE amount > 1",
      );
      expect(rows).to.deep.equal([{ current_user: "reader", count: 205 }]);
      expect(await rejection(client.query("CREATE TEMP TABLE mine (id int)"))).to.match(
        /read-only transaction/,
      );
      await client.query("SET default_transaction_read_only TO off");
      for (const sql of forbidden)
        expect(await rejection(client.query(sql)), sql).to.match(/permission denied/);
      await client.end();
    });
  }

  it("says 503 where the database has no connection for it, and goes on once it has", async () => {
    await master.query("ALTER ROLE reader CONNECTION LIMIT 0");
    const { status, page } = await get("?day=2024-02-29");
    await master.query("ALTER ROLE reader CONNECTION LIMIT 10");
    expect([status, page]).to.deep.equal([
      503,
      { message: "The database has no time for it now: try again" },
    ]);
    expect((await get("?day=2024-02-29")).status).to.equal(200);
  });
});
