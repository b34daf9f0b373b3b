import { expect } from "chai";
import { defineTable } from "../../../../functions/ingest/table";
import { tableSql } from "../../../../functions/ingest/tableSql";
import { IngestFixture, resultOf } from "../../../support/ingestFixture";

/** Another table than the one of this project: other columns, another order, a transform that refuses. */
const readings = defineTable({
  name: "readings",
  files: { prefix: "readings/" },
  columns: [
    { name: "day", type: "date", required: true },
    { name: "station", type: "varchar(5)", required: true },
    { name: "celsius", header: "°C", type: "numeric(5,3)" },
    { name: "sensors", type: "integer" },
    { name: "note", type: "text" },
  ],
  transform: {
    columns: ["sensors", "station"],
    make: () => (fields) => (fields[0] === "0" ? "no sensor was on" : [fields[0] ?? null, `${fields[1]}!`]),
  },
});
const ddl = `${tableSql(readings)} ALTER TABLE readings ALTER note SET DEFAULT 'none'`;

describe("A table's definition", () => {
  let fixture: IngestFixture;
  before(async () => {
    fixture = await IngestFixture.start(readings);
    await fixture.rows(ddl);
  });
  after(() => fixture.close());

  it("is all that it takes to load files into another table", async () => {
    const event = await fixture.put(
      "Station,Day,°C,Sensors\nKöln,2024-02-29,-1.2345,3\nOslo,2024-03-01,,\nOsak,2024-03-01,1,0\nKyoto,2024-03-01,1,1\n",
      "readings/1.csv",
    );
    expect(await resultOf(fixture.invoke(event))).to.include({ status: "done", rows: 2, rejected: 2 });
    expect(
      await fixture.rows(
        "SELECT day::text, station, celsius::text, sensors, note FROM readings ORDER BY day",
      ),
    ).to.deep.equal([
      ["2024-02-29", "Köln!", "-1.235", 3, "none"],
      ["2024-03-01", "Oslo!", null, null, "none"],
    ]);
    expect(await fixture.rows("SELECT reason FROM ingest_rejects ORDER BY byte_offset")).to.deep.equal([
      ["no sensor was on"],
      ["station: longer than 5 characters"],
    ]);
  });

  it("decides which header a file must have", async () => {
    const result = await resultOf(
      fixture.invoke(await fixture.put("Day,Stations,Sensors,°C\n", "readings/2.csv")),
    );
    expect(result.reason).to.equal(
      "the file's header doesn't fit the table readings: missing: station; unknown: Stations. In tables/readings.ts " +
        'a column\'s header is its name in files; required, missingColumns, extraColumns and header: "none" say what ' +
        "may be otherwise. npm run table -- new FILE --name NAME makes a table for such files",
    );
  });

  it("says whose files are whose: another key goes to another table", async () => {
    const text = "mcc,merchant,currency,amount,transaction_date,card_type\n1,a,EUR,1,2024-01-01,v\n";
    expect(await resultOf(fixture.invoke(await fixture.put(text, "other/1.csv")))).to.include({
      status: "done",
      rows: 1,
    });
    expect(await fixture.rows("SELECT mcc FROM records")).to.deep.equal([[1]]);
  });
});
