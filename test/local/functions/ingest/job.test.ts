import { expect } from "chai";
import { type Client } from "pg";
import { type FileVersion, checkpoint, claim, fail } from "../../../../functions/ingest/job";
import type { Job, Progress } from "../../../../functions/ingest/jobState";
import type { Reject } from "../../../../functions/ingest/pieces";
import { Session } from "../../../../local/session";
import { migratedDatabase } from "../../../support/database";

const file: FileVersion = { bucket: "b", key: "k", etag: "e", size: 1000, versionId: "v", uploadedAt: 0 };
const layout = {
  newline: "\n" as const,
  delimiter: ",",
  columns: ["mcc"],
  spare: 0,
  header: "mcc",
  line: 1,
  decoded: false,
};
const chunk: Progress = {
  offset: 100,
  newline: "\n",
  layout,
  rows: 10,
  skipped: 2,
  rejects: [],
  end: "more",
};
const reject: Reject = {
  byteOffset: 5,
  line: 2,
  column: "mcc",
  value: "x",
  code: "not-a-number",
  reason: "mcc: no number",
  record: "x",
};

describe("A row of ingest_jobs", () => {
  const session = new Session();
  let client: Client;
  before(async () => ({ client } = await migratedDatabase(session)));
  afterEach(() => client.query("TRUNCATE ingest_jobs, ingest_rejects RESTART IDENTITY"));
  after(() => session.close());

  const row = async (columns: string): Promise<unknown[]> =>
    (await client.query<unknown[]>({ text: `SELECT ${columns} FROM ingest_jobs`, rowMode: "array" }))
      .rows[0]!;
  const rejects = async (): Promise<unknown> =>
    (await client.query("SELECT byte_offset::int FROM ingest_rejects")).rows;
  /** So that what sets it to now is seen. */
  const makeOld = () => client.query("UPDATE ingest_jobs SET updated_at = now() - interval '1 hour'");
  const moved = "updated_at > now() - interval '1 minute'";
  /** As another function has it that came to the checkpoint first. */
  const other = (job: Job): Job => ({ ...job });

  it("moves with each start of one that runs, so that the sweeper leaves it alone", async () => {
    await claim(client, file, "records", false);
    await makeOld();
    expect((await claim(client, file, "records", false)).starts).to.equal(2);
    expect(await row(`starts, ${moved}`)).to.deep.equal([2, true]);
  });

  for (const status of ["done", "failed", "undone"]) {
    it(`doesn't move with a start of one that is ${status}`, async () => {
      await claim(client, file, "records", false);
      await makeOld();
      await client.query(
        `UPDATE ingest_jobs SET status = $1, reason = CASE WHEN $1 <> 'done' THEN 'why' END, finished_at = now(),
           byte_offset = 1000, newline = E'\\n'`,
        [status],
      );
      expect((await claim(client, file, "records", false)).status).to.equal(status);
      expect(await row(`starts, ${moved}`)).to.deep.equal([1, false]);
    });
  }

  it("moves with a checkpoint, which counts starts anew, and hand-overs alone as hops", async () => {
    const job = await claim(client, file, "records", false);
    await makeOld();
    expect(await checkpoint(client, job, { ...chunk, rejects: [reject] })).to.equal(true);
    const all = `byte_offset::int, rows_loaded::int, rows_rejected::int, rows_skipped::int, starts, hops, status,
      finished_at IS NULL, ${moved}`;
    expect(await row(all)).to.deep.equal([100, 10, 1, 2, 0, 0, "running", true, true]);
    expect(job).to.include({ offset: 100, rows: 10, rejected: 1, status: "running" });
    expect(await checkpoint(client, job, { ...chunk, offset: 200, end: "hop" })).to.equal(true);
    expect(await row("byte_offset::int, rows_loaded::int, hops")).to.deep.equal([200, 20, 1]);
    expect(await checkpoint(client, job, { ...chunk, offset: 1000, end: "done" })).to.equal(true);
    expect(await row("hops, status, finished_at IS NOT NULL")).to.deep.equal([1, "done", true]);
    expect(job.status).to.equal("done");
    expect(await checkpoint(client, job, { ...chunk, offset: 1000 }), "once it is done").to.equal(false);
  });

  it("stays as it is, without the rejects, for a function that another one overtook", async () => {
    const job = await claim(client, file, "records", false);
    const late = other(job);
    await checkpoint(client, job, chunk);
    expect(await checkpoint(client, late, { ...chunk, offset: 50, rejects: [reject] })).to.equal(false);
    expect(late.offset).to.equal(0);
    expect(await fail(client, late, "too late", [reject])).to.equal(false);
    expect(await row("byte_offset::int, status, reason, rows_rejected::int")).to.deep.equal([
      100,
      "running",
      null,
      0,
    ]);
    expect(await rejects()).to.deep.equal([]);
    const { rows } = await client.query("SELECT now() = statement_timestamp() AS outside");
    expect(rows, "no transaction is left open").to.deep.equal([{ outside: true }]);
  });

  it("fails with its reason, its rejects and the file's header, and only while it runs", async () => {
    const job = await claim(client, file, "records", false);
    await makeOld();
    expect(await fail(client, job, "why", [reject], "mcc;x")).to.equal(true);
    const all = `status, reason, header, rows_rejected::int, finished_at IS NOT NULL, ${moved}`;
    expect(await row(all)).to.deep.equal(["failed", "why", "mcc;x", 1, true, true]);
    expect(job).to.include({ status: "failed", reason: "why", rejected: 1 });
    expect(await rejects()).to.deep.equal([{ byte_offset: 5 }]);
    expect(await fail(client, other(job), "again", [])).to.equal(false);
    expect(await row("reason")).to.deep.equal(["why"]);
  });
});
