import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { securityDocument } from "../../../../scripts/docs/security";

describe("docs/security.md", () => {
  it("says of the rules what they are, and of no exception that nothing needs (npm run docs writes it)", async function () {
    // Eleven programs, on a machine that may be busy.
    this.timeout(300_000);
    const text = readFileSync(path.join(root, "docs/security.md"), "utf8");
    expect(await securityDocument(text)).to.equal(text);
  });
});
