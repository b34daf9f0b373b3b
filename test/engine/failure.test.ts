import { expect } from "chai";
import { failingType } from "./provider";
import { changesBetween, cloudResources } from "./support/changes";
import { deployedCopy, needsPulumi } from "./support/deployed";
import { failureOf } from "./support/engine";

describe("an up that fails", () => {
  before(needsPulumi);

  it("in the middle goes on where it was, and makes nothing twice", async () => {
    const engine = deployedCopy();
    await engine.destroy("ingest", "dev");
    const up = ["up", "--stack", "dev", "--yes", "--skip-preview"];
    const type = "aws:lambda/function:Function";
    const said = await failureOf(engine.pulumi("ingest", up, { [failingType]: type }));
    expect(said).to.include("InternalFailure: aws:lambda/function:Function ingest could not be made");

    const half = engine.resources("ingest", "dev");
    expect(cloudResources(half)).to.not.be.empty;
    expect(half.map((resource) => resource.type)).to.not.include(type);

    await engine.up("ingest", "dev");
    const whole = engine.resources("ingest", "dev");
    const changes = changesBetween(half, whole);
    expect(changes).to.include("create lambda.Function ingest");
    expect(changes.filter((change) => !change.startsWith("create "))).to.be.empty;
    await engine.up("ingest", "dev", "--expect-no-changes");
  });

  it("because the stack it builds on was never made is the engine's to tell, which names it", async () => {
    const engine = deployedCopy();
    engine.configure("dev", { "database:networkingStack": "organization/networking/nowhere" });
    const before = engine.resources("database", "dev");
    const said = await failureOf(engine.up("database", "dev"));
    expect(said).to.include('unknown stack "organization/networking/nowhere"');
    expect(changesBetween(before, engine.resources("database", "dev"))).to.be.empty;
  });

  it("because the stack it builds on lacks an output names both and how to deploy it", async () => {
    const engine = deployedCopy();
    await engine.init("networking", "bare");
    engine.configure("dev", { "database:networkingStack": "organization/networking/bare" });
    const before = engine.resources("database", "dev");
    const said = await failureOf(engine.up("database", "dev"));
    expect(said).to.match(
      /error: Stack networking has no output vpcId: deploy it first with npm run deploy -- --stack bare --only networking$/m,
    );
    expect(changesBetween(before, engine.resources("database", "dev"))).to.be.empty;
  });

  it("because it breaks a rule of policy/ says which alone, and touches nothing", async () => {
    const engine = deployedCopy();
    engine.configure("prod", { "database:multiAz": false, "database:backupRetentionDays": 6 });
    const before = engine.resources("database", "prod");
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const said = await failureOf(engine.pulumi("database", [...command, "--stack", "prod"]));
      // The CLI shows it as it comes, and again at the end.
      expect([...new Set(said.match(/error: (?!preview failed|update failed).*/g))]).to.deep.equal([
        "error: The environment prod breaks its rules:",
      ]);
      expect(said)
        .to.include("demo-db has no standby in a second zone: set database:multiAz to true")
        .and.include("demo-db keeps backups for less than 7 days: raise database:backupRetentionDays");
    }
    expect(changesBetween(before, engine.resources("database", "prod"))).to.be.empty;
  });
});
