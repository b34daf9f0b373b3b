import { expect } from "chai";
import { Client } from "pg";
import type { TablePage } from "../../../../functions/jobs/request";
import { JobsFixture } from "../../../support/jobsFixture";
import { rejection } from "../../../support/rejection";

describe("The jobs function, asked what is in the tables", function () {
  this.timeout(120_000);
  let fixture: JobsFixture;
  before(async () => (fixture = await JobsFixture.start()));
  afterEach(() => fixture.clear());
  after(() => fixture.close());

  /** As the login that the function has. */
  async function asIngest(...statements: string[]): Promise<string> {
    const { host, port, ssl } = fixture.master as Client & { ssl: { ca: string } };
    const client = new Client({ host, port, ssl, user: "ingest", password: "ingest", database: "demo" });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
      return "done";
    } catch (error) {
      return (error as Error).message;
    } finally {
      await client.end();
    }
  }

  it("counts a table, and tells the columns that its definition has", async () => {
    await fixture.master.query("INSERT INTO records (mcc) SELECT generate_series(1, 120)");
    const { tables } = await fixture.call("tables", {});
    expect(tables).to.have.length(1);
    expect(tables[0]).to.include({ name: "records", count: 120, isExact: true, bytes: 8192 });
    expect(tables[0]?.columns.slice(0, 2)).to.deep.equal([
      { name: "mcc", type: "integer" },
      { name: "merchant", type: "character varying(100)" },
    ]);
  });

  it("estimates a large one from its statistics and its size now, and says so", async () => {
    await fixture.master.query("ALTER TABLE records SET (fillfactor = 10, autovacuum_enabled = off)");
    const insert = "INSERT INTO records (merchant) SELECT repeat('x', 100) FROM generate_series(1, $1::int)";
    await fixture.master.query(insert, [80_000]);
    const count = async () => (await fixture.call("tables", {})).tables[0];
    expect(await count()).to.include({ count: null, isExact: false });
    await fixture.master.query("ANALYZE records");
    await fixture.master.query(insert, [8000]);
    expect((await count())?.isExact).to.equal(false);
    expect((await count())?.count).to.be.closeTo(88_000, 1000);
    await fixture.master.query("ALTER TABLE records RESET (fillfactor, autovacuum_enabled)");
  });

  it("shows every row once, page by page, NULL apart from an empty text and a long text cut", async () => {
    await fixture.master.query(
      "INSERT INTO records (mcc, merchant) SELECT i, CASE i WHEN 1 THEN '' WHEN 2 THEN repeat('é', 100) END FROM generate_series(1, 120) i",
    );
    await fixture.master.query("ALTER TABLE records ALTER merchant TYPE text");
    await fixture.master.query("UPDATE records SET merchant = repeat('é', 1000) WHERE mcc = 3");
    await fixture.master.query("DELETE FROM records WHERE mcc BETWEEN 20 AND 29");
    const seen: (string | null)[][] = [];
    const sizes: number[] = [];
    for (let after: string | null = "(0,0)"; after !== null;) {
      const page: TablePage = await fixture.call("rows", { table: "records", after });
      expect(page.columns.slice(0, 2)).to.deep.equal(["mcc", "merchant"]);
      seen.push(...page.rows);
      sizes.push(page.rows.length);
      after = page.next;
    }
    expect(sizes).to.deep.equal([50, 50, 10]);
    expect(new Set(seen.map(([mcc]) => mcc)).size).to.equal(110);
    const merchant = new Map(seen.map(([mcc, text]) => [mcc, text]));
    expect([merchant.get("1"), merchant.get("4")]).to.deep.equal(["", null]);
    expect(merchant.get("2")).to.equal("é".repeat(100));
    expect(merchant.get("3")).to.equal(`${"é".repeat(200)}…`);
    await fixture.master.query("UPDATE records SET merchant = left(merchant, 100)");
    await fixture.master.query("ALTER TABLE records ALTER merchant TYPE varchar(100)");
  });

  it("shows no other table, and takes no SQL", async () => {
    for (const table of ["ingest_jobs", "pg_authid", 'records"; DROP TABLE records; --', "RECORDS"]) {
      expect(await rejection(fixture.call("rows", { table })), table).to.include(
        `There is no table ${table}: the event's "table" must be one of records`,
      );
    }
    for (const after of ["(0,0)'; DROP TABLE records; --", "0", "(1,1) "]) {
      expect(await rejection(fixture.call("rows", { table: "records", after })), after).to.include(
        '"after" must be the place of a row',
      );
    }
  });

  it("reads as a role that may read these tables and do nothing else, which its login may not without", async () => {
    const browse = "SET ROLE ingest_browse";
    expect(await asIngest("SELECT merchant FROM records")).to.include("permission denied");
    expect(await asIngest(browse, "SELECT * FROM records")).to.equal("done");
    for (const statement of [
      "SELECT * FROM ingest_jobs",
      "SELECT * FROM ingest_rejects",
      "SELECT * FROM schema_migrations",
      "INSERT INTO records (mcc) VALUES (1)",
      "UPDATE records SET mcc = 1",
      "DELETE FROM records",
      "TRUNCATE records",
      "CREATE TABLE made (a int)",
      "SELECT ingest_take_back(1, 'why')",
    ]) {
      expect(await asIngest(browse, statement), statement).to.match(/permission denied|does not exist/);
    }
  });

  it("lists the loads of one table", async () => {
    await fixture.job("a");
    await fixture.master.query("INSERT INTO ingest_tables VALUES ('others')");
    await fixture.job("b", 0, { target: "others" });
    const { jobs } = await fixture.call("list", { bucket: "b", table: "others" });
    expect(jobs.map(({ key }) => key)).to.deep.equal(["b"]);
  });
});
