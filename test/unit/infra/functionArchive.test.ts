import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { functionArchive } from "../../../infra/functionArchive";
import { rejection } from "../../support/rejection";

const settled = (callback: object): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const archive = functionArchive(callback, []) as pulumi.Output<unknown> & {
      promise(): Promise<unknown>;
    };
    archive.promise().then(resolve, reject);
  });

describe("A function's archive", () => {
  it("has no package that package.json lacks", () => {
    expect(() => functionArchive(() => undefined, ["pg", "left-pad", "mocha"])).to.throw(
      'A function needs left-pad, mocha, which package.json lacks: add it there under "dependencies".',
    );
  });

  it("has no secret that its callback captures: whoever may read the function could read it", async () => {
    const secret = pulumi.secret("a secret");
    const message = await rejection(settled(() => secret.get()));
    expect(message).to.equal("Secret outputs cannot be captured by a closure.");
  });
});
