import { expect } from "chai";
import type { DeadLetters } from "../../../../scripts/load/deadLetters";
import { goOn } from "../../../../scripts/load/deadLettersCommand";
import type { JobsClient } from "../../../../scripts/load/jobsClient";

describe("npm run load -- --dead-letters --retry", () => {
  for (const [state, does, asked, removed] of [
    ["as it was", "started again", 1, 1],
    ["replaced since", "forgotten", 0, 1],
    ["no file", "forgotten", 0, 1],
    ["gone", "left", 0, 0],
  ] as const) {
    it(`finds ${state}: ${does}`, async () => {
      const count = { asked: 0, removed: 0 };
      const jobs = { ask: () => Promise.resolve(void count.asked++) } as unknown as JobsClient;
      const letters = { remove: () => Promise.resolve(void count.removed++) } as unknown as DeadLetters;
      const letter = { bucket: "b", key: "k", etag: "e", at: 0, reason: "r", receipt: "x" };
      expect(await goOn(jobs, letters, letter, state)).to.equal(does);
      expect(count).to.deep.equal({ asked, removed });
    });
  }
});
