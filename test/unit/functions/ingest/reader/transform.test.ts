import { expect } from "chai";
import { defineTable } from "../../../../../functions/ingest/table";
import { read } from "../../../../support/pieces";

/** Turns around a and b, refuses "no", and makes NULL, blanks, and a bad number of what is told. */
const table = defineTable({
  name: "changed",
  format: { shortRows: "null", nulls: ["", "-"] },
  columns: [
    { name: "a", type: "text" },
    { name: "n", type: "integer", required: true },
    { name: "b", type: "varchar(5)" },
    { name: "kept", type: "text" },
  ],
  transform: {
    columns: ["b", "n", "a"],
    make: () => (fields) => {
      const [b, n, a] = fields;
      if (a === "no") return "it says no";
      if (a === "null") return [null, null, null];
      if (a === "fewer") return [];
      return [a ?? null, n === "7" ? " 8 " : (n ?? null), b ?? null];
    },
  },
});

describe("The reader of records that a transform changes", () => {
  it("stores what it makes of them behind the other columns, in its own order", async () => {
    const file = 'a,n,b,kept\nx,1,y,k\n"x ""q""",7," y ",-\n-,2,,\né,3\n';
    for (const pieceBytes of [1, 5, 1000]) {
      const { rows, columns, rejects } = await read(file, table, { pieceBytes });
      expect(columns).to.deep.equal(["kept", "b", "n", "a"]);
      expect(rejects).to.deep.equal([]);
      expect(rows).to.deep.equal([
        ["k", "x", "1", "y"],
        [null, 'x "q"', "8", " y "],
        [null, null, "2", null],
        [null, "é", "3", null],
      ]);
    }
  });

  it("rejects what it refuses, what it makes that the column doesn't take, and what is no text", async () => {
    const file = Buffer.concat([
      Buffer.from("a,n,b,kept\nno,1,y,k\nnull,1,y,k\nfewer,1,y,k\nlonger than five,1,y,k\nx,eight,y,k\nx,1,"),
      Buffer.from("ff", "hex"),
      Buffer.from(",k\nx,1,y,k\n"),
    ]);
    for (const pieceBytes of [1, 1000]) {
      const { rows, rejects } = await read(file, table, { pieceBytes });
      expect(rows).to.deep.equal([["k", "x", "1", "y"]]);
      expect(rejects.map(({ line, column, code }) => [line, column, code])).to.deep.equal([
        [2, undefined, "transform"],
        [3, "n", "empty"],
        [4, "n", "empty"],
        [5, "b", "too-long"],
        [6, "n", "not-a-whole-number"],
        [7, "b", "not-utf-8"],
      ]);
      expect(rejects[0]?.reason).to.equal("it says no");
      expect(rejects[3]?.value).to.equal("longer than five");
    }
  });

  it("stores texts of any length that it makes", async () => {
    const long = defineTable({
      name: "long",
      columns: [{ name: "a", type: "text" }],
      transform: {
        columns: ["a"],
        make:
          () =>
          ([a]) => [(a ?? "").repeat(3000)],
      },
    });
    const { rows } = await read("a\nxy\né\n漢\nz\n", long);
    expect(rows).to.deep.equal(["xy", "é", "漢", "z"].map((text) => [text.repeat(3000)]));
  });
});
