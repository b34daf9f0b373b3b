import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { tablesDocument } from "../../../../scripts/docs/tables";

describe("docs/tables.md", () => {
  it("has every key as the types' comments tell it (npm run docs writes it)", async () => {
    const text = readFileSync(path.join(root, "docs/tables.md"), "utf8");
    expect(await tablesDocument(text)).to.equal(text);
    for (const key of ["`thousands`", "`sameRow`", "`make`", "`parts`"]) expect(text).to.include(`| ${key}`);
  });
});
