import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import records from "../../tables/records";
import { writeSample } from "../../trials/sample/sample";
import { defineTable } from "../../functions/ingest/table";
import { expectFailure, inputsOfOwnTables } from "../support/csvInputs";
import { tableSql } from "../../functions/ingest/tableSql";
import { differences, expectations } from "../../trials/verify/verify";
import { GlueFixture } from "./support";
import { vectors } from "./vectors";

describe("The two roads, on the same files,", () => {
  let fixture: GlueFixture;
  before(async function () {
    fixture = await GlueFixture.start(this);
  });
  beforeEach(() => fixture.reset());
  after(() => fixture?.close());

  it("leave the same rows, rejects and jobs of each vector", async () => {
    for (const [name, content] of vectors) await fixture.byFunction(content, name);
    const byFunction = await fixture.left();
    expect(byFunction.jobs).to.have.length(vectors.length);
    await fixture.reset();
    // One session for all: it takes seconds to start.
    await fixture.byGlue(vectors.map(([name]) => name));
    const byGlue = await fixture.left();
    expect(byGlue.jobs).to.deep.equal(byFunction.jobs);
    expect(byGlue.rejects).to.deep.equal(byFunction.rejects);
    expect(sorted(byGlue.records)).to.deep.equal(sorted(byFunction.records));
  });

  it("load files as people have them into tables of any format", async () => {
    for (const { file, table, key } of inputsOfOwnTables) {
      await fixture.rows(tableSql(table));
      await fixture.forGlue(file, key);
    }
    const outcomes = await fixture.byGlueInto(
      inputsOfOwnTables.map(({ table }) => table),
      inputsOfOwnTables.map(({ key }) => `glue/${key}`),
    );
    for (const [i, input] of inputsOfOwnTables.entries()) {
      const { what, table, known, key, rows = [], rejects = [], failure } = input;
      const { status, reason, rows: count } = outcomes[i]!;
      expectFailure(reason?.replaceAll(table.name, known), failure, what);
      expect([status, count], what).to.deep.equal([failure === undefined ? "done" : "failed", rows.length]);
      const left = await fixture.leftOf(`glue/${key}`, table);
      // What the file lacks is NULL.
      const padded = rows.map((row) => table.columns.map((_, column) => row[column] ?? null));
      expect(left.rows, what).to.deep.equal(padded);
      expect(left.rejects, what).to.deep.equal(rejects.map((each) => each.map((part) => part ?? null)));
    }
  });

  it("leave the same of a file in many parts, wherever these begin", async () => {
    const { file } = await writeSample(path.join(fixture.session.dir, "parts.csv"), 3000, { rejects: 30 });
    // Lines inside quotes that look like records: a part may begin at one of them, and must not.
    const trap = "1,m,EUR,1.00,2024-01-01,v\n".repeat(2000);
    const content = `${readFileSync(file, "utf8")}1,"${trap}",EUR,1,2024-01-01,v\n${trap}1,"stray,EUR,1,2024-01-01,v\n${trap}`;
    await fixture.byFunction(content, "parts.csv");
    const byFunction = await fixture.left();
    await fixture.reset();
    await fixture.byGlue(["parts.csv"], { part_bytes: 8192 });
    expect(await fixture.left()).to.deep.equal(byFunction);
    expect(await fixture.stagingTables()).to.deep.equal([]);
  });

  it("take back what a version of the key left that failed, and keep where rows and rejects came from", async () => {
    await fixture.rows(
      `WITH failed AS (
         INSERT INTO ingest_jobs (bucket, key, etag, size, status, reason, finished_at)
         SELECT '${fixture.bucket}', key, 'former', 10, 'failed', 'too bad', now()
         FROM unnest('{glue/mended.csv,glue/other.csv}'::text[]) key RETURNING id, key)
       INSERT INTO records (merchant, ingest_job) SELECT 'former', id FROM failed`,
    );
    const header = records.columns.map((column) => column.header).join(",");
    const lines = [header, '"1","a\nb",EUR,1,2024-01-01,v', "x,c,EUR,1,2024-01-01,v", ""];
    await fixture.forGlue(lines.join("\n"), "mended.csv");
    await fixture.byGlue(["glue/mended.csv"]);
    const jobs = `SELECT key, merchant, status, reason
      FROM ingest_jobs job LEFT JOIN records ON ingest_job = job.id ORDER BY key, status`;
    expect(await fixture.rows(jobs)).to.deep.equal([
      ["glue/mended.csv", "a\nb", "done", null],
      ["glue/mended.csv", null, "undone", "a mended file took its place"],
      ["glue/other.csv", "former", "failed", "too bad"],
    ]);
    const rejects = `SELECT line::int, column_name, value, code, target
      FROM ingest_rejects JOIN ingest_jobs ON id = job`;
    expect(await fixture.rows(rejects)).to.deep.equal([[4, "mcc", "x", "not-a-whole-number", "records"]]);
  });

  it("go on where the function stopped, also in a packed text and before a footer", async () => {
    const header = records.columns.map((column) => column.header).join(",");
    const first = `${header}\n1,a,EUR,1,2024-01-01,v\n`;
    const text = `${first}2,b,EUR,1,2024-01-01,v\nbad\n`;
    const footer = defineTable({ ...records, format: { footer: 1 }, files: { prefix: "footer/" } });
    const columns = records.columns.map(({ name }) => name);
    const layout = { newline: "\n", delimiter: ",", columns, spare: 0, header, line: 2 };
    const files = [
      { key: "glue/packed.csv", content: gzipSync(text), decoded: true },
      { key: "glue/footer/a.csv", content: Buffer.from(`${text}total\n`), decoded: false },
      { key: "glue/plain.csv", content: Buffer.from(text), decoded: false },
    ];
    for (const { key, content, decoded } of files) {
      await fixture.forGlue(content, key.slice("glue/".length));
      const etag = createHash("md5").update(content).digest("hex");
      await fixture.rows(
        `INSERT INTO ingest_jobs (bucket, key, etag, size, byte_offset, newline, layout, rows_loaded)
         VALUES ('${fixture.bucket}', '${key}', '${etag}', ${content.length}, ${first.length}, E'\\n',
           '${JSON.stringify({ ...layout, decoded })}', 1)`,
      );
    }
    const keys = files.map(({ key }) => key);
    for (const outcome of await fixture.byGlueInto([records, footer], keys))
      expect(outcome).to.include({ status: "done", rows: 2, rejected: 1 });
    expect(await fixture.rows("SELECT mcc FROM records")).to.deep.equal([[2], [2], [2]]);
    const rejects = "SELECT line::int, byte_offset::int, record FROM ingest_rejects";
    const bad = [4, text.indexOf("bad"), "bad"];
    expect(await fixture.rows(rejects)).to.deep.equal([bad, bad, bad]);
  });

  it("begin an undone job anew for a later upload alone, and go on with none in another table", async () => {
    const jobs = [
      {
        key: "glue/undone.csv",
        status: "undone",
        uploaded: "now() + interval '1 day'",
        target: "records",
        layout: false,
      },
      {
        key: "glue/later.csv",
        status: "undone",
        uploaded: "now() - interval '1 day'",
        target: "records",
        layout: false,
      },
      { key: "glue/unread.csv", status: "running", uploaded: "NULL", target: "others", layout: false },
      { key: "glue/begun.csv", status: "running", uploaded: "NULL", target: "others", layout: true },
    ];
    const header = records.columns.map((column) => column.header).join(",");
    const content = `${header}\n1,a,EUR,1,2024-01-01,v\n`;
    const columns = records.columns.map(({ name }) => name);
    const layout = { newline: "\n", delimiter: ",", columns, spare: 0, header, line: 1, decoded: false };
    const etag = createHash("md5").update(content).digest("hex");
    await fixture.rows("INSERT INTO ingest_tables VALUES ('others')");
    for (const { key, status, uploaded, target, ...job } of jobs) {
      await fixture.forGlue(content, key.slice("glue/".length));
      const ended = status === "undone" ? "'undone on request', now()" : "NULL, NULL";
      const read = job.layout ? `'${JSON.stringify(layout)}'` : "NULL";
      await fixture.rows(
        `INSERT INTO ingest_jobs (bucket, key, etag, size, status, uploaded_at, target, layout, reason, finished_at)
         VALUES ('${fixture.bucket}', '${key}', '${etag}', ${content.length}, '${status}', ${uploaded}, '${target}',
           ${read}, ${ended})`,
      );
    }
    const outcomes = await fixture.byGlue(jobs.map(({ key }) => key));
    await fixture.rows("DELETE FROM ingest_jobs WHERE target = 'others'");
    await fixture.rows("DELETE FROM ingest_tables WHERE name = 'others'");
    const elsewhere = "what is loaded of it is in others, and now its key is records's";
    expect(outcomes.map(({ status, rows, reason }) => [status, rows, reason])).to.deep.equal([
      ["skipped", 0, "undone on request"],
      ["done", 1, undefined],
      ["done", 1, undefined],
      ["failed", 0, elsewhere],
    ]);
  });

  it("start apart: a file under glue/ waits for its job, which runs as it was deployed", async () => {
    const { file } = await writeSample(path.join(fixture.session.dir, "apart.csv"), 500);
    await fixture.byFunction(readFileSync(file), "glue/apart.csv");
    expect((await fixture.left()).jobs).to.deep.equal([]);
    expect(fixture.functionLog).to.match(/"key":"glue\/apart\.csv","status":"skipped"/);
    expect(await fixture.startJobRun({ "--key": "glue/apart.csv" })).to.deep.equal({ state: "SUCCEEDED" });
    expect(
      await differences(fixture.client, await expectations(fixture.client, file, records)),
    ).to.deep.equal([]);
  });
});

const sorted = (rows: unknown[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();
