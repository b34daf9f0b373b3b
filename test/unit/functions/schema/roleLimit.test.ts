import { expect } from "chai";
import { connectionLimit } from "../../../../functions/schema/roleLimit";

describe("What a role that loads may take of a server's connections", () => {
  const cases: [string, most: number, reserved: number, limit: number][] = [
    ["PostgreSQL's own default", 100, 3, 48],
    ["db.t4g.micro", 81, 5, 38],
    ["a very small one", 25, 3, 11],
    ["a large one", 5000, 5, 2497],
    ["one that has room for one", 5, 3, 1],
    ["one that has no room at all", 3, 3, 1],
  ];
  for (const [title, most, reserved, limit] of cases) {
    it(`is ${limit} of the ${most} of ${title}`, () => {
      expect(connectionLimit({ most, reserved })).to.equal(limit);
    });
  }
});
