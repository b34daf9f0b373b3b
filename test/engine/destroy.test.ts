import { expect } from "chai";
import { deployedCopy, needsPulumi, retained } from "./support/deployed";

describe("npm run destroy", () => {
  before(needsPulumi);

  it("tells of all that is protected, with the key that gives it up, before it deletes anything", async () => {
    const engine = deployedCopy();
    const before = engine.cloud.all().length;
    const refused = await engine.npm("destroy", ["--stack", "prod", "--yes"]);
    expect(refused.code).to.equal(1);
    for (const [project, resource, key] of [
      ["database", "rds.Instance demo-db", "database:deletionProtection: false"],
      ["auth", "cognito.UserPool pool", "auth:deletionProtection: false"],
      ["ingest", "s3.Bucket ingest", "ingest:deleteFilesOnDestroy: true"],
    ]) {
      expect(refused.output).to.include(
        `${project} keeps ${resource}, which is protected: to give it up, set ${key} and groundwork:retire: true ` +
          `in Pulumi.prod.yaml, and npm run deploy -- --stack prod --only ${project}`,
      );
    }
    expect(engine.cloud.all()).to.have.length(before);
  });

  it("leaves what other projects stand on, and names them", async () => {
    const engine = deployedCopy();
    const refused = await engine.npm("destroy", ["--stack", "dev", "--only", "networking", "--yes"]);
    expect(refused.output)
      .to.include("networking can't go while database of dev stands on it: destroy that one first")
      .and.include("networking can't go while ingest of dev stands on it");
    expect(refused.code).to.equal(1);
    expect(engine.cloud.all().some(({ urn }) => urn.startsWith("urn:pulumi:dev::networking::"))).to.equal(
      true,
    );
  });

  it("shows all that goes, deletes it to the last, and with --remove leaves neither a stack nor a changed file", async () => {
    const engine = deployedCopy();
    const config = engine.readFile("Pulumi.dev.yaml");
    const gone = await engine.npm("destroy", ["--stack", "dev", "--yes", "--remove"]);
    expect(gone.code, gone.output).to.equal(0);
    expect(gone.output).to.match(/^ {2}- rds\.Instance demo-db$/m);
    expect(engine.cloud.namesOf("dev")).to.deep.equal(retained);
    expect(engine.readFile("Pulumi.dev.yaml")).to.equal(config);
    expect(await engine.pulumi("networking", ["stack", "ls"]))
      .to.include("prod")
      .and.not.match(/^dev\b/m);
    const again = await engine.npm("destroy", ["--stack", "dev", "--yes", "--remove"]);
    expect(again.output).to.include("networking  left out: its stack is not there");
    expect(again.code, again.output).to.equal(0);
  });
});
