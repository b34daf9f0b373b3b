import { expect } from "chai";
import type { Table } from "../../../../functions/ingest/table";
import { quoteName, tableSql } from "../../../../functions/ingest/tableSql";
import { expectFailure, inputsOfOwnTables as cases } from "../../../support/csvInputs";
import { IngestFixture, resultOf } from "../../../support/ingestFixture";

describe("The packaged ingest function", () => {
  let fixture: IngestFixture;
  before(async () => {
    fixture = await IngestFixture.start(...cases.map(({ table }) => table));
    for (const { table } of cases) await fixture.rows(tableSql(table));
  });
  after(() => fixture.close());

  const stored = ({ name, columns }: Table) =>
    fixture.rows(`SELECT ${columns.map((each) => `${quoteName(each.name)}::text`).join()} FROM ${name}`);

  for (const { what, file, table, known, key, rows = [], rejects = [], failure } of cases) {
    it(`loads ${what} as the reader has it`, async () => {
      const event = await fixture.put(file, key);
      const result = await resultOf(fixture.invoke(event));
      expectFailure((result.reason as string | undefined)?.replaceAll(table.name, known), failure);
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
