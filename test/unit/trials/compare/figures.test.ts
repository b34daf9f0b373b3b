import { expect } from "chai";
import { prices } from "../../../../scripts/cost/prices";
import { figuresOf, glueDollars, lambdaDollars } from "../../../../trials/compare/figures";

describe("the figures of a comparison", () => {
  it("counts the work without its start, and its share of the reference round by round", () => {
    const loads = [
      { seconds: 9, startSeconds: 5, peakBytes: 10, dollars: 0.01 },
      { seconds: 12, startSeconds: 4, peakBytes: 30, dollars: 0.02 },
      { seconds: 11, startSeconds: 6, peakBytes: 20, dollars: 0.03 },
    ];
    const reference = [{ seconds: 2 }, { seconds: 2 }, { seconds: 4 }];
    expect(figuresOf("x", 1000, loads, reference)).to.deep.equal({
      name: "x",
      rows: 1000,
      seconds: 11,
      startSeconds: 5,
      workSeconds: 5,
      rowsPerSecond: 200,
      ofReference: 0.5,
      peakBytes: 30,
      dollarsPerMillionRows: 20,
    });
  });

  it("leaves out what was not measured", () => {
    expect(figuresOf("x", 10, [{ seconds: 2 }], [])).to.deep.equal({
      name: "x",
      rows: 10,
      seconds: 2,
      workSeconds: 2,
      rowsPerSecond: 5,
    });
  });

  it("prices a function by memory, time and hops, and a job by workers, for a minute at least", () => {
    expect(lambdaDollars(prices, 10, 2048, 1)).to.be.closeTo(20 * 0.0000133334 + 2 * 0.0000002, 1e-9);
    expect(glueDollars(prices, 3600, 3)).to.be.closeTo(1.32, 1e-9);
    expect(glueDollars(prices, 5, 2)).to.equal(glueDollars(prices, 60, 2));
  });
});
