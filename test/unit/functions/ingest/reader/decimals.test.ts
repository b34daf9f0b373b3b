import { expect } from "chai";
import type { ColumnType } from "../../../../../functions/ingest/reader/types";
import { defineTable } from "../../../../../functions/ingest/table";
import { read } from "../../../../support/pieces";

describe("The reader of decimals", () => {
  const exactly = (type: ColumnType, times: number, written: string[]) =>
    read(
      `a\n${written.join("\n")}\n`,
      defineTable({ name: "decimals", columns: [{ name: "a", type, times }] }),
    ).then(({ rows, rejects }) => [rows.flat(), rejects.map(({ line, code }) => [line, code])]);

  it("makes of short and long ones the same, on either side of each bound", async () => {
    const short = [
      "0",
      "-0",
      "1",
      "9999.99",
      "10000",
      "100000000",
      "99999999.9",
      "12345678",
      "0.01",
      "-.5",
      "5.",
    ];
    const long = short.map((each) => `000000000000${each}`.replace("000000000000-", "-000000000000"));
    const wanted = short.map((each) => (Number(each) * 3).toFixed(2).replace("-0.00", "0.00"));
    for (const written of [short, long])
      expect(await exactly("numeric(15,2)", 3, written)).to.deep.equal([wanted, []]);
  });

  it("rejects what is beyond the column's precision, after it was multiplied", async () => {
    const found = await exactly("numeric(6,2)", 2, [
      "4999.99",
      "5000",
      "-5000.00",
      "4999.999",
      "49999999999",
    ]);
    const rejects = [3, 4, 5, 6].map((line) => [line, "beyond-precision"]);
    expect(found).to.deep.equal([["9999.98"], rejects]);
  });
});
