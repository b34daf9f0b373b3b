import { expect } from "chai";
import { columnNames, snakeCase } from "../../../../../scripts/table/infer/names";

const kinds: readonly (readonly [string, string])[] = [
  ["Transaction number", "transaction_number"],
  ["transactionDate", "transaction_date"],
  ["HITId", "hit_id"],
  ["PRODUCTID", "productid"],
  ['size 12"', "size_12"],
  ["Betrag (€)", "betrag"],
  ["Größe", "grosse"],
  ["Ærø", "aero"],
  ["n° client", "n_client"],
  ["Men's boots", "mens_boots"],
  ["2007 - 08 Volume", "_2007_08_volume"],
  ["order", "order_"],
  ["User", "user_"],
  ["ctid", "ctid_"],
  ["Ingest job", "ingest_job_"],
  ["Дата", "дата"],
  ["金額", "金額"],
  ["  a  b  ", "a_b"],
  ["%", ""],
  ["x".repeat(70), "x".repeat(63)],
  ["ж".repeat(40), "ж".repeat(31)],
];

describe("a column's name", () => {
  for (const [header, name] of kinds)
    it(`of ${JSON.stringify(header.slice(0, 20))} is ${JSON.stringify(name.slice(0, 20))}`, () => {
      expect(snakeCase(header)).to.equal(name);
    });

  it("is that of no other column", () => {
    expect(columnNames(["a", "A", "a ", ""])).to.deep.equal(["a", "a_2", "a_3", "column_4"]);
    expect(columnNames(["a", "a", "a_2"])).to.deep.equal(["a", "a_3", "a_2"]);
    expect(columnNames(["x".repeat(70), "x".repeat(71)])).to.deep.equal([
      "x".repeat(63),
      `${"x".repeat(61)}_2`,
    ]);
  });
});
