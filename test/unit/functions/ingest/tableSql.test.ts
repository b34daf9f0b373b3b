import { expect } from "chai";
import { defineTable } from "../../../../functions/ingest/table";
import { tableGrants, tableSql } from "../../../../functions/ingest/tableSql";

const columns = [
  { name: "id", type: "integer" },
  { name: "amount", type: "numeric" },
] as const;
const known = "INSERT INTO ingest_tables VALUES ('t') ON CONFLICT DO NOTHING;\n";
const temporary =
  "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO ingest', current_database()); END $$;\n";

describe("The migration of a table", () => {
  it("makes its rows findable by their job, and grants what a load needs", () => {
    expect(tableSql(defineTable({ name: "t", columns: [{ name: "a", type: "text" }] }))).to.equal(
      `CREATE TABLE "t" (
  "a" text,
  "ingest_job" bigint
);
CREATE INDEX ON "t" USING brin (ingest_job) WITH (pages_per_range = 128);
GRANT INSERT ON "t" TO ingest;
${known}`,
    );
  });

  it("quotes whatever names and values it has, with enumerations, a key and where rows came from", () => {
    const table = defineTable({
      name: 'say "t"',
      key: ['the "id"'],
      columns: [
        { name: 'the "id"', type: "integer" },
        { name: "amount", type: "numeric(8,2)", required: true },
        { name: "size", type: { enum: 'of "t"', values: ["S", "M'L"] } },
        { name: "note's", type: { enum: "note", values: ["?"] } },
      ],
      lineage: {
        file: "from",
        line: "at",
        time: "when",
        parts: { day: { name: "day", type: "date" }, shop: "shop" },
      },
    });
    expect(tableSql(table)).to.equal(`CREATE TYPE "of ""t""" AS ENUM ('S', 'M''L');
CREATE TYPE "note" AS ENUM ('?');
CREATE TABLE "say ""t""" (
  "the ""id""" integer NOT NULL,
  "amount" numeric(8,2) NOT NULL,
  "size" "of ""t""",
  "note's" "note",
  "ingest_job" bigint,
  "from" text,
  "when" timestamptz,
  "day" date,
  "shop" text,
  "at" bigint,
  PRIMARY KEY ("the ""id""")
);
CREATE INDEX ON "say ""t""" USING brin (ingest_job) WITH (pages_per_range = 128);
GRANT INSERT ON "say ""t""" TO ingest;
GRANT SELECT ("the ""id""") ON "say ""t""" TO ingest;
INSERT INTO ingest_tables VALUES ('say "t"') ON CONFLICT DO NOTHING;
`);
  });
});

describe("The grants of a table", () => {
  it("let rows be added, and nothing else", () => {
    expect(tableGrants(defineTable({ name: "t", columns }))).to.equal(
      `GRANT INSERT ON "t" TO ingest;\n${known}`,
    );
  });

  it("let the key be read where rows have one", () => {
    expect(tableGrants(defineTable({ name: "t", columns, key: ["id"] }))).to.equal(
      `GRANT INSERT ON "t" TO ingest;\nGRANT SELECT ("id") ON "t" TO ingest;\n${known}`,
    );
  });

  it("let a chunk stand in a temporary table where rows that are there already are skipped", () => {
    expect(tableGrants(defineTable({ name: "t", columns, key: ["id"], sameRow: "skip" }))).to.equal(
      `GRANT INSERT ON "t" TO ingest;\nGRANT SELECT ("id") ON "t" TO ingest;\n${temporary}${known}`,
    );
  });

  it("let the columns be read and changed, and the chunk stand there, where rows are updated", () => {
    const grants = tableGrants(defineTable({ name: "t", columns, key: ["id"], sameRow: "update" }));
    const [, read = "", changed = ""] = /GRANT SELECT \((.*)\), UPDATE \((.*)\) ON "t"/.exec(grants) ?? [];
    expect(read)
      .to.equal(changed)
      .and.to.match(/^"id", "amount"/);
    expect(grants).to.equal(
      `GRANT INSERT ON "t" TO ingest;\nGRANT SELECT (${read}), UPDATE (${read}) ON "t" TO ingest;\n${temporary}${known}`,
    );
  });
});
