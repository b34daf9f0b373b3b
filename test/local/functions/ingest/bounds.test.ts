import { expect } from "chai";
import { ingestHandler } from "../../../../functions/ingest/handler";
import { defineTable } from "../../../../functions/ingest/table";
import records from "../../../../tables/records";
import { packageCallback } from "../../../../trials/packageCallback";
import { IngestFixture, options, resultOf } from "../../../support/ingestFixture";

describe("An ingest function", () => {
  let fixture: IngestFixture;
  before(async () => {
    fixture = await IngestFixture.start();
    const bounded = await packageCallback(ingestHandler({ ...options, maxHops: 2, tables: [records] }));
    await fixture.deploy("bounded", bounded, {}, 9);
  });
  afterEach(() => fixture.clear());
  after(() => fixture.close());

  it("hands over as often as it may, then ends the job with its reason, and hands over no more", async () => {
    let next: unknown = (await fixture.sample(9)).event;
    for (const hop of [0, 1]) {
      expect(await resultOf(fixture.invoke(next, "bounded"))).to.include({ status: "continued", hop });
      next = fixture.handOvers[hop];
    }
    const last = await resultOf(fixture.invoke(next, "bounded"));
    expect(last).to.include({ status: "failed", hop: 2 });
    expect(last.reason).to.match(
      /^not done after 2 hand-overs, the most allowed\. [\d,]+ rows of it are in records/,
    );
    expect(fixture.handOvers).to.have.length(2);
    expect(await fixture.rows("SELECT status, hops FROM ingest_jobs")).to.deep.equal([["failed", 2]]);
    expect((await resultOf(fixture.invoke(next, "bounded"))).status).to.equal("failed");
    expect(fixture.handOvers).to.have.length(2);
  });

  it("ends a job whose key no table takes any more once the sweeper finds it, or a hand-over, and says what to do", async () => {
    const { event } = await fixture.sample();
    const cards = defineTable({ ...records, files: { prefix: "cards/" } });
    const without = await packageCallback(ingestHandler({ ...options, tables: [cards] }));
    await fixture.deploy("without", without);
    const reason =
      "no table takes its key any more: deploy one that does, and go on with npm run load -- KEY --resume";
    const stalled = { ...event, etag: "e", size: 1000 };
    expect(await resultOf(fixture.invoke(stalled, "without")), "a notification's").to.include({
      status: "skipped",
    });
    for (const more of [{ swept: true }, { offset: 100 }]) {
      await fixture.clear();
      await fixture.rows(
        "INSERT INTO ingest_jobs (bucket, key, etag, size, rows_loaded) VALUES ('bucket', 'sample.csv', 'e', 1000, 5)",
      );
      const result = await resultOf(fixture.invoke({ ...stalled, ...more }, "without"));
      expect(result).to.include({ status: "failed", rows: 5 });
      expect(result.reason).to.match(new RegExp(`^${reason} --stack NAME\\. 5 rows of it are in records`));
      expect(await fixture.rows("SELECT status, reason FROM ingest_jobs")).to.deep.equal([
        ["failed", result.reason],
      ]);
    }
  });

  it("leaves files under glue/ to the Glue job where there is one, and says so once a file", async () => {
    const { event } = await fixture.sample();
    const besideGlue = ingestHandler({ ...options, skipPrefix: "glue/", tables: [records] });
    await fixture.deploy("beside-glue", await packageCallback(besideGlue));
    const s3 = { object: { key: "glue/sample.csv" }, bucket: { name: event.bucket } };
    const created = { eventName: "ObjectCreated:Put", s3 };
    const { result, log } = await fixture.invoke({ Records: [created] }, "beside-glue");
    const left = {
      ...{ status: "skipped", rows: 0, rejected: 0, offset: 0, hop: 0 },
      reason: "a file under glue/ is not the function's to load",
    };
    expect(result).to.deep.equal(left);
    expect(JSON.parse(log)).to.include({ key: "glue/sample.csv", reason: left.reason });
    expect(await fixture.rows("SELECT key FROM ingest_jobs")).to.be.empty;
    // One that is asked for by name is loaded.
    expect(await resultOf(fixture.invoke(event, "beside-glue"))).to.include({ status: "done" });
  });

  it("throws, so that Lambda tries again, where the database can't make the job; no table is missing for that", async () => {
    const { event } = await fixture.sample();
    await fixture.rows(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'not now'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON ingest_jobs EXECUTE FUNCTION refuse()`);
    try {
      expect(await fixture.invoke(event)).to.include({ error: "not now" });
    } finally {
      await fixture.rows("DROP FUNCTION refuse CASCADE");
    }
    expect(await resultOf(fixture.invoke(event))).to.include({ status: "done" });
  });

  it("leaves no connection behind, whether it is done, hands over, fails or throws", async () => {
    const connections = `SELECT count(*)::int FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
    const none = async (): Promise<void> => {
      // The server notices the end of a connection a moment later.
      while (Number((await fixture.rows(connections))[0]?.[0]) > 0) await new Promise(setImmediate);
    };
    const { event } = await fixture.sample();
    await resultOf(fixture.invoke(event, "hasty"));
    await none();
    fixture.s3.fault = () => ({ cutAfterBytes: 100_000 });
    expect((await fixture.invoke(event)).error).to.match(/\w/);
    fixture.mend();
    await none();
    expect((await resultOf(fixture.invoke(event))).status).to.equal("done");
    await none();
    expect((await resultOf(fixture.invoke(event))).status).to.equal("skipped");
    await none();
    const failed = await resultOf(fixture.invoke(await fixture.put("no header", "other.csv")));
    expect(failed.status).to.equal("failed");
    await none();
  });
});
