import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { connect } from "../../../../functions/shared/database";
import { AwsError } from "../../../../local/http";
import { packageCallback } from "../../../../trials/packageCallback";
import { IngestFixture, options, resultOf } from "../../../support/ingestFixture";

const header = "mcc,merchant,currency,amount,transaction_date,card_type";

describe("An ingest job, whatever happens to its function,", () => {
  let fixture: IngestFixture;

  before(async () => {
    fixture = await IngestFixture.start();
  });
  afterEach(() => fixture.clear());
  after(() => fixture.close());

  it("hands over after each chunk when time is short, and ends with the same rows", async () => {
    const { event, expected, bytes } = await fixture.sample(9);
    let next: unknown = event;
    let offset = 0;
    for (let hop = 0; ; hop++) {
      const result = await resultOf(fixture.invoke(next, "hasty"));
      expect(result.hop).to.equal(hop);
      expect(Number(result.offset)).to.be.greaterThan(offset);
      offset = Number(result.offset);
      if (result.status === "done") break;
      expect(result.status).to.equal("continued");
      expect(fixture.handOvers.length).to.equal(hop + 1);
      next = fixture.handOvers[hop];
    }
    expect(fixture.handOvers.length).to.be.greaterThan(5);
    await fixture.expectExactly(expected);
    expect(
      await fixture.rows(
        "SELECT status, hops, byte_offset::int, rows_loaded::int, rows_rejected::int FROM ingest_jobs",
      ),
    ).to.deep.equal([["done", fixture.handOvers.length, bytes, 10_000, 9]]);
  });

  it("hands over while its last chunks are committed, and the next hop waits for them", async () => {
    const { event, expected } = await fixture.sample(9);
    await fixture.slowDown(0.3);
    const first = resultOf(fixture.invoke(event, "hasty"));
    while (fixture.handOvers.length === 0) await fixture.reach(0);
    const next = fixture.handOvers[0] as { offset: number };
    const behind = await fixture.rows(`SELECT byte_offset < ${next.offset} FROM ingest_jobs`);
    expect(behind, "the checkpoint is behind the hand-over").to.deep.equal([[true]]);
    const second = await fixture.invoke(next);
    expect(second.result).to.include({ status: "done", rows: 10_000, hop: 1 });
    const { status, rows } = await first;
    expect(status).to.equal("continued");
    expect(JSON.parse(second.log), "it did nothing twice").to.include({ Rows: 10_000 - Number(rows) });
    await fixture.expectExactly(expected);
  });

  it("loads over one connection, and says so, where the server has no room for a second", async () => {
    const { event, expected } = await fixture.sample(9);
    await fixture.rows("CREATE ROLE narrow LOGIN PASSWORD 'narrow' CONNECTION LIMIT 1");
    await fixture.rows("GRANT ingest TO narrow");
    fixture.secrets.put("narrow", JSON.stringify({ username: "narrow", password: "narrow" }));
    await fixture.deploy("narrow", fixture.packaged, { DATABASE_SECRET_ARN: "narrow" });
    const answer = await fixture.invoke(event, "narrow");
    expect(answer.result).to.include({ status: "done" });
    expect(JSON.parse(answer.log))
      .to.have.property("oneLane")
      .that.matches(/too many connections/);
    await fixture.expectExactly(expected);
  });

  it("goes on behind a header with \\r\\n, which a later hop does not see", async () => {
    const record = "5411,a,EUR,1,2024-01-01,visa\r\n";
    const text = `${header}\r\n${record.repeat(10_000)}`;
    const first = await resultOf(fixture.invoke(await fixture.put(text), "hasty"));
    expect(first.status).to.equal("continued");
    expect(await resultOf(fixture.invoke(fixture.handOvers[0]))).to.include({
      status: "done",
      rows: 10_000,
      rejected: 0,
    });
  });

  it("goes on in the middle of a packed file in another encoding, whose checkpoint counts its text", async () => {
    const { content, expected } = await fixture.sample(9);
    const packed = gzipSync(Buffer.from(content.toString(), "utf16le"));
    let next: unknown = await fixture.put(packed, "sample.csv.gz");
    let hops = 0;
    for (; ; hops++) {
      const result = await resultOf(fixture.invoke(next, "hasty"));
      if (result.status === "done") break;
      expect(result.status).to.equal("continued");
      next = fixture.handOvers[hops];
      expect(next).to.have.property("offset", 0);
    }
    expect(hops).to.be.greaterThan(5);
    await fixture.expectExactly(expected);
    expect(await fixture.rows("SELECT byte_offset::int, rows_rejected::int FROM ingest_jobs")).to.deep.equal([
      [content.length, 9],
    ]);
  });

  it("takes the checkpoint's word, not the event's, for where to go on", async () => {
    const { event, expected } = await fixture.sample();
    await resultOf(fixture.invoke(event, "hasty"));
    for (const offset of [0, 1, 123_456, 1e12]) {
      expect((await resultOf(fixture.invoke({ ...event, offset }, "hasty"))).status).to.equal("continued");
    }
    expect((await resultOf(fixture.invoke({ ...event, offset: 5 }))).status).to.equal("done");
    await fixture.expectExactly(expected);
  });

  it("loads nothing twice and loses nothing when it is killed and started again", async () => {
    const { event, expected } = await fixture.sample(9);
    await fixture.slowDown(0.05);
    for (const offset of [1, 3 * options.chunkBytes, 6 * options.chunkBytes]) {
      const killed = fixture.invoke(event);
      await fixture.reach(offset);
      fixture.killProcesses();
      expect((await killed).error, "killed before its end").to.match(/SIGKILL/);
    }
    expect((await resultOf(fixture.invoke(event))).status).to.equal("done");
    await fixture.expectExactly(expected);
  });

  it("leaves a file to one of two that are started at once; the other answers skipped", async () => {
    const { event, expected } = await fixture.sample(9);
    await fixture.slowDown(0.02);
    const results = await Promise.all([resultOf(fixture.invoke(event)), resultOf(fixture.invoke(event))]);
    expect(results.map(({ status }) => status).sort()).to.deep.equal(["done", "skipped"]);
    await fixture.expectExactly(expected);
    expect(await resultOf(fixture.invoke(event)), "a third start").to.include({
      status: "skipped",
      rows: 10_000,
    });
    await fixture.expectExactly(expected);
  });

  it("throws, and goes on at the checkpoint later, when S3 fails or cuts the file short", async () => {
    const { event, expected } = await fixture.sample();
    fixture.s3.fault = () => "500";
    expect((await fixture.invoke(event)).error).to.match(/internal error/);
    fixture.mend();
    await resultOf(fixture.invoke(event, "hasty"));
    fixture.s3.fault = () => ({ cutAfterBytes: 200_000 });
    expect((await fixture.invoke(event)).error).to.match(/\w/);
    fixture.mend();
    const [[offset, status] = []] = await fixture.rows("SELECT byte_offset::int, status FROM ingest_jobs");
    expect(offset).to.be.within(options.chunkBytes, 2 * options.chunkBytes + 200_000);
    expect(status).to.equal("running");
    expect((await resultOf(fixture.invoke(event))).status).to.equal("done");
    await fixture.expectExactly(expected);
  });

  it("throws, and goes on at the checkpoint later, when S3 sends another range than it was asked for", async () => {
    const { event, expected } = await fixture.sample();
    await resultOf(fixture.invoke(event, "hasty"));
    fixture.s3.fault = () => "another-range";
    expect((await fixture.invoke(event)).error).to.equal("S3 sent another range of bucket/sample.csv");
    fixture.mend();
    expect((await resultOf(fixture.invoke(event))).status).to.equal("done");
    await fixture.expectExactly(expected);
  });

  it("throws, and goes on at the checkpoint later, when the hand-over is refused", async () => {
    const { event, expected } = await fixture.sample();
    fixture.lambda.fault = () => {
      throw new AwsError("TooManyRequestsException", 429, "Rate Exceeded.");
    };
    expect((await fixture.invoke(event, "hasty")).error).to.match(/Rate Exceeded/);
    fixture.mend();
    await fixture.reach(1);
    expect((await resultOf(fixture.invoke(event))).status).to.equal("done");
    await fixture.expectExactly(expected);
  });

  it("throws when the secret is refused, waits for one that takes a while, and never tells it", async () => {
    const { event, expected } = await fixture.sample();
    // One that has not read it yet.
    await fixture.deploy("unknowing");
    fixture.secrets.fault = () => Promise.reject(new AwsError("InternalServiceError", 500, "Try again"));
    expect((await fixture.invoke(event, "unknowing")).error).to.equal("Try again");
    fixture.secrets.fault = () => sleep(500);
    const { result, log } = await fixture.invoke(event, "unknowing");
    expect(result).to.include({ status: "done" });
    expect(log).not.to.contain(fixture.password);
    await fixture.expectExactly(expected);
  });

  it("throws, and goes on at the checkpoint later, when the database crashes", async () => {
    const { event, expected } = await fixture.sample();
    await fixture.slowDown(0.05);
    const answer = fixture.invoke(event);
    await fixture.reach(options.chunkBytes);
    await fixture.postgres.restart("immediate");
    expect((await answer).error).to.match(/\w/);
    await fixture.reconnect();
    expect((await resultOf(fixture.invoke(event))).status).to.equal("done");
    await fixture.expectExactly(expected);
  });

  it("throws, and goes on at the checkpoint later, when the database's disk is full", async () => {
    const { event, expected } = await fixture.sample(9);
    await fixture.onEachCopy("IF turn = 5 THEN RAISE disk_full; END IF;");
    expect((await fixture.invoke(event)).error).to.match(/disk_full|53100/);
    await fixture.reach(1);
    expect(await fixture.rows("SELECT status FROM ingest_jobs")).to.deep.equal([["running"]]);
    expect((await resultOf(fixture.invoke(event))).status).to.equal("done");
    await fixture.expectExactly(expected);
  });

  it("commits two transactions that are under way at once in the file's order, whichever is ready first", async () => {
    const { event, expected } = await fixture.sample(9);
    await fixture.onEachCopy("IF turn % 2 = 1 THEN PERFORM pg_sleep(0.1); END IF;");
    const answer = resultOf(fixture.invoke(event));
    const both =
      "SELECT count(*) > 1 FROM pg_stat_activity WHERE query LIKE 'BEGIN; COPY %' AND state = 'active'";
    while (!(await fixture.rows(both))[0]?.[0]) await fixture.reach(0);
    expect((await answer).status).to.equal("done");
    await fixture.expectExactly(expected);
  });

  it("goes on in smaller steps when functions began in vain: the database may be too slow for large ones", async () => {
    const { event } = await fixture.sample();
    const { offset } = await resultOf(fixture.invoke(event, "hasty"));
    const whole = options.chunkBytes / 2;
    expect(offset).to.be.within(1.5 * whole, 1.5 * whole + 2 * options.pieceBytes);
    await fixture.rows("UPDATE ingest_jobs SET starts = 2");
    const small = Number((await resultOf(fixture.invoke(event, "hasty"))).offset) - Number(offset);
    expect(small, "a piece each").to.be.within(1, 2 * options.pieceBytes);
  });

  it("fails for good when the file is gone, or another one took its place between two hops", async () => {
    expect((await resultOf(fixture.invoke({ bucket: "bucket", key: "nowhere" }))).reason).to.match(
      /no bucket\/nowhere: NoSuchKey/,
    );
    const { event } = await fixture.sample();
    await resultOf(fixture.invoke(event, "hasty"));
    await fixture.put("another", "sample.csv");
    // As of a bucket that keeps no versions.
    await fixture.rows("UPDATE ingest_jobs SET version_id = NULL");
    const { etag } = fixture.handOvers[0] as { etag: string };
    const result = await resultOf(fixture.invoke({ ...event, etag }));
    expect(result.status).to.equal("failed");
    expect(result.reason).to.match(/bucket\/sample.csv was replaced by another version/);
  });

  it("reads the version that it began to its end, though another took its place and the event names none", async () => {
    const { event, expected } = await fixture.sample();
    await resultOf(fixture.invoke(event, "hasty"));
    const { etag } = fixture.handOvers[0] as { etag: string };
    await fixture.put("another", "sample.csv");
    expect((await resultOf(fixture.invoke({ ...event, etag }))).status).to.equal("done");
    await fixture.expectExactly(expected);
  });

  it("ends, and makes each further event a dead letter, when too many functions began it in vain", async () => {
    const { event } = await fixture.sample();
    await resultOf(fixture.invoke(event, "hasty"));
    await fixture.rows("UPDATE ingest_jobs SET starts = 25");
    expect((await fixture.invoke(event)).error).to.match(/25 functions in a row began at byte \d+/);
    expect((await fixture.invoke(event)).error).to.match(/25 functions in a row began at byte \d+/);
    expect(await fixture.rows("SELECT status FROM ingest_jobs")).to.deep.equal([["failed"]]);
  });

  it("counts the starts since the last checkpoint only", async () => {
    const { event } = await fixture.sample();
    await resultOf(fixture.invoke(event, "hasty"));
    await fixture.rows("UPDATE ingest_jobs SET starts = 20");
    await resultOf(fixture.invoke(event, "hasty"));
    expect(await fixture.rows("SELECT starts FROM ingest_jobs")).to.deep.equal([[0]]);
  });

  it("does not block its successor for long when it is frozen in the middle of a transaction", async () => {
    // Serialized like the functions themselves.
    const settings = async (): Promise<unknown> => {
      const client = await connect();
      const names = [
        "idle_in_transaction_session_timeout",
        "lock_timeout",
        "statement_timeout",
        "tcp_keepalives_idle",
      ];
      const { rows } = await client.query(
        "SELECT name, current_setting(name) AS value FROM unnest($1::text[]) name",
        [names],
      );
      await client.end();
      return rows;
    };
    await fixture.deploy("settings", await packageCallback(settings));
    expect((await fixture.invoke({}, "settings")).result).to.deep.equal([
      { name: "idle_in_transaction_session_timeout", value: "10s" },
      { name: "lock_timeout", value: "30s" },
      { name: "statement_timeout", value: "2min" },
      { name: "tcp_keepalives_idle", value: "10" },
    ]);
  });
});
