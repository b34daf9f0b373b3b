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

  it("go on in further lines where the last cell is wider than the terminal, between words", () => {
    const rows = [["alarm", "$0.10", "an account's first three are free"]];
    expect(columns(rows, [], 36)).to.deep.equal([
      "alarm  $0.10  an account's first\n              three are free",
    ]);
    expect(columns(rows, [], 24)).to.deep.equal(["alarm  $0.10\n    an account's first\n    three are free"]);
    expect(columns([["a", "http://without-a-blank.example.com"]], [], 30)).to.deep.equal([
      "a  http://without-a-blank.example.com",
    ]);
  });

  it("of a table of Markdown have a title and a rule each", () => {
    expect(markdownTable(["load", "ms"], [["psql", "1,000"]])).to.equal(
      "| load |    ms |\n| ---- | ----: |\n| psql | 1,000 |\n",
    );
  });
});
