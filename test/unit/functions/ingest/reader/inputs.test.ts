import { expect } from "chai";
import records from "../../../../../tables/records";
import { expectFailure, inputs } from "../../../../support/csvInputs";
import { read } from "../../../../support/pieces";

describe("The reader of files as people have them", () => {
  for (const { what, file, table = records, rows = [], rejects = [], failure } of inputs) {
    it(`reads ${what}`, async () => {
      for (const pieceBytes of [7, 1000, 10_000, 128 * 1024]) {
        if (pieceBytes < 5000 && file.length > 100_000) continue;
        const found = await read(file, table, { pieceBytes });
        const order = table.columns.map(({ name }) => name).filter((name) => found.columns.includes(name));
        expectFailure(found.failure, failure);
        expect([...found.columns].sort()).to.deep.equal([...order].sort());
        const ordered = found.rows.map((fields) => order.map((name) => fields[found.columns.indexOf(name)]));
        expect(ordered, `pieces of ${pieceBytes}`).to.deep.equal(rows);
        expect(found.rejects.map(({ line, column, code }) => [line, column, code])).to.deep.equal(rejects);
      }
    });
  }
});
