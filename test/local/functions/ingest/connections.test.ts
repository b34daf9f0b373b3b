import { setTimeout as sleep } from "node:timers/promises";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Client } from "pg";
import { IngestFixture, resultOf } from "../../../support/ingestFixture";

const header = "mcc,merchant,currency,amount,transaction_date,card_type";
const login = { username: "few", password: "few" };

describe("The ingest function, when connections are few,", () => {
  let fixture: IngestFixture;
  const taken: Client[] = [];

  before(async () => {
    fixture = await IngestFixture.start();
    await fixture.rows("CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 4");
    await fixture.rows("GRANT ingest TO few");
    fixture.secrets.put("few", JSON.stringify(login));
    await fixture.deploy("few", fixture.packaged, { DATABASE_SECRET_ARN: "few" });
    await fixture.deploy("brief", fixture.packaged, { DATABASE_SECRET_ARN: "few" }, 3);
  });
  afterEach(async () => {
    await free();
    await fixture.clear();
  });
  after(() => fixture.close());

  async function take(count: number, user = "few"): Promise<void> {
    const { host, port, database, caFile } = fixture.postgres;
    const ssl = { ca: readFileSync(caFile, "utf8") };
    const access = { user, password: "few" };
    for (let i = 0; i < count; i++) taken.push(new Client({ host, port, database, ssl, ...access }));
    await Promise.all(taken.map((client) => client.connect()));
  }
  const free = () => Promise.all(taken.splice(0).map((client) => client.end()));

  it("waits for one, leaves two to others, and loads then over that one", async () => {
    const { event, expected } = await fixture.sample(9);
    await take(2);
    let ended = false;
    const answer = fixture.invoke(event, "few").finally(() => (ended = true));
    await sleep(2000);
    expect(ended, "it ended while only two were left").to.equal(false);
    expect(await fixture.rows("SELECT FROM ingest_jobs")).to.deep.equal([]);
    await free();
    const { result, log } = await answer;
    expect(result).to.include({ status: "done" });
    expect(JSON.parse(log)).to.not.have.property("oneLane");
    await fixture.expectExactly(expected);
  });

  it("takes a second one only while half of them are free", async () => {
    const { event, expected } = await fixture.sample(9);
    await take(1);
    const { result, log } = await fixture.invoke(event, "few");
    await free();
    expect(result).to.include({ status: "done" });
    expect(JSON.parse(log)).to.have.property(
      "oneLane",
      "3 of the 4 connections of its role are taken, the others are left to others",
    );
    await fixture.expectExactly(expected);
  });

  it("counts those of both logins that take turns", async () => {
    const { event } = await fixture.sample();
    await fixture.rows("ALTER ROLE ingest_2 PASSWORD 'few'");
    await take(3, "ingest_2");
    const { reason } = await resultOf(fixture.invoke(event, "brief"));
    expect(reason).to.match(/^no connection to the database: 4 of the 4 connections of its role are taken/);
  });

  it("hands over when its time ends while it waits, and fails when so many others have waited before it", async () => {
    const { event } = await fixture.sample();
    await take(4);
    expect(await resultOf(fixture.invoke(event, "brief"))).to.include({ status: "continued", offset: 0 });
    expect(fixture.handOvers).to.deep.equal([{ ...event, waits: 1 }]);
    expect((await fixture.invoke({ ...event, waits: 25 }, "brief")).error).to.match(/too many connections/);
    expect(fixture.handOvers.length).to.equal(1);
    await free();
    expect(await resultOf(fixture.invoke(fixture.handOvers[0], "few"))).to.include({ status: "done" });
  });

  it("leaves a start by the sweeper, which sends another one, when its time ends while it waits", async () => {
    const { event } = await fixture.sample();
    await take(4);
    const answer = await resultOf(fixture.invoke({ ...event, swept: true }, "brief"));
    expect(answer).to.include({ status: "skipped", rows: 0 });
    expect(answer.reason).to.match(/^no connection to the database: .*too many connections/);
    expect(fixture.handOvers).to.deep.equal([]);
  });

  it("counts what it has committed also where no connection was left to end the job over", async () => {
    const good = "5411,a,EUR,1,2024-01-01,visa\n".repeat(700);
    const event = await fixture.put(`${header}\n${good}${"bad\n".repeat(5000)}`);
    // With the first checkpoint: the COPY of the bad records, which is rolled back, may end before it.
    await fixture.rows(`CREATE FUNCTION shut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
      $$ BEGIN ALTER ROLE few CONNECTION LIMIT 0; RETURN NULL; END $$`);
    await fixture.rows(
      "CREATE TRIGGER shut AFTER UPDATE OF byte_offset ON ingest_jobs EXECUTE FUNCTION shut()",
    );
    const { result, log } = await fixture.invoke(event, "brief");
    await fixture.rows("DROP FUNCTION shut CASCADE");
    await fixture.rows("ALTER ROLE few CONNECTION LIMIT 4");
    expect(result).to.include({ status: "continued" });
    const [[rows] = []] = await fixture.rows(
      "SELECT rows_loaded::int FROM ingest_jobs WHERE rows_loaded > 0",
    );
    expect(JSON.parse(log)).to.include({ Rows: rows });
  });

  it("waits for a server that restarts", async () => {
    const { event, expected } = await fixture.sample();
    await fixture.postgres.stop();
    const answer = resultOf(fixture.invoke(event));
    await sleep(1000);
    await fixture.postgres.restart();
    await fixture.reconnect();
    expect(await answer).to.include({ status: "done" });
    await fixture.expectExactly(expected);
  });

  it("leaves a job that the sweeper knows where S3 fails and the event says what the file is", async () => {
    const { event, bytes: size, expected } = await fixture.sample();
    await resultOf(fixture.invoke(event, "hasty"));
    const { etag } = fixture.handOvers[0] as { etag: string };
    await fixture.rows("TRUNCATE records, ingest_jobs, ingest_rejects");
    fixture.s3.fault = () => "500";
    expect((await fixture.invoke({ ...event, etag, size })).error).to.match(/internal error/);
    fixture.mend();
    expect(
      await fixture.rows("SELECT status, size::int, byte_offset::int, uploaded_at FROM ingest_jobs"),
    ).to.deep.equal([["running", size, 0, null]]);
    expect(await resultOf(fixture.invoke({ ...event, etag }))).to.include({ status: "done" });
    expect(await fixture.rows("SELECT uploaded_at IS NOT NULL FROM ingest_jobs")).to.deep.equal([[true]]);
    await fixture.expectExactly(expected);
  });

  it("ends a job whose object S3 refuses to each of too many functions in a row", async () => {
    const { event, bytes: size } = await fixture.sample();
    fixture.s3.fault = () => "500";
    const asked = { ...event, etag: "e", size, swept: true };
    expect((await fixture.invoke(asked)).error).to.match(/internal error/);
    await fixture.rows("UPDATE ingest_jobs SET starts = 24");
    expect((await fixture.invoke(asked)).error).to.match(/internal error/);
    const job = "SELECT status, starts, reason FROM ingest_jobs";
    expect(await fixture.rows(job)).to.deep.equal([["running", 25, null]]);
    for (let time = 1; time <= 2; time++) {
      expect((await fixture.invoke(asked)).error).to.match(/internal error/);
      const [[status, starts, reason] = []] = await fixture.rows(job);
      expect([status, starts]).to.deep.equal(["failed", 26]);
      expect(reason).to.match(/^S3 opened it for none of 25 functions in a row: .*internal error/);
    }
  });

  it("leaves such a job also where the connection took so long that the object had to be opened anew", async () => {
    const { event, bytes: size } = await fixture.sample();
    await resultOf(fixture.invoke(event, "hasty"));
    const { etag } = fixture.handOvers[0] as { etag: string };
    await fixture.rows("TRUNCATE records, ingest_jobs, ingest_rejects");
    let reads = 0;
    fixture.s3.fault = () => (++reads > 1 ? "500" : undefined);
    fixture.secrets.fault = () => sleep(5500, undefined);
    await fixture.deploy("late");
    expect((await fixture.invoke({ ...event, etag, size }, "late")).error).to.match(/internal error/);
    expect(await fixture.rows("SELECT status, size::int, byte_offset::int FROM ingest_jobs")).to.deep.equal([
      ["running", size, 0],
    ]);
  });

  it("reads its secret once in a process, and again when it is refused", async () => {
    const { event } = await fixture.sample();
    let reads = 0;
    fixture.secrets.fault = () => Promise.resolve(void reads++);
    await fixture.deploy("reader", fixture.packaged, { DATABASE_SECRET_ARN: "few" });
    for (let i = 0; i < 3; i++) await resultOf(fixture.invoke(event, "reader"));
    expect(reads).to.equal(1);
    await fixture.rows("ALTER ROLE few PASSWORD 'fewer'");
    fixture.secrets.put("few", JSON.stringify({ ...login, password: "fewer" }));
    await resultOf(fixture.invoke(event, "reader"));
    expect(reads).to.equal(2);
    await fixture.rows("ALTER ROLE few PASSWORD 'few'");
    fixture.secrets.put("few", JSON.stringify(login));
  });
});
