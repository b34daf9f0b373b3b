import { expect } from "chai";
import { type Table, defineTable } from "../../../../functions/ingest/table";
import { quoteName, tableSql } from "../../../../functions/ingest/tableSql";
import records from "../../../../tables/records";
import { inputs } from "../../../support/csvInputs";
import { IngestFixture, resultOf } from "../../../support/ingestFixture";

/** Each input has a table of its own, made by the DDL that its definition says. */
const cases = inputs.map(({ table = records, ...input }, i) => ({
  ...input,
  known: table.name,
  table: defineTable({
    ...table,
    name: `input_${i}`,
    files: { prefix: `${i}/` },
  }),
}));

describe("The packaged ingest function", () => {
  let fixture: IngestFixture;
  before(async () => {
    fixture = await IngestFixture.start(...cases.map(({ table }) => table));
    for (const { table } of cases) await fixture.rows(tableSql(table));
  });
  after(() => fixture.close());

  const stored = ({ name, columns }: Table) =>
    fixture.rows(`SELECT ${columns.map((each) => `${quoteName(each.name)}::text`).join()} FROM ${name}`);

  for (const [i, { what, file, table, known, rows = [], rejects = [], failure }] of cases.entries()) {
    it(`loads ${what} as the reader has it`, async () => {
      const event = await fixture.put(file, `${i}/a file.csv`);
      const result = await resultOf(fixture.invoke(event));
      const reason = ((result.reason ?? "") as string).replaceAll(table.name, known);
      if (failure instanceof RegExp) expect(reason).to.match(failure);
      else expect(reason).to.equal(failure ?? "");
      expect(result).to.include({
        status: failure === undefined ? "done" : "failed",
        rows: rows.length,
        rejected: rejects.length,
      });
      // What the file lacks is NULL.
      const padded = rows.map((row) => table.columns.map((_, column) => row[column] ?? null));
      expect(await stored(table)).to.deep.equal(padded);
      expect(
        await fixture.rows(
          `SELECT line::int, column_name, code FROM ingest_rejects WHERE job = ${String(result.job)} ORDER BY byte_offset`,
        ),
      ).to.deep.equal(rejects.map(([line, column, code]) => [line, column ?? null, code]));
    });
  }
});
