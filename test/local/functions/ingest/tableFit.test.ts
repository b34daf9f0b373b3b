import { expect } from "chai";
import { type TableDefinition, defineTable } from "../../../../functions/ingest/table";
import { shapeOf } from "../../../../functions/ingest/tableFit";
import { tableSql } from "../../../../functions/ingest/tableSql";
import { schemaHandler } from "../../../../functions/schema/handler";
import { readMigrations } from "../../../../infra/database/migrations";
import records from "../../../../tables/records";
import { packageCallback } from "../../../../trials/packageCallback";
import { IngestFixture, resultOf } from "../../../support/ingestFixture";

const types: TableDefinition["columns"][number]["type"][] = [
  "smallint",
  "integer",
  "bigint",
  "numeric",
  "numeric(7)",
  "numeric(15,2)",
  "real",
  "double precision",
  "boolean",
  "text",
  "varchar",
  "varchar(9)",
  "char",
  "char(3)",
  "date",
  "time",
  "timestamp",
  "timestamptz",
  "uuid",
  "json",
  "jsonb",
  "bytea",
  { enum: "mood", values: ["so so", "it's fine"] },
  { enum: "Card Kind", values: ["debit"] },
];
const every = defineTable({
  name: "every Type",
  files: { prefix: "every/" },
  columns: types.map((type, i) => ({ name: `Column ${i}`, type, required: i % 2 === 0 })),
  key: ["Column 1"],
  lineage: { file: "file", line: "line", time: "time", parts: { a: "a" } },
});
const other = defineTable({
  name: "other",
  files: { prefix: "other/" },
  columns: [
    { name: "a", type: "boolean" },
    { name: "b", type: "varchar(5)" },
    { name: "c", type: { enum: "mood", values: ["so so", "bad"] } },
    { name: "d", type: "real" },
  ],
});

describe("A table and its definition", () => {
  let fixture: IngestFixture;

  before(async () => {
    fixture = await IngestFixture.start(every, other);
    await fixture.rows(tableSql(every));
    await fixture.rows(
      "CREATE TABLE other (a text, b varchar(4), c mood, e int NOT NULL, f int NOT NULL DEFAULT 1)",
    );
  });
  afterEach(() => fixture.clear());
  after(() => fixture.close());

  const differences = [
    "other.a is text in the database, and boolean in tables/other.ts",
    "other.b is character varying(4) in the database, and character varying(5) in tables/other.ts",
    "other.c: the type mood has no bad, which tables/other.ts has",
    "other has no column d, which tables/other.ts has",
    "other has no column ingest_job, which tables/other.ts has",
    "other.e is NOT NULL without a default in the database, and tables/other.ts lacks it",
  ];

  it("fit where the migration is written from the definition, whatever the types and names", async () => {
    const line = types.map((_, i) => `Column ${i}`).join(",");
    const result = await resultOf(fixture.invoke(await fixture.put(`${line}\n`, "every/1.csv")));
    expect(result).to.include({ status: "done", rows: 0 });
  });

  it("that differ end the job before its first row, with each difference", async () => {
    const event = await fixture.put("a,b,c\nY,x,bad\n", "other/1.csv");
    const unknown = await resultOf(fixture.invoke(event));
    expect(unknown).to.include({ status: "failed", rows: 0 });
    expect(unknown.reason).to.match(
      /^ingest_tables has no other: the SQL file that makes the table must add it/,
    );
    await fixture.rows("INSERT INTO ingest_tables VALUES ('other')");
    const result = await resultOf(fixture.invoke(event));
    expect(result).to.include({ status: "failed", rows: 0, reason: differences.join("; ") });
    expect(await fixture.rows("SELECT status, target FROM ingest_jobs")).to.deep.equal([["failed", "other"]]);
  });

  it("are compared when the schema is applied", async () => {
    await fixture.rows("INSERT INTO ingest_tables VALUES ('other') ON CONFLICT DO NOTHING");
    fixture.secrets.put("ingest", JSON.stringify({ username: "ingest", password: "ingest" }));
    const missing = defineTable({ name: "missing", columns: [{ name: "a", type: "text" }] });
    const deploy = async (name: string, ...tables: (typeof other)[]) =>
      fixture.deploy(
        name,
        await packageCallback(schemaHandler(readMigrations(), [records, ...tables].map(shapeOf))),
        { INGEST_SECRET_ARN: "ingest" },
      );
    await deploy("schema", every);
    expect(await resultOf(fixture.invoke({}, "schema"))).to.deep.include({ applied: [] });
    await deploy("misfit", every, other, missing);
    expect((await fixture.invoke({}, "misfit")).error).to.equal(
      `The schema is applied, but tables don't fit their definitions: ${differences.join("; ")}; ` +
        "there is no table missing in the database: a file in functions/sql must make it",
    );
  });
});
