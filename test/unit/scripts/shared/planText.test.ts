import { expect } from "chai";
import { planText } from "../../../../scripts/shared/planText";

describe("a plan as Markdown", () => {
  const resources = Array.from({ length: 50 }, (_, i) => ` +  aws:sqs:Queue queue-${i} create [diff: +name]`);
  const said = [
    "",
    "auth (dev)",
    "Previewing update (dev):",
    ...resources,
    "",
    "auth  50 to create  3.1 s",
  ].join("\n");
  const asked = { title: "Plan for dev", most: 60_000, rest: "https://example.com/run" };

  it("is whole where it has room", () => {
    const text = planText(said, asked);
    expect(text)
      .to.match(/^### Plan for dev\n~~~~text\n/)
      .and.match(/\n~~~~\n$/);
    for (const line of resources) expect(text).to.include(line);
  });

  for (const most of [600, 1000, 1001, 1050, 2000]) {
    it(`of at most ${most} characters is cut between two resources, says what is missing, and keeps its table`, () => {
      const text = planText(said, { ...asked, most });
      expect(text.length)
        .to.be.at.most(most)
        .and.above(most - 120);
      const kept = resources.filter((line) => text.includes(`${line}\n`));
      expect(kept).to.deep.equal(resources.slice(0, kept.length));
      expect(text.match(/queue-/g)).to.have.length(kept.length);
      expect(text).to.include(
        `\n… left out: ${50 - kept.length} resources. The whole plan: https://example.com/run\n\nauth  50 to create  3.1 s\n~~~~\n`,
      );
    });
  }
});
