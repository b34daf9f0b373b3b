import { expect } from "chai";
import { defineTable } from "../../../../functions/ingest/table";
import { tableSql } from "../../../../functions/ingest/tableSql";
import { jobsHandler } from "../../../../functions/jobs/handler";
import { packageCallback } from "../../../../trials/packageCallback";
import { IngestFixture, options, resultOf } from "../../../support/ingestFixture";

const prices = defineTable({
  name: "prices",
  files: { prefix: "prices/" },
  columns: [
    { name: "item", type: "text", required: true },
    { name: "price", type: "numeric(10,2)" },
  ],
  sameFile: "replace",
});
const header = "mcc,merchant,currency,amount,transaction_date,card_type";
const good = (merchant: string): string => `1,${merchant},EUR,1,2024-01-01,v\n`;
const count = 6000;
/** Some 200 kB: several chunks. */
const goods = good("a merchant of some length").repeat(count);

describe("A new version of a file", () => {
  let fixture: IngestFixture;

  before(async () => {
    fixture = await IngestFixture.start(prices);
    await fixture.rows(tableSql(prices));
    await fixture.deploy("jobs", await packageCallback(jobsHandler([])), { INGEST_FUNCTION_NAME: "ingest" });
  });
  afterEach(async () => {
    await fixture.rows("TRUNCATE prices");
    await fixture.clear();
  });
  after(() => fixture.close());

  const jobs = () => fixture.rows("SELECT status, rows_loaded::int, target FROM ingest_jobs ORDER BY id");
  /** Of each job that has rows. */
  const rowsOfJobs = (table: string) =>
    fixture.rows(`SELECT ingest_job::int, count(*)::int FROM ${table} GROUP BY 1 ORDER BY 1`);
  /** A file's text whose last rows are of no use, and fail its job late. */
  const bad = (text: string) => `${header}\n${text}${"x\n".repeat(options.maxRejects + 1)}`;
  const priceList = (rows: number, price: number): string =>
    `item,price\n${Array.from({ length: rows }, (_, i) => `item number ${i},${price}.00\n`).join("")}`;
  const prices_ = () => fixture.rows("SELECT price::text, count(*)::int FROM prices GROUP BY 1 ORDER BY 1");

  it("takes the rows of its failed predecessor back, whose message said that they stay", async () => {
    const failed = await resultOf(fixture.invoke(await fixture.put(bad(goods))));
    expect(failed.status).to.equal("failed");
    const stayed = Number(failed.rows);
    expect(stayed).to.be.within(1, count - 1);
    expect(failed.reason)
      .to.match(/more than 20 records were rejected/)
      .and.include(
        `${stayed.toLocaleString("en-US")} rows of it are in records: they go when a mended file is loaded under the same key, or with npm run load -- 'in/a file.csv' --undo --stack NAME`,
      );
    expect(await rowsOfJobs("records")).to.deep.equal([[1, stayed]]);
    const mended = await resultOf(fixture.invoke(await fixture.put(`${header}\n${goods}`)));
    expect(mended).to.include({ status: "done", rows: count });
    expect(await rowsOfJobs("records")).to.deep.equal([[2, count]]);
    expect(await jobs()).to.deep.equal([
      ["undone", 0, "records"],
      ["done", count, "records"],
    ]);
    expect(await fixture.rows("SELECT count(*)::int FROM ingest_rejects")).to.deep.equal([[0]]);
  });

  it("leaves the rows of a failed job that has another key, and of done ones", async () => {
    const failed = await resultOf(fixture.invoke(await fixture.put(bad(goods), "other.csv")));
    await resultOf(fixture.invoke(await fixture.put(`${header}\n${good("a")}`)));
    await resultOf(fixture.invoke(await fixture.put(`${header}\n${good("b")}`)));
    expect(await rowsOfJobs("records")).to.deep.equal([
      [1, failed.rows],
      [2, 1],
      [3, 1],
    ]);
  });

  it("takes a predecessor back that fails after it began", async () => {
    const first = await fixture.put(bad(goods));
    await resultOf(fixture.invoke(first, "hasty"));
    const next = fixture.handOvers[0];
    await fixture.rows("UPDATE ingest_jobs SET uploaded_at = uploaded_at - interval '1 minute'");
    await resultOf(fixture.invoke(await fixture.put(`${header}\n${good("b")}`)));
    expect(await rowsOfJobs("records"), "both are there while the older one runs").to.have.length(2);
    // Of a bucket that keeps no versions: there is nothing to go on with.
    await fixture.rows("UPDATE ingest_jobs SET version_id = NULL");
    const { versionId: _, ...withoutVersion } = next as { versionId?: string };
    const failed = await resultOf(fixture.invoke(withoutVersion));
    expect(failed).to.include({ status: "failed" });
    expect(failed.reason).to.match(/was replaced by another version$/);
    expect(await rowsOfJobs("records")).to.deep.equal([[2, 1]]);
  });

  it("replaces what was there in the moment in which it is complete", async () => {
    await resultOf(fixture.invoke(await fixture.put(priceList(9000, 1), "prices/1.csv")));
    await fixture.rows("UPDATE ingest_jobs SET uploaded_at = uploaded_at - interval '1 minute'");
    const event = await fixture.put(priceList(8000, 2), "prices/1.csv");
    await resultOf(fixture.invoke(event, "hasty"));
    const [old, fresh] = await prices_();
    expect(old, "until then").to.deep.equal(["1.00", 9000]);
    expect(fresh?.[1]).to.be.within(1, 7999);
    expect(await resultOf(fixture.invoke(event))).to.include({ status: "done", rows: 8000 });
    expect(await prices_()).to.deep.equal([["2.00", 8000]]);
    expect(await jobs()).to.deep.equal([
      ["undone", 0, "prices"],
      ["done", 8000, "prices"],
    ]);
    expect((await resultOf(fixture.invoke(event))).status, "a late event").to.equal("skipped");
    expect(await prices_()).to.deep.equal([["2.00", 8000]]);
  });

  it("replaces exactly once, however often it is killed", async () => {
    await resultOf(fixture.invoke(await fixture.put(priceList(6000, 1), "prices/1.csv")));
    await fixture.rows("UPDATE ingest_jobs SET uploaded_at = uploaded_at - interval '1 minute'");
    const event = await fixture.put(priceList(6000, 2), "prices/1.csv");
    await fixture.onEachCopy("PERFORM pg_sleep(0.1);", "prices");
    const complete = "SELECT count(*) = 0 FROM prices WHERE price = 1";
    for (const least of [1, 1000, 3000]) {
      const killed = fixture.invoke(event);
      const there = `SELECT count(*) >= ${least} FROM prices WHERE price = 2`;
      while (!(await fixture.rows(there))[0]?.[0])
        expect(await fixture.rows(complete)).to.deep.equal([[false]]);
      fixture.killProcesses();
      expect((await killed).error, "killed before its end").to.match(/SIGKILL/);
    }
    expect((await resultOf(fixture.invoke(event))).status).to.equal("done");
    expect(await prices_()).to.deep.equal([["2.00", 6000]]);
  });

  it("ends an older version that still loads, and leaves one alone that comes late, where it replaces", async () => {
    const old = await fixture.put(priceList(9000, 1), "prices/1.csv");
    await resultOf(fixture.invoke(old, "hasty"));
    const next = fixture.handOvers[0] as object;
    await fixture.rows("UPDATE ingest_jobs SET uploaded_at = uploaded_at - interval '1 minute'");
    const event = await fixture.put(priceList(10, 2), "prices/1.csv");
    expect((await resultOf(fixture.invoke(event))).status).to.equal("done");
    expect((await resultOf(fixture.invoke(next))).status).to.equal("skipped");
    expect(await prices_()).to.deep.equal([["2.00", 10]]);
    await fixture.rows("UPDATE ingest_jobs SET uploaded_at = now() + interval '1 day' WHERE status = 'done'");
    const late = await resultOf(fixture.invoke(await fixture.put(priceList(10, 3), "prices/1.csv")));
    expect(late).to.include({
      status: "skipped",
      reason: "job 2 loads or has loaded a newer version of the file",
    });
    expect(await prices_()).to.deep.equal([["2.00", 10]]);
  });

  it("is loaded anew when what was undone is uploaded once more", async () => {
    const event = await fixture.put(priceList(10, 1), "prices/1.csv");
    await resultOf(fixture.invoke(event));
    expect((await fixture.invoke({ action: "undo", ...event }, "jobs")).result).to.include({ rows: 10 });
    expect((await resultOf(fixture.invoke(event))).status, "a late event").to.equal("skipped");
    await fixture.rows("UPDATE ingest_jobs SET uploaded_at = uploaded_at - interval '1 minute'");
    expect(await resultOf(fixture.invoke(event))).to.include({ status: "done", rows: 10 });
    expect(await prices_()).to.deep.equal([["1.00", 10]]);
  });

  it("is undone and taken up anew by the jobs function, also while it runs", async () => {
    const event = await fixture.put(`${header}\n${goods}`);
    await resultOf(fixture.invoke(event, "hasty"));
    const [, loaded] = (await rowsOfJobs("records"))[0]!;
    const undone = await fixture.invoke({ action: "undo", ...event }, "jobs");
    expect(undone.result).to.have.nested.property("job.status", "running");
    expect(undone.result).to.include({ rows: loaded });
    expect(await rowsOfJobs("records")).to.deep.equal([]);
    expect((await resultOf(fixture.invoke(fixture.handOvers[0]))).status).to.equal("skipped");
    await fixture.invoke({ action: "resume", ...event }, "jobs");
    expect(await resultOf(fixture.invoke(fixture.handOvers[1]))).to.include({ status: "done", rows: count });
    expect(await rowsOfJobs("records")).to.deep.equal([[1, count]]);
  });
});
