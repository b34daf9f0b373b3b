import { expect } from "chai";
import { changesBetween } from "./support/changes";
import { deployedCopy, needsPulumi } from "./support/deployed";

describe("what was changed by hand", () => {
  before(needsPulumi);

  const look = ["--stack", "dev", "--preview-only"];

  it("is told resource by resource, and put back by the command that is named", async () => {
    const engine = deployedCopy();
    engine.cloud.change(
      { settings: { throttlingRateLimit: 1 } },
      "urn:pulumi:dev::auth::",
      ":MethodSettings::",
    );
    const before = engine.resources("auth", "dev");
    const drifted = await engine.npm("refresh", look);
    expect(drifted.output)
      .to.include(
        "dev is not what was deployed:\n  - auth: apigateway.MethodSettings apigateway differs (settings)\n",
      )
      .and.include("Put it back with npm run deploy -- --stack dev --refresh, or");
    expect(drifted.code).to.equal(1);

    const put = await engine.npm("deploy", ["--stack", "dev", "--only", "auth", "--refresh", "--yes"]);
    expect(put.output).to.match(/^auth +1 updated/m);
    expect(changesBetween(before, engine.resources("auth", "dev"))).to.be.empty;
    const clean = await engine.npm("refresh", [...look, "--only", "auth"]);
    expect(clean.output).to.match(/^auth +no change/m);
    expect(clean.code, clean.output).to.equal(0);
  });

  it("is AWS's alone: what Pulumi keeps for itself, such as another stack's outputs, doesn't drift", async () => {
    const engine = deployedCopy();
    engine.edit("stacks/networking/index.ts", "natMode: config.nat,", 'natMode: "other" as "none",');
    const changed = await engine.npm("deploy", ["--stack", "dev", "--only", "networking", "--yes"]);
    expect(changed.code, changed.output).to.equal(0);
    const clean = await engine.npm("refresh", look);
    expect(clean.code, clean.output).to.equal(0);
  });
});
