import { expect } from "chai";
import { columns, markdownTable } from "../../../../scripts/shared/columns";

describe("columns", () => {
  it("are as wide as their widest cell, numbers to the right, with nothing behind the last", () => {
    const rows = [
      ["a", "1,000", "x"],
      ["long", "5", ""],
    ];
    expect(columns(rows, [1])).to.deep.equal(["a     1,000  x", "long      5"]);
    expect(columns([])).to.deep.equal([]);
  });

  it("of a table of Markdown have a title and a rule each", () => {
    expect(markdownTable(["load", "ms"], [["psql", "1,000"]])).to.equal(
      "| load |    ms |\n| ---- | ----: |\n| psql | 1,000 |\n",
    );
  });
});
