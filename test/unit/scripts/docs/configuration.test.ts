import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { configurationDocument } from "../../../../scripts/docs/configuration";

describe("docs/configuration.md", () => {
  it("has every key with its choices and its default (npm run docs writes it)", async () => {
    const text = readFileSync(path.join(root, "docs/configuration.md"), "utf8");
    expect(await configurationDocument(text)).to.equal(text);
    expect(text).to.match(/`networking:nat`.*none, gateway, gateway-per-zone, instance.*none/);
  });
});
