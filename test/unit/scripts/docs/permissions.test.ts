import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { permissionsDocument } from "../../../../scripts/docs/permissions";

describe("docs/permissions.md", () => {
  it("names every permission that a role has, and every caller of a function (npm run docs writes it)", async () => {
    const text = readFileSync(path.join(root, "docs/permissions.md"), "utf8");
    expect(await permissionsDocument()).to.equal(text);
    expect(text).to.match(/^\| github-deploy-dev .*\*\*never\*\* all but `iam:GetRole` /m);
    expect(text).to.not.include("undefined");
  });
});
