import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { defineTable } from "../../../../functions/ingest/table";
import { root } from "../../../../programs/programs";
import { findChanges } from "../../../../scripts/table/changes";
import { changedDefinition } from "../../../../scripts/table/definitionFile";
import { inferTable } from "../../../../scripts/table/infer/inferTable";
import { type NewOptions, newTable } from "../../../../scripts/table/new";
import { rejection } from "../../../support/rejection";

const spending =
  "Entity;Date;Supplier;Transaction number;Amount\n" +
  "HMRC;05/01/2018;First;5100080972;75.307,72\n" +
  "HMRC;16/01/2018;Second;1700097407;-2.610,12\n";

describe("table new", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "groundwork-table-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (name: string, content: string): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const run = async (file: string, options: NewOptions = {}): Promise<string> => {
    let text = "";
    await newTable(file, { dryRun: true, ...options }, undefined, { write: (part) => (text += part) });
    return text;
  };

  it("shows values as they are meant, not as the file quotes them", async () => {
    const text = await run(put("quotes.csv", 'id,name\n1,"the ""one"""\n2,two\n'));
    expect(text).to.include(JSON.stringify('the "one"')).and.to.not.include('\\"\\"');
  });

  it("writes the definition and the migration of what a file holds", async () => {
    const before = readdirSync(path.join(root, "tables"));
    const text = await run(put("Trial run 2018.csv", spending), { key: ["Transaction number"] });
    expect(text).to.include("the loader takes 2 rows and rejects 0\n");
    const [, definition, sql] = text.split(/^-- (?:tables|functions\/sql)\/.*\n/m);
    expect(definition).to.equal(`import { defineTable } from "../functions/ingest/table";

/** Made by npm run table -- new Trial run 2018.csv. */
export default defineTable({
  name: "trial_run_2018",
  files: { prefix: "trial_run_2018/" },
  format: { delimiter: ";" },
  columns: [
    { name: "entity", type: "text" },
    { name: "date", type: "date", format: { dates: "DD/MM/YYYY" } },
    { name: "supplier", type: "text" },
    { name: "transaction_number", header: "Transaction number", type: "bigint", required: true },
    { name: "amount", type: "numeric", format: { decimal: ",", thousands: "." } },
  ],
  key: ["transaction_number"],
});

`);
    expect(sql).to.include('CREATE TABLE "trial_run_2018" (\n  "entity" text,\n  "date" date,');
    expect(sql).to.include('PRIMARY KEY ("transaction_number")').and.include("TO ingest;");
    expect(readdirSync(path.join(root, "tables")), "a dry run writes nothing").to.deep.equal(before);
  });

  it("takes the next free number for the migration", async () => {
    const numbers = readdirSync(path.join(root, "functions/sql")).map((name) => parseInt(name, 10));
    const next = String(Math.max(...numbers) + 1).padStart(3, "0");
    expect(await run(put("a.csv", "x,y\n1,2\n"), { name: "new_one" })).to.include(
      `-- functions/sql/${next}_new_one.sql\n`,
    );
  });

  const ambiguous = "id,day\n1,05/01/2018\n2,06/01/2018\n";
  it("refuses with the question where nothing decides the order of day and month, and nobody can be asked", async () => {
    const message = await rejection(run(put("a.csv", ambiguous), { name: "new_one" }));
    expect(message).to.match(
      /^day: the values fit .*: say which with --dates "MM\/DD\/YYYY" or --dates "DD\/MM\/YYYY"$/,
    );
  });

  for (const dates of ["DD/MM/YYYY", "MM/DD/YYYY"]) {
    it(`takes ${dates} where it is told so`, async () => {
      expect(await run(put("a.csv", ambiguous), { name: "new_one", dates })).to.include(
        `{ name: "day", type: "date", format: { dates: "${dates}" } }`,
      );
    });
  }

  it("asks where there is a terminal", async () => {
    let asked: readonly string[] = [];
    let text = "";
    await newTable(
      put("a.csv", ambiguous),
      { dryRun: true, name: "new_one" },
      (_, answers) => {
        asked = answers;
        return Promise.resolve(1);
      },
      { write: (part) => (text += part) },
    );
    expect(text).to.include(`format: { dates: "${asked[1]}" }`);
  });

  it("asks no order of day and month where the values decide it, and one of them is no day", async () => {
    const days = Array.from({ length: 30 }, (_, i) => `${i},${i + 1}/01/2024\n`).join("");
    const file = put("a.csv", `id,day\n${days}31,soon\n`);
    const text = await run(file, { name: "new_one" });
    expect(text).to.include("not sure: day: would be date but for 1 of 31 values");
  });

  it("refuses a name that can't be a table's, with what is wrong with it", async () => {
    const file = put("a.csv", "x,y\n1,2\n");
    for (const [name, wrong] of [
      ["x".repeat(64), /name: must be a name of PostgreSQL's, at most 63 bytes/],
      ["a/b", /--name a\/b: a table's name is also its file's, and has no \//],
    ] as const)
      expect(await rejection(run(file, { name }))).to.match(wrong);
    expect(await run(file, { name: "a(b" })).to.include('CREATE TABLE "a(b"');
  });

  it("refuses a key that can't be one, another table's files, and a table that the schema has", async () => {
    const file = put("a.csv", "id,name\n1,a\n,b\n");
    const message = (options: NewOptions): Promise<string> =>
      rejection(run(file, { name: "new_one", ...options }));
    expect(await message({ key: ["no"] })).to.equal("--key: there is no column no, only id, name");
    expect(await message({ key: ["id"] })).to.equal("--key: id is empty in 1 rows, and a key never is");
    expect(await message({ prefix: "" })).to.match(/take the same files/);
    expect(await message({ name: "ingest_jobs" })).to.match(
      /002_ingest_jobs\.sql makes a table ingest_jobs already/,
    );
  });

  describe("of a table that is there", () => {
    const table = defineTable({
      name: "spending",
      format: { delimiter: ";" },
      columns: [
        { name: "entity", type: "varchar(4)" },
        { name: "day", header: "Date", type: "date", format: { dates: "DD/MM/YYYY" } },
        { name: "number", header: "Transaction number", type: "integer", required: true },
        { name: "amount", type: "numeric(9,2)", format: { decimal: ",", thousands: "." } },
        { name: "gone", type: "text", required: true },
      ],
    });
    const changes = async (content: string) => {
      const file = put("newer.csv", content);
      return findChanges(file, table, await inferTable(file));
    };

    it("finds new columns, wider types and what is no more required, and never drops one", async () => {
      const found = await changes(spending.replaceAll("HMRC", "HM Revenue").replace("First", ""));
      expect(found.added).to.deep.equal([{ name: "supplier", type: "text" }]);
      expect(found.changed).to.deep.equal([
        { name: "gone", optional: true },
        { name: "entity", type: "text" },
        { name: "number", type: "bigint" },
      ]);
      expect(found.sql).to.match(/^ALTER TABLE "spending"\n {2}ADD COLUMN "supplier" text,\n/);
      expect(found.sql).to.include(
        'ALTER COLUMN "gone" DROP NOT NULL,\n  ALTER COLUMN "entity" TYPE text,\n  ALTER COLUMN "number" TYPE bigint;',
      );
      expect(found.sql).to.not.match(/DROP COLUMN/);
    });

    it("has nothing to change where the file fits", async () => {
      const found = await changes("Entity;Date;Transaction number;Amount;Gone\nHMRC;05/01/2018;1;2,5;x\n");
      expect(found).to.deep.equal({ added: [], changed: [], sql: "", told: [] });
    });

    it("takes a new word for NULL as one, and leaves the type", async () => {
      const rows = Array.from({ length: 30 }, (_, i) => `HMRC;05/01/2018;${i};${i},5;x\n`).join("");
      const found = await changes(
        `Entity;Date;Transaction number;Amount;Gone\n${rows}HMRC;05/01/2018;1;n/a;x\n`,
      );
      expect(found.changed.map(({ name, type }) => [name, type])).to.deep.equal([["amount", undefined]]);
      expect(found.changed[0]?.nulls).to.include.members(["NULL", "n/a"]);
      expect(found.sql).to.equal("");
    });

    it("says why a file in another format can't be its own", async () => {
      expect((await changes("Entity,Date,Transaction number\nHMRC,05/01/2018,1\n")).error).to.match(
        /^the delimiter is "," and not ";": in tables\/spending\.ts say format: \{ delimiter: "," \}/,
      );
    });
  });

  it("keeps a column's format that stands elsewhere, and leaves what it can't change to a person", async () => {
    const source = (column: string): string =>
      `const format = { decimal: "," };\nexport default defineTable({ name: "a", columns: [${column}] });\n`;
    const change = async (column: string) =>
      changedDefinition(source(column), [], [{ name: "x", nulls: ["", "n/a"] }]);
    expect(await change('{ name: "x", type: "numeric", format: format }')).to.include(
      'format: { ...format, nulls: ["", "n/a"] }',
    );
    for (const column of ['{ name: "x", type: "numeric", format }', '{ name: "x", ...format }'])
      expect(await rejection(change(column))).to.match(/^Its column x .*: change it by hand$/);
  });

  it("changes a definition where it must, and keeps comments, transform and all else", async () => {
    const source = readFileSync(path.join(root, "tables/records.ts"), "utf8");
    const changed = await changedDefinition(
      source,
      [{ name: "note", type: "text" }],
      [
        { name: "amount", type: "numeric", optional: true, nulls: ["", "n/a"] },
        { name: "mcc", type: "bigint" },
      ],
    );
    expect(changed).to.equal(
      source
        .replace('{ name: "mcc", type: "integer" }', '{ name: "mcc", type: "bigint" }')
        .replace(
          '{ name: "amount", type: "numeric(15,2)", required: true, times: 2 }',
          '{ name: "amount", times: 2, type: "numeric", format: { nulls: ["", "n/a"] } }',
        )
        .replace('"varchar(50)" },\n', '"varchar(50)" },\n    { name: "note", type: "text" },\n'),
    );
  });
});
