import { expect } from "chai";
import { measure, pollockScore } from "../../../../scripts/pollock/measures";

describe("Pollock's measures", () => {
  it("are 1 for the same items in any order", () => {
    expect(measure(["a", "b", "b"], ["b", "a", "b"])).to.deep.equal([1, 1, 1]);
  });

  it("count what is missing and what is too much", () => {
    expect(measure(["a", "b", "c", "d"], ["a", "b"])).to.deep.equal([0.5, 1, 2 / 3]);
    expect(measure(["a"], ["a", "a"])).to.deep.equal([1, 0.5, 2 / 3]);
    expect(measure(["a"], ["b"])).to.deep.equal([0, 0, 0]);
  });

  it("give a file 10 when all is right, and a point for loading alone", () => {
    const rows = [
      ["a", "b"],
      ["1", "2"],
    ];
    expect(pollockScore(rows, rows)).to.equal(10);
    expect(pollockScore(rows, [["x"], ["y"]])).to.equal(1);
    expect(pollockScore([], [])).to.equal(10);
  });

  it("join a record's cells, so that a row filled up with empty fields is the same record", () => {
    const [clean, filled] = [
      [["a", "b"], ["1"]],
      [
        ["a", "b"],
        ["1", ""],
      ],
    ];
    expect(pollockScore(clean, filled)).to.be.greaterThan(9.5).and.lessThan(10);
  });
});
