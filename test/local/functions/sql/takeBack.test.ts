import { expect } from "chai";
import { Client } from "pg";
import { Session } from "../../../../local/session";
import { migratedDatabase } from "../../../support/database";
import { rejection } from "../../../support/rejection";

/** On a real PostgreSQL, with the statements that deploy. */
describe("ingest_take_back", () => {
  const session = new Session();
  let master: Client;
  let ingest: Client;

  before(async () => {
    const { client, access } = await migratedDatabase(session);
    master = client;
    await master.query("ALTER ROLE ingest PASSWORD 'ingest'");
    ingest = new Client({ ...access, user: "ingest", password: "ingest" });
    await ingest.connect();
    session.onClose(() => ingest.end());
  });
  after(() => session.close());
  beforeEach(() => master.query("TRUNCATE ingest_jobs, ingest_rejects, records"));

  it("takes the rows and rejects of one job out, and no other's", async () => {
    const [mended, other] = [await job("a.csv", "failed"), await job("b.csv", "done")];
    const { rows } = await ingest.query("SELECT ingest_take_back($1, 'mended')::int AS taken", [mended]);
    expect(rows).to.deep.equal([{ taken: 3 }]);
    expect(await rowsOf(mended)).to.equal(0);
    expect(await rowsOf(other)).to.equal(3);
    expect(await rejectsOf(mended)).to.equal(0);
    expect(await rejectsOf(other)).to.equal(1);
    expect(await stateOf(mended)).to.deep.equal({
      status: "undone",
      reason: "mended",
      offset: "0",
      loaded: "0",
    });
    expect((await stateOf(other)).status).to.equal("done");
  });

  it("comes back with the transaction that it stands in", async () => {
    const id = await job("a.csv", "done");
    await ingest.query("BEGIN");
    await ingest.query("SELECT ingest_take_back($1, 'replaced')", [id]);
    await ingest.query("ROLLBACK");
    expect(await rowsOf(id)).to.equal(3);
    expect((await stateOf(id)).status).to.equal("done");
  });

  it("does nothing to a job that is taken back already, or to none", async () => {
    const id = await job("a.csv", "failed");
    await ingest.query("SELECT ingest_take_back($1, 'first')", [id]);
    for (const each of [id, "999999"]) {
      const { rows } = await ingest.query("SELECT ingest_take_back($1, 'second')::int AS taken", [each]);
      expect(rows).to.deep.equal([{ taken: 0 }]);
    }
    expect((await stateOf(id)).reason).to.equal("first");
  });

  it("refuses a job that runs", async () => {
    const id = await job("a.csv", "running");
    expect(await rejection(ingest.query("SELECT ingest_take_back($1, 'no')", [id]))).to.equal(
      `job ${id} is still running`,
    );
    expect(await rowsOf(id)).to.equal(3);
  });

  it("is all that the role ingest may do to rows, and reaches the tables of files alone", async () => {
    expect(await rejection(ingest.query("DELETE FROM records"))).to.match(/permission denied/);
    const foreign = ingest.query(
      "INSERT INTO ingest_jobs (bucket, key, etag, size, target) VALUES ('b', 'k', 'e', 1, 'pg_authid')",
    );
    expect(await rejection(foreign)).to.match(/foreign key/);
    expect(await rejection(ingest.query("INSERT INTO ingest_tables VALUES ('pg_authid')"))).to.match(
      /permission denied/,
    );
  });

  /** A job with three rows and one reject. */
  async function job(key: string, status: string): Promise<string> {
    const { rows } = await master.query<{ id: string }>(
      `INSERT INTO ingest_jobs (bucket, key, etag, size, byte_offset, newline, rows_loaded, rows_rejected, status, reason, finished_at)
       VALUES ('b', $1, 'e', 9, 9, E'\\n', 3, 1, $2, CASE $2 WHEN 'failed' THEN 'why' END, CASE $2 WHEN 'running' THEN NULL ELSE now() END)
       RETURNING id`,
      [key, status],
    );
    const { id } = rows[0]!;
    await master.query("INSERT INTO records (mcc, ingest_job) SELECT n, $1 FROM generate_series(1, 3) n", [
      id,
    ]);
    await master.query(
      "INSERT INTO ingest_rejects (job, byte_offset, reason, record) VALUES ($1, 0, 'r', 't')",
      [id],
    );
    return id;
  }

  const count = async (query: string, id: string): Promise<number> =>
    Number((await master.query<{ n: string }>(query, [id])).rows[0]!.n);
  const rowsOf = (id: string) => count("SELECT count(*) AS n FROM records WHERE ingest_job = $1", id);
  const rejectsOf = (id: string) => count("SELECT count(*) AS n FROM ingest_rejects WHERE job = $1", id);

  async function stateOf(id: string) {
    const { rows } = await master.query<{ status: string; reason: string; offset: string; loaded: string }>(
      "SELECT status, reason, byte_offset AS offset, rows_loaded AS loaded FROM ingest_jobs WHERE id = $1",
      [id],
    );
    return rows[0]!;
  }
});
