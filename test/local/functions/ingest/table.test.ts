import { expect } from "chai";
import {
  type Column,
  type Decimal,
  type TableDefinition,
  defineTable,
  records,
} from "../../../../functions/ingest/columns";
import { IngestFixture, resultOf } from "../../../support/ingestFixture";

/** Another table than the one of this project: other columns, another order, a transform that refuses. */
const readings = defineTable<
  readonly [day: number | null, station: string | null, celsius: Decimal | null, sensors: number | null]
>({
  table: "readings",
  columns: [
    { header: "Day", column: "day", type: { kind: "date" }, required: true },
    { header: "Station", column: "station", type: { kind: "text", length: 5 }, required: true },
    { header: "°C", column: "celsius", type: { kind: "decimal", precision: 5, scale: 3 }, required: false },
    { header: "Sensors", column: "sensors", type: { kind: "integer" }, required: false },
  ],
  makeTransform: () => (row) => (row[3] === 0 ? "no sensor was on" : row),
});
const ddl = `CREATE TABLE readings (
  sensors int, station varchar(5) NOT NULL, celsius numeric(5, 3), day date NOT NULL)`;

/** The type that PostgreSQL must have for the column. */
function sqlType({ type }: Column): string {
  if (type.kind === "decimal") return `numeric(${type.precision},${type.scale})`;
  return type.kind === "text" ? `character varying(${type.length})` : type.kind;
}

async function expectColumns(fixture: IngestFixture, { table, columns }: TableDefinition): Promise<void> {
  const found = await fixture.rows(
    `SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '${table}'::regclass`,
  );
  expect(found).to.deep.include.members(columns.map((column) => [column.column, sqlType(column)]));
}

describe("A table's definition", () => {
  let fixture: IngestFixture;
  before(async () => {
    fixture = await IngestFixture.start(readings);
    await fixture.rows(ddl);
  });
  after(() => fixture.close());

  it("fits the table in the database", async () => {
    await expectColumns(fixture, records);
    await expectColumns(fixture, readings);
  });

  it("is all that it takes to load files into another table", async () => {
    const event = await fixture.put(
      "Day,Station,°C,Sensors\n2024-02-29,Köln,-1.2345,3\n2024-03-01,Tokyo,,\n2024-03-01,Osaka,1,0\n2024-03-01,Kyotos,1,1\n",
    );
    expect(await resultOf(fixture.invoke(event))).to.include({ status: "done", rows: 2, rejected: 2 });
    expect(
      await fixture.rows("SELECT day::text, station, celsius::text, sensors FROM readings ORDER BY day"),
    ).to.deep.equal([
      ["2024-02-29", "Köln", "-1.235", 3],
      ["2024-03-01", "Tokyo", null, null],
    ]);
    expect(await fixture.rows("SELECT reason FROM ingest_rejects ORDER BY byte_offset")).to.deep.equal([
      ["no sensor was on"],
      ["Station: longer than 5 characters"],
    ]);
  });

  it("decides which header a file must have", async () => {
    const result = await resultOf(fixture.invoke(await fixture.put("Day,Station,Sensors,°C\n", "other.csv")));
    expect(result.reason).to.equal(
      'the file\'s header is "Day,Station,Sensors,°C" and must be "Day,Station,°C,Sensors"',
    );
  });
});
