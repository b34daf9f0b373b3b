import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { functionArchive } from "../../../infra/functionArchive";
import { rejection } from "../../support/rejection";

describe("A function's archive", () => {
  it("has no package that package.json lacks", async () => {
    expect(await rejection(functionArchive(() => undefined, ["pg", "left-pad", "mocha"]))).to.equal(
      'A function needs left-pad, mocha, which package.json lacks: add it there under "dependencies".',
    );
  });

  it("has of its packages what they need themselves, and none beside", async () => {
    const archive = await functionArchive(() => undefined, ["pg-copy-streams"]);
    const folders = Object.keys(await archive.assets).map((file) => path.dirname(file));
    expect([...new Set(folders)]).to.deep.equal([".", "node_modules/pg-copy-streams"]);
  });

  it("has no secret that its callback captures: whoever may read the function could read it", async () => {
    const secret = pulumi.secret("a secret");
    expect(await rejection(functionArchive(() => secret.get(), []))).to.equal(
      "Secret outputs cannot be captured by a closure.",
    );
  });
});
