import { expect } from "chai";
import { Command } from "commander";
import { configOption } from "../../../../scripts/shared/configOption";

describe("the option --config", () => {
  const parse = (...args: string[]): unknown =>
    new Command()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .addOption(configOption())
      .parse(args, { from: "user" })
      .opts().config;

  it("gathers keys with their namespace; a later one wins", () => {
    const given = ["-c", "networking:nat=gateway", "--config", "database:databaseName=a=b"];
    expect(parse(...given, "--config=networking:nat=instance")).to.deep.equal({
      "networking:nat": "instance",
      "database:databaseName": "a=b",
    });
    expect(parse()).to.deep.equal({});
  });

  const bad = [
    { text: "nat=instance", says: "must be like networking:nat=instance" },
    { text: "networking:nat", says: "must be like networking:nat=instance" },
    {
      text: "network:nat=instance",
      says: "No project reads network: a key begins with one of aws, local, networking",
    },
  ];
  for (const { text, says } of bad) {
    it(`refuses ${text}`, () => {
      expect(() => parse("--config", text)).to.throw(says);
    });
  }
});
