import { expect } from "chai";
import { rateMs } from "../../../../local/scheduler/schedules";

describe("A schedule on this machine", () => {
  for (const [expression, expected] of [
    ["rate(1 minute)", 60_000],
    ["rate(5 minutes)", 300_000],
    ["rate(2 hours)", 7_200_000],
    ["rate(1 day)", 86_400_000],
  ] as const) {
    it(`comes at ${expression}`, () => expect(rateMs(expression)).to.equal(expected));
  }

  for (const expression of [
    "rate(1 minutes)",
    "rate(5 minute)",
    "rate(0 minutes)",
    "cron(0 * * * ? *)",
    "",
  ]) {
    it(`refuses ${expression || "an empty one"}, and says what it takes`, () => {
      expect(() => rateMs(expression)).to.throw("local/scheduler/schedules.ts");
    });
  }
});
