import { expect } from "chai";
import type { JobStatus } from "../../../../functions/jobs/request";
import { JobsFixture } from "../../../support/jobsFixture";
import { rejection } from "../../../support/rejection";

const failed = { status: "failed", reason: "why", finished_at: "now" };
const done = { status: "done", byte_offset: 1000, finished_at: "now" };

describe("The jobs function", () => {
  let fixture: JobsFixture;
  before(async () => (fixture = await JobsFixture.start()));
  afterEach(() => fixture.clear());
  after(() => fixture.close());

  describe("asked to sweep", () => {
    it("starts each job that runs and did not move for so long, the longest first, where it stands", async () => {
      await fixture.job("moves", 50);
      await fixture.job("stands", 61);
      await fixture.job("stands longest", 300, { version_id: "v1" });
      await fixture.job("failed", 300, failed);
      await fixture.job("done", 300, done);
      expect(await fixture.call("sweep", { stalledAfterSeconds: 60 })).to.deep.equal({
        stalled: ["stands longest", "stands"],
      });
      const source = (key: string, more = {}) => ({
        bucket: "b",
        key,
        etag: `tag of ${key}`,
        offset: 100,
        size: 1000,
        swept: true,
        ...more,
      });
      expect(fixture.started).to.deep.equal(
        [source("stands longest", { versionId: "v1" }), source("stands")].map((payload) => ({
          path: "/2015-03-31/functions/dev-ingest/invocations",
          type: "Event",
          payload,
        })),
      );
    });

    it("takes five minutes for long, and a hundred jobs at once", async () => {
      await fixture.job("moves", 290);
      for (let i = 0; i < 101; i++) await fixture.job(`job ${i}`, 310);
      expect((await fixture.call("sweep", {})).stalled)
        .to.have.length(100)
        .and.not.include("moves");
    });

    it("tells CloudWatch how many stand, also that none does", async () => {
      fixture.said.length = 0;
      await fixture.call("sweep", { stalledAfterSeconds: 60 });
      await fixture.job("stands", 61);
      await fixture.call("sweep", { stalledAfterSeconds: 60 });
      const lines = fixture.said.map((line) => JSON.parse(line) as object);
      expect(lines[0]).to.include({ level: "INFO", StalledJobs: 0 }).and.deep.include({ stalled: [] });
      expect(lines[1])
        .to.include({ StalledJobs: 1 })
        .and.deep.include({ stalled: ["stands"] });
    });
  });

  it("says how the job stands that was started last, or that of a version, or that there is none", async () => {
    await fixture.job("a", 50, {
      etag: "old",
      ...failed,
      rows_loaded: 5,
      rows_rejected: 2,
      rows_skipped: 1,
      hops: 3,
    });
    await fixture.job("a", 10, { etag: "new" });
    await fixture.job("a", 5, { bucket: "another" });
    const old = (await fixture.call("status", { bucket: "b", key: "a", etag: "old" })).job!;
    const { startedAt, updatedAt, seconds, ...rest } = old;
    expect(rest).to.deep.equal({
      job: "1",
      bucket: "b",
      key: "a",
      etag: "old",
      size: 1000,
      offset: 100,
      rows: 5,
      rejected: 2,
      skipped: 1,
      hops: 3,
      status: "failed",
      table: "records",
      reason: "why",
    } satisfies Partial<JobStatus>);
    expect(Number(new Date(updatedAt)) - Number(new Date(startedAt))).to.equal(0);
    expect(seconds, "until its end").to.be.within(40, 60);
    const last = (await fixture.call("status", { bucket: "b", key: "a" })).job!;
    expect(last).to.include({ etag: "new", status: "running", reason: null });
    expect(last.seconds, "until now").to.be.within(9, 60);
    expect(await fixture.call("status", { bucket: "b", key: "b" })).to.deep.equal({ job: null });
  });

  it("says how many versions stand at once, those of the bucket that have a job", async () => {
    await fixture.job("a");
    await fixture.job("b", 0, { etag: "old" });
    await fixture.job("c", 0, { bucket: "another" });
    await fixture.job("d");
    const files = [
      { key: "a", etag: "tag of a" },
      { key: "b", etag: "tag of b" },
      { key: "c", etag: "tag of c" },
    ];
    const { jobs } = await fixture.call("statuses", { bucket: "b", files });
    expect(jobs.map(({ bucket, key, etag }) => [bucket, key, etag])).to.deep.equal([["b", "a", "tag of a"]]);
  });

  it("lists the jobs of a bucket, the last first: fifty, or as many as are asked for, a thousand at most", async () => {
    for (let i = 0; i < 60; i++) await fixture.job(`job ${i}`, 100 - i);
    await fixture.job("elsewhere", 0, { bucket: "another" });
    const keys = async (limit?: number): Promise<string[]> =>
      (await fixture.call("list", { bucket: "b", limit })).jobs.map(({ key }) => key);
    const all = Array.from({ length: 60 }, (_, i) => `job ${59 - i}`);
    expect(await keys()).to.deep.equal(all.slice(0, 50));
    expect(await keys(2)).to.deep.equal(all.slice(0, 2));
    expect(await keys(5000)).to.deep.equal(all);
  });

  describe("asked for rejects", () => {
    it("hands out a thousand at once, in the file's order, each once, and says whether there are more", async () => {
      await fixture.job("a");
      await fixture.reject(2500, 7);
      const pages: number[][] = [];
      for (let after: number | undefined; ;) {
        const { rejects, more, header } = await fixture.call("rejects", { job: "1", after });
        expect(header).to.equal("mcc,merchant");
        pages.push(rejects.map(({ byteOffset }) => byteOffset));
        if (!more) break;
        after = rejects.at(-1)!.byteOffset;
      }
      expect(pages.map(({ length }) => length)).to.deep.equal([1000, 1000, 500]);
      expect(pages.flat()).to.deep.equal(Array.from({ length: 2500 }, (_, i) => 7 + i));
    });

    it("has no more behind the last of exactly a thousand, and none behind what has none", async () => {
      await fixture.job("a");
      await fixture.reject(1000, 7);
      const { rejects, more } = await fixture.call("rejects", { job: "1" });
      expect([rejects.length, more]).to.deep.equal([1000, false]);
      expect(rejects[0]).to.deep.equal({
        byteOffset: 7,
        reason: "no number",
        record: "xxxxxxxxxx",
        line: 2,
        column: "mcc",
        value: "x",
        code: "not-a-number",
      });
      expect(await fixture.call("rejects", { job: "2" })).to.deep.equal({
        rejects: [],
        more: false,
        header: null,
      });
    });

    it("hands out less where records are long, so that an answer stays below 6 MB, and one at least", async () => {
      await fixture.job("a");
      await fixture.reject(3, 0, 349_991);
      const first = await fixture.call("rejects", { job: "1" });
      expect([first.rejects.length, first.more], "two of 350,000 bytes fill a page").to.deep.equal([2, true]);
      await fixture.master.query("UPDATE ingest_rejects SET record = record || 'x' WHERE byte_offset = 0");
      expect((await fixture.call("rejects", { job: "1" })).rejects).to.have.length(1);
      await fixture.master.query("UPDATE ingest_rejects SET record = record || record || record");
      const large = await fixture.call("rejects", { job: "1", after: 0 });
      expect(large.rejects.map(({ byteOffset }) => byteOffset)).to.deep.equal([1]);
      expect(large.more).to.equal(true);
    });

    it("knows the header of a file that failed before its layout was kept, and of none that has none", async () => {
      await fixture.job("a", 0, {
        ...failed,
        layout: null,
        byte_offset: 0,
        newline: null,
        header: "mcc;merchant",
      });
      await fixture.job("b", 0, { layout: JSON.stringify({ header: "" }) });
      expect((await fixture.call("rejects", { job: "1" })).header).to.equal("mcc;merchant");
      expect((await fixture.call("rejects", { job: "2" })).header).to.equal(null);
    });
  });

  describe("asked to resume", () => {
    it("takes up a failed job at its checkpoint, counts its rejects anew, and answers with how it was", async () => {
      await fixture.job("a", 50, { ...failed, rows_rejected: 5, starts: 9, version_id: "v1" });
      await fixture.reject(3, 97);
      const answer = await fixture.call("resume", { bucket: "b", key: "a" });
      expect(answer.job).to.include({ status: "failed", rejected: 5 });
      // Those from byte 100 on will be found again.
      expect(await fixture.rows("SELECT byte_offset::int FROM ingest_rejects ORDER BY 1")).to.deep.equal([
        [97],
        [98],
        [99],
      ]);
      await fixture.reject(1, 100);
      expect(
        await fixture.rows(
          "SELECT status, reason, finished_at, starts, rows_rejected::int, now() - updated_at < '20 s' FROM ingest_jobs",
        ),
      ).to.deep.equal([["running", null, null, 0, 3, true]]);
      expect(fixture.started.map(({ payload }) => payload)).to.deep.equal([
        { bucket: "b", key: "a", etag: "tag of a", offset: 100, size: 1000, versionId: "v1" },
      ]);
    });

    it("forgets of a failed job the rejects from its checkpoint on", async () => {
      await fixture.job("a", 0, { ...failed, rows_rejected: 4 });
      await fixture.reject(4, 98);
      await fixture.call("resume", { bucket: "b", key: "a" });
      expect(await fixture.rows("SELECT byte_offset::int FROM ingest_rejects ORDER BY 1")).to.deep.equal([
        [98],
        [99],
      ]);
      expect(await fixture.rows("SELECT rows_rejected::int FROM ingest_jobs")).to.deep.equal([[2]]);
    });

    it("keeps the rejects of one that runs, and counts its starts anew", async () => {
      await fixture.job("a", 50, { rows_rejected: 4, starts: 9 });
      await fixture.reject(4, 98);
      await fixture.call("resume", { bucket: "b", key: "a" });
      expect(await fixture.rows("SELECT starts, rows_rejected::int FROM ingest_jobs")).to.deep.equal([
        [0, 4],
      ]);
      expect(fixture.started).to.have.length(1);
    });

    it("keeps the rejects of a failed one where it can't be taken up", async () => {
      await fixture.job("a", 0, { ...failed, rows_rejected: 4 });
      await fixture.reject(4, 98);
      await fixture.master.query("ALTER TABLE ingest_jobs ADD CONSTRAINT ended CHECK (status <> 'running')");
      const resumed = rejection(fixture.call("resume", { bucket: "b", key: "a" }));
      const error = await resumed.finally(() =>
        fixture.master.query("ALTER TABLE ingest_jobs DROP CONSTRAINT ended"),
      );
      expect(error).to.match(/violates check constraint "ended"/);
      expect(await fixture.rows("SELECT count(*)::int FROM ingest_rejects")).to.deep.equal([[4]]);
      expect(fixture.started).to.deep.equal([]);
    });

    it("starts none that is done, and does nothing to it", async () => {
      await fixture.job("a", 0, done);
      expect((await fixture.call("resume", { bucket: "b", key: "a" })).job).to.include({ status: "done" });
      expect(fixture.started).to.deep.equal([]);
      expect(await fixture.rows("SELECT status FROM ingest_jobs")).to.deep.equal([["done"]]);
    });

    it("starts the file itself where it has no job", async () => {
      expect(await fixture.call("resume", { bucket: "b", key: "a", etag: "e" })).to.deep.equal({ job: null });
      expect(fixture.started.map(({ payload }) => payload)).to.deep.equal([
        { bucket: "b", key: "a", etag: "e" },
      ]);
    });
  });

  it("asked to undo, takes out the rows of the job and its rejects, as long as that may take", async () => {
    await fixture.job("a", 0, { rows_loaded: 2 });
    await fixture.master.query("INSERT INTO records (mcc, ingest_job) VALUES (1, 1), (2, 1), (3, 2)");
    await fixture.reject(2, 0);
    await fixture.master.query(`
      CREATE TABLE limits (value text);
      CREATE FUNCTION note_limit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN INSERT INTO public.limits VALUES (current_setting('statement_timeout')); RETURN NULL; END $$;
      CREATE TRIGGER note_limit AFTER DELETE ON records EXECUTE FUNCTION note_limit();`);
    const { job: found, rows: taken } = await fixture.call("undo", { bucket: "b", key: "a" });
    expect([found?.status, taken]).to.deep.equal(["running", 2]);
    expect(await fixture.rows("SELECT mcc FROM records")).to.deep.equal([[3]]);
    expect(await fixture.rows("SELECT value FROM limits")).to.deep.equal([["0"]]);
    expect(await fixture.rows("SELECT status, reason FROM ingest_jobs")).to.deep.equal([
      ["undone", "undone on request"],
    ]);
    expect(await fixture.rows("SELECT count(*)::int FROM ingest_rejects")).to.deep.equal([[0]]);
    expect(await fixture.call("undo", { bucket: "b", key: "none" })).to.deep.equal({ job: null, rows: 0 });
  });

  it("leaves no connection behind, whether it answers or throws", async () => {
    await fixture.call("sweep", { stalledAfterSeconds: 0 });
    await fixture.job("a");
    const lambda = process.env.AWS_ENDPOINT_URL_LAMBDA;
    process.env.AWS_ENDPOINT_URL_LAMBDA = "http://127.0.0.1:9";
    await rejection(fixture.call("sweep", { stalledAfterSeconds: 0 })).finally(() => {
      process.env.AWS_ENDPOINT_URL_LAMBDA = lambda;
    });
    const connections = "SELECT count(*)::int FROM pg_stat_activity WHERE usename = 'ingest'";
    // The server notices the end of a connection a moment later.
    while (Number((await fixture.rows(connections))[0]?.[0]) > 0) await new Promise(setImmediate);
  });
});
