import { expect } from "chai";
import { type TableDefinition, defineTable } from "../../../../functions/ingest/table";
import { tableSql } from "../../../../functions/ingest/tableSql";
import { IngestFixture, resultOf } from "../../../support/ingestFixture";

const keyed = (name: string, sameRow: TableDefinition["sameRow"]) =>
  defineTable({
    name,
    files: { prefix: `${name}/` },
    columns: [
      { name: "shop", type: "text" },
      { name: "Item", type: "integer" },
      { name: "price", type: "numeric(10,2)" },
      { name: "note", type: "varchar(20)" },
    ],
    key: ["shop", "Item"],
    ...(sameRow && { sameRow }),
  });
const tables = [keyed("strict", "fail"), keyed("first", "skip"), keyed("latest", "update")];
const origins = defineTable({
  name: "origins",
  files: { prefix: "origins/" },
  columns: [{ name: "a", type: "text" }],
  lineage: {
    file: "from file",
    line: "line",
    time: "loaded",
    parts: {
      dataload: { name: "day", type: "date", format: { dates: "YYYYMMDD" } },
      country: "country",
    },
  },
});

describe("A row", () => {
  let fixture: IngestFixture;

  before(async () => {
    fixture = await IngestFixture.start(...tables, origins);
    for (const table of [...tables, origins]) await fixture.rows(tableSql(table));
    // With the rights that a migration gives, and no more.
    await fixture.rows("ALTER ROLE ingest PASSWORD 'ingest'");
    fixture.secrets.put("ingest", JSON.stringify({ username: "ingest", password: "ingest" }));
    await fixture.deploy("granted", fixture.packaged, { DATABASE_SECRET_ARN: "ingest" });
  });
  afterEach(async () => {
    await fixture.rows("TRUNCATE strict, first, latest, origins");
    await fixture.clear();
  });
  after(() => fixture.close());

  const load = async (key: string, ...lines: string[]) =>
    resultOf(fixture.invoke(await fixture.put([...lines, ""].join("\n"), key), "granted"));
  const rowsOf = (table: string) =>
    fixture.rows(`SELECT shop, "Item", price::text, note, ingest_job::int FROM ${table} ORDER BY 1, 2`);
  const skipped = () => fixture.rows("SELECT rows_skipped::int FROM ingest_jobs ORDER BY id");

  it("whose key is there already ends the job, which names the key's value", async () => {
    expect(await load("strict/1.csv", "shop,item,price", "a,1,1")).to.include({ status: "done", rows: 1 });
    const result = await load("strict/2.csv", "shop,item,price", "b,1,1", "a,1,2");
    expect(result).to.include({ status: "failed", rows: 0 });
    expect(result.reason)
      .to.match(/PostgreSQL refused a row behind byte 0: duplicate key value violates unique constraint/)
      .and.include('Key (shop, "Item")=(a, 1) already exists.');
    expect(await rowsOf("strict")).to.deep.equal([["a", 1, "1.00", null, 1]]);
  });

  it("whose key comes again in another chunk ends the job as well, without a wait", async () => {
    const lines = Array.from({ length: 12_000 }, (_, i) => `a,${i % 8000},1`);
    const result = await load("strict/1.csv", "shop,item,price", ...lines);
    expect(result.status).to.equal("failed");
    expect(result.reason).to.include('Key (shop, "Item")=(a, 0) already exists.');
  });

  it("is skipped where its key is there: the first one stays", async () => {
    await load("first/1.csv", "shop,item,price,note", "a,1,1,old", "b,1,1,old");
    const result = await load("first/2.csv", "item,shop,price", "1,a,2", "2,a,3", "2,a,4", "1,c,x", "1,b,5");
    expect(result).to.include({ status: "done", rows: 1, rejected: 1 });
    expect(await rowsOf("first")).to.deep.equal([
      ["a", 1, "1.00", "old", 1],
      ["a", 2, "3.00", null, 2],
      ["b", 1, "1.00", "old", 1],
    ]);
    expect(await skipped()).to.deep.equal([[0], [3]]);
  });

  it("is updated where its key is there, by the columns that the file has: the last one stays", async () => {
    await load("latest/1.csv", "shop,item,price,note", "a,1,1,old", "b,1,1,old");
    const result = await load("latest/2.csv", "item,shop,price", "1,a,2", "2,a,3", "2,a,4");
    expect(result).to.include({ status: "done", rows: 2 });
    expect(await rowsOf("latest")).to.deep.equal([
      ["a", 1, "2.00", "old", 2],
      ["a", 2, "4.00", null, 2],
      ["b", 1, "1.00", "old", 1],
    ]);
    expect(await skipped()).to.deep.equal([[0], [1]]);
  });

  for (const [table, price] of [
    ["first", (i: number) => i],
    ["latest", (i: number) => i + 8000],
  ] as const) {
    it(`of ${table} is the right one of the file, however often the function is killed`, async () => {
      const lines = Array.from({ length: 16_000 }, (_, i) => `a,${i % 8000},${i}`);
      const event = await fixture.put(["shop,item,price", ...lines, ""].join("\n"), `${table}/1.csv`);
      await fixture.onEachCopy("PERFORM pg_sleep(0.1);", table);
      for (const least of [1, 2000, 5000]) {
        const killed = fixture.invoke(event);
        const there = `SELECT count(*) >= ${least} FROM ${table}`;
        while (!(await fixture.rows(there))[0]?.[0]) await new Promise((resolve) => setTimeout(resolve, 5));
        fixture.killProcesses();
        expect((await killed).error, "killed before its end").to.match(/SIGKILL/);
      }
      expect((await resultOf(fixture.invoke(event))).status).to.equal("done");
      const found = await fixture.rows(`SELECT "Item", price::int FROM ${table} ORDER BY 1`);
      expect(found).to.deep.equal(Array.from({ length: 8000 }, (_, i) => [i, price(i)]));
      const counts = "SELECT rows_loaded::int + rows_skipped::int, rows_rejected::int FROM ingest_jobs";
      expect(await fixture.rows(counts)).to.deep.equal([[16_000, 0]]);
    });
  }

  it("that two files have at once is taken over from both, and neither waits for ever", async () => {
    const lines = Array.from({ length: 12_000 }, (_, i) => `a,${i},1`);
    const text = (turned: boolean) =>
      ["shop,item,price", ...(turned ? lines.reverse() : lines), ""].join("\n");
    const events = [
      await fixture.put(text(false), "latest/1.csv"),
      await fixture.put(text(true), "latest/2.csv"),
    ];
    const results = await Promise.all(events.map((event) => resultOf(fixture.invoke(event, "granted"))));
    for (const result of results) expect(result).to.include({ status: "done", rows: 12_000 });
    expect(await fixture.rows("SELECT count(*)::int FROM latest")).to.deep.equal([[12_000]]);
  });

  it("says its file, its line, its time and the parts of its key", async () => {
    const result = await load("origins/dataload=20230221/country=C%C3%B4te/1.csv", "a", "x", '"y', 'z"', "v");
    expect(result, JSON.stringify(result)).to.include({ status: "done", rows: 3 });
    expect(
      await fixture.rows(
        `SELECT a, "from file", line::int, now() - loaded < interval '1 minute', day::text, country, ingest_job::int
         FROM origins ORDER BY line`,
      ),
    ).to.deep.equal(
      [
        ["x", 2],
        ["y\nz", 3],
        ["v", 5],
      ].map(([a, line]) => [
        a,
        "origins/dataload=20230221/country=C%C3%B4te/1.csv",
        line,
        true,
        "2023-02-21",
        "Côte",
        1,
      ]),
    );
    await load("origins/2.csv", "a", "x");
    expect(await fixture.rows("SELECT day, country FROM origins WHERE ingest_job = 2")).to.deep.equal([
      [null, null],
    ]);
  });

  it("can't come from a key whose part its column doesn't take: the job says so", async () => {
    const result = await load("origins/dataload=20230231/1.csv", "a", "x");
    expect(result).to.include({ status: "failed", rows: 0 });
    expect(result.reason).to.equal(
      "the key's dataload=20230231 can't be in the column day, date: not a date",
    );
  });
});
