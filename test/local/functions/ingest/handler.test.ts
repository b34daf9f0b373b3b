import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { IngestFixture, resultOf } from "../../../support/ingestFixture";

const header = "mcc,merchant,currency,amount,transaction_date,card_type";
const lines = (...records: string[]): string => [header, ...records, ""].join("\n");

const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe("The ingest function, as it is serialized for Lambda,", () => {
  let fixture: IngestFixture;

  before(async () => {
    fixture = await IngestFixture.start();
  });
  afterEach(() => fixture.clear());
  after(() => fixture.close());

  const shapes: [string, (text: string) => string][] = [
    ["\\n", (text) => text],
    ["\\r\\n", (text) => text.replaceAll("\n", "\r\n")],
    ["a byte order mark", (text) => `\ufeff${text}`],
    ["no final line end", (text) => text.slice(0, -1)],
    ["all of it", (text) => `\ufeff${text.replaceAll("\n", "\r\n").slice(0, -2)}`],
  ];
  for (const [title, shape] of shapes) {
    it(`loads exactly what an independent reader finds in a file with ${title}`, async () => {
      const records: string[] = [];
      for (let i = 0; i < 400; i++) {
        records.push(
          `${i},plain ${i},EUR,${i}.05,2024-02-29,visa`,
          `,"q, ""${i}""",USD,-0.0${i % 10},1999-12-31,`,
        );
        records.push(
          `-${i},"two\nlines, ${i}",JPY,${i},0001-01-01,"a ""card"""`,
          `5411,Bäckerei 東京 🍕 ${i},€,.5,9999-12-31,ü`,
        );
      }
      const text = shape(lines(...records));
      const result = await resultOf(fixture.invoke(await fixture.put(text)));
      expect(result).to.include({ status: "done", rows: 1600, rejected: 0, offset: Buffer.byteLength(text) });
      const expected = parse(text, {
        bom: true,
        from_line: 2,
        record_delimiter: text.includes("\r") ? "\r\n" : "\n",
      });
      const loaded = await fixture.rows(`SELECT coalesce(mcc::text, ''), merchant, currency, amount::text,
        to_char(transaction_date, 'YYYY-MM-DD'), card_type FROM records`);
      const doubled = expected.map(([mcc, merchant, currency, amount, ...rest]) =>
        [mcc, merchant, currency, (2 * Number(amount)).toFixed(2).replace("-0.00", "0.00"), ...rest].map(
          (field, i) => (i === 0 && field !== "" ? String(Number(field)) : field),
        ),
      );
      // Two transactions at once number their rows in turns.
      expect(sorted(loaded)).to.deep.equal(sorted(doubled));
    });
  }

  it("stores numbers and dates as PostgreSQL itself reads them", async () => {
    const amounts = [
      "0",
      "-0.01",
      "1.005",
      "12.345",
      "0.0025",
      "9999.99",
      "10000",
      "50000000.5",
      "-4999999999999.99",
      ".5",
    ];
    const dates = ["0001-01-01", "1582-10-15", "1900-02-28", "2000-02-29", "2024-12-31", "9999-12-31"];
    const records = amounts.flatMap((amount) =>
      dates.map((date) => `-2147483648,${amount},EUR,${amount},${date},${date}`),
    );
    await resultOf(fixture.invoke(await fixture.put(lines(...records))));
    const [[count, same] = []] = await fixture.rows(`SELECT count(*)::int, count(*) FILTER (WHERE
      amount = (merchant::numeric * 2)::numeric(15, 2) AND amount::text = (merchant::numeric * 2)::numeric(15, 2)::text
      AND transaction_date = card_type::date AND mcc = -2147483648)::int FROM records`);
    expect([count, same]).to.deep.equal([60, 60]);
  });

  it("keeps each refused record with its place, its text and a reason, and loads the rest", async () => {
    const { event, rejectOffsets, content, expected, bytes } = await fixture.sample(15);
    const result = await resultOf(fixture.invoke(event));
    expect(result).to.include({ status: "done", rows: 10_000, rejected: 15, offset: bytes });
    await fixture.expectExactly(expected);
    const rejects = await fixture.rows(
      `SELECT byte_offset::int, record, reason FROM ingest_rejects ORDER BY byte_offset`,
    );
    expect(rejects.map(([offset]) => offset)).to.deep.equal(rejectOffsets);
    for (const [offset, record, reason] of rejects) {
      const raw = content.subarray(Number(offset), content.indexOf("\n", Number(offset))).toString();
      expect(record).to.equal(raw);
      expect(reason).to.match(/\w/);
    }
  });

  const otherwise =
    "In tables/records.ts a column's header is its name in files; required, missingColumns, extraColumns and " +
    'header: "none" say what may be otherwise. npm run table -- new FILE --name NAME makes a table for such files';
  const failures: [title: string, text: string, reason: string, rejects: number][] = [
    ["an empty file", "", "the file is empty", 0],
    [
      "another header",
      "id,name\n1,a\n",
      `the file has no header of the table records: missing: amount, transaction_date; its first line is "id,name". ${otherwise}`,
      0,
    ],
    [
      "a file without a header",
      "1,a,EUR,1,2024-01-01,visa\n",
      `the file has no header of the table records: missing: amount, transaction_date; its first line is "1,a,EUR,1,2024-01-01,visa". ${otherwise}`,
      0,
    ],
    [
      "more rejects than allowed",
      lines("5411,ok,EUR,1,2024-01-01,visa", ...Array.from({ length: 30 }, () => "x")),
      "more than 20 records were rejected, the last at byte 126: 1 fields instead of 6",
      21,
    ],
  ];
  for (const [title, text, reason, rejects] of failures) {
    it(`fails for good at ${title}, says why, and loads nothing`, async () => {
      const event = await fixture.put(text);
      for (let time = 1; time <= 2; time++) {
        const result = await resultOf(fixture.invoke(event));
        expect(result).to.include({ status: "failed", rows: 0, rejected: rejects, offset: 0, reason });
      }
      expect(await fixture.rows("SELECT count(*)::int FROM records")).to.deep.equal([[0]]);
      expect(await fixture.rows("SELECT count(*)::int FROM ingest_rejects")).to.deep.equal([[rejects]]);
      expect(await fixture.rows("SELECT status, reason FROM ingest_jobs")).to.deep.equal([
        ["failed", reason],
      ]);
    });
  }

  it("fails for good when PostgreSQL itself refuses a row, in PostgreSQL's words", async () => {
    await fixture.rows("ALTER TABLE records ADD CONSTRAINT known_currency CHECK (currency = 'EUR')");
    try {
      const result = await resultOf(
        fixture.invoke(await fixture.put(lines("1,a,EUR,1,2024-01-01,v", "1,a,XXX,1,2024-01-01,v"))),
      );
      expect(result).to.include({ status: "failed", rows: 0 });
      expect(result.reason).to.match(/refused a row behind byte 0: .*known_currency/);
      expect(await fixture.rows("SELECT count(*)::int FROM records")).to.deep.equal([[0]]);
    } finally {
      await fixture.rows("ALTER TABLE records DROP CONSTRAINT known_currency");
    }
  });

  it("is done with a file of a header alone", async () => {
    expect(await resultOf(fixture.invoke(await fixture.put(`${header}\n`)))).to.include({
      status: "done",
      rows: 0,
      rejected: 0,
    });
    expect(await resultOf(fixture.invoke(await fixture.put(header, "2")))).to.include({
      status: "done",
      rows: 0,
      offset: header.length,
    });
  });

  it("loads a new version of a file as a file of its own", async () => {
    await resultOf(fixture.invoke(await fixture.put(lines("1,a,EUR,1,2024-01-01,v"))));
    await resultOf(fixture.invoke(await fixture.put(lines("2,b,EUR,1,2024-01-01,v"))));
    expect(await fixture.rows("SELECT mcc FROM records ORDER BY id")).to.deep.equal([[1], [2]]);
    expect(await fixture.rows("SELECT status FROM ingest_jobs")).to.deep.equal([["done"], ["done"]]);
  });

  it("hands each file of a notification on to a call of its own, and loads a lone one", async () => {
    const record = (key: string) => ({
      eventName: "ObjectCreated:Put",
      s3: { bucket: { name: "bucket" }, object: { key } },
    });
    expect(await resultOf(fixture.invoke({ Records: [record("a+b"), record("c")] }))).to.include({
      status: "continued",
    });
    expect(fixture.handOvers).to.deep.equal([
      { bucket: "bucket", key: "a b" },
      { bucket: "bucket", key: "c" },
    ]);
    await fixture.put(lines("1,a,EUR,1,2024-01-01,v"), "a b");
    expect(await resultOf(fixture.invoke({ Records: [record("a+b")] }))).to.include({
      status: "done",
      rows: 1,
    });
    expect(await resultOf(fixture.invoke({ Event: "s3:TestEvent" }))).to.include({ status: "skipped" });
    expect(await resultOf(fixture.invoke({ nonsense: 1 }))).to.include({ status: "failed" });
  });

  it("leaves markers of folders and tools alone, without a job", async () => {
    for (const key of ["2024/", "in/_SUCCESS", ".DS_Store"]) {
      const result = await resultOf(fixture.invoke(await fixture.put("", key)));
      expect(result).to.include({ status: "skipped", rows: 0 });
      expect(result.reason).to.equal(`${key}: a folder's or a tool's marker`);
    }
    expect(await fixture.rows("SELECT count(*)::int FROM ingest_jobs")).to.deep.equal([[0]]);
  });

  it("says in one line of log, which CloudWatch takes for metrics, what each hop did", async () => {
    const { event } = await fixture.sample(9);
    const { log, result, requestId } = await fixture.invoke(event, "hasty");
    const line = JSON.parse(log) as Record<string, unknown>;
    expect(line).to.deep.include({ ...result, level: "INFO", requestId, FunctionName: "hasty" });
    expect(line).to.include({
      Rows: result?.rows,
      Rejects: result?.rejected,
      FailedJobs: 0,
      key: "sample.csv",
    });
    expect(line).to.have.nested.property("_aws.CloudWatchMetrics[0].Namespace", "Groundwork");
    const seconds = ["StartWait", "S3Wait", "FirstLaneWait", "SecondLaneWait", "Cpu"];
    for (const name of seconds) expect(line[name], name).to.be.a("number").within(0, 60);
    expect(line.Cpu).to.be.greaterThan(0);
    expect(line.StartWait).to.be.greaterThan(0);
    expect(line._aws)
      .to.have.nested.property("CloudWatchMetrics[0].Metrics")
      .that.deep.includes.members(seconds.map((Name) => ({ Name, Unit: "Seconds" })));
    const second = await fixture.invoke(event, "hasty");
    const rows = Number(second.result?.rows) - Number(result?.rows);
    expect(JSON.parse(second.log), "its own rows, not the job's").to.include({ Rows: rows });
  });

  it("takes the database's authority as text too, and connects to no other", async () => {
    const event = await fixture.put(lines("1,a,EUR,1,2024-01-01,v"));
    await fixture.deploy("without-ca", fixture.packaged, { DATABASE_CA: "" });
    expect((await fixture.invoke(event, "without-ca")).error).to.match(/self-signed certificate/);
    const DATABASE_CA = readFileSync(fixture.postgres.caFile, "utf8");
    await fixture.deploy("ca-as-text", fixture.packaged, { DATABASE_CA });
    expect((await resultOf(fixture.invoke(event, "ca-as-text"))).status).to.equal("done");
  });

  it("names the variable that is missing, and never the password", async () => {
    const event = await fixture.put(lines("1,a,EUR,1,2024-01-01,v"));
    await fixture.deploy("lost", fixture.packaged, { DATABASE_NAME: "" });
    expect((await fixture.invoke(event, "lost")).error).to.match(/^DATABASE_NAME is not set/);
    await fixture.deploy("wrong", fixture.packaged, { DATABASE_NAME: "other" });
    expect((await fixture.invoke(event, "wrong")).error)
      .to.match(/"other" does not exist/)
      .and.not.contain(fixture.password);
  });

  it("reaches nothing of the sources", () => {
    const outside = [...fixture.packaged.keys()].filter((file) => !file.startsWith("node_modules/"));
    expect(outside).to.deep.equal(["__index.js"]);
    const code = Buffer.from(fixture.packaged.get("__index.js") ?? "").toString();
    expect(code)
      .to.match(/require\("pg"/)
      .and.not.match(/require\("\.|require\("\//);
  });
});
