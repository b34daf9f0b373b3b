import { expect } from "chai";
import { hottest } from "../../../../trials/bench/profile";

describe("The hottest places of a CPU profile", () => {
  const frame = (functionName: string, url: string, lineNumber: number) => ({
    functionName,
    url,
    lineNumber,
    columnNumber: 0,
    scriptId: "1",
  });
  const profile = {
    nodes: [
      { id: 1, callFrame: frame("(idle)", "", -1) },
      { id: 2, callFrame: frame("add", "file:///tmp/x/task/__index.js", 9) },
      { id: 3, callFrame: frame("", "file:///tmp/x/node_modules/pg/lib/client.js", 0) },
      { id: 4, callFrame: frame("add", "file:///tmp/x/task/__index.js", 9) },
      { id: 5, callFrame: frame("(garbage collector)", "", -1) },
    ],
    startTime: 0,
    endTime: 10_000,
    samples: [1, 2, 3, 4, 5],
    timeDeltas: [5000, 1000, 2000, 5000, 2000],
  };

  it("are functions with their file and line, by their own time, whoever called them, and never idle time", () => {
    expect(hottest(profile, 10)).to.deep.equal([
      { place: "add __index.js:10", ms: 6, share: 0.6 },
      { place: "(anonymous) pg/lib/client.js:1", ms: 2, share: 0.2 },
      { place: "(garbage collector)", ms: 2, share: 0.2 },
    ]);
  });

  it("are as many as asked for", () => {
    expect(hottest(profile, 1).map(({ place }) => place)).to.deep.equal(["add __index.js:10"]);
  });
});
