import { expect } from "chai";
import { changesBetween, cloudResources, nameOf } from "./support/changes";
import { deployedCopy, needsPulumi, twoAtATime } from "./support/deployed";
import { failureOf } from "./support/engine";

/** What prod holds that people rely on, the config that gives it up, and all that deploying this config changes. */
const kept = [
  {
    project: "database",
    name: "rds.Instance demo-db",
    giveUp: { "database:deletionProtection": false },
    changes: [
      "update rds.Instance demo-db (deletionProtection)",
      "update secretsmanager.Secret ingest (recoveryWindowInDays)",
      "update secretsmanager.Secret reader (recoveryWindowInDays)",
    ],
  },
  {
    project: "auth",
    name: "cognito.UserPool pool",
    giveUp: { "auth:deletionProtection": false },
    changes: ["update cognito.UserPool pool (deletionProtection)"],
  },
  {
    project: "ingest",
    name: "s3.Bucket ingest",
    giveUp: { "ingest:deleteFilesOnDestroy": true },
    changes: ["update s3.Bucket ingest (forceDestroy)"],
  },
];

describe("what prod holds", () => {
  before(needsPulumi);

  it("is protected by Pulumi, in prod alone", () => {
    const engine = deployedCopy();
    const of = (stack: string): string[] =>
      kept
        .flatMap(({ project }) => engine.resources(project, stack))
        .flatMap((resource) => (resource.protect ? [nameOf(resource)] : []));
    expect(of("prod")).to.have.members(kept.map(({ name }) => name));
    expect(of("dev")).to.be.empty;
  });

  it("outlives a destroy, which says what it is and leaves everything", async () => {
    const engine = deployedCopy();
    await twoAtATime(kept, async ({ project, name }) => {
      const before = engine.resources(project, "prod");
      const said = await failureOf(engine.pulumi(project, ["destroy", "--stack", "prod", "--yes"]));
      expect(said, project)
        .to.match(/protected/)
        .and.to.include(name.split(" ").at(-1));
      expect(changesBetween(before, engine.resources(project, "prod")), project).to.be.empty;
    });
  });

  it("outlives a change that would replace the database, which is refused before anything is touched", async () => {
    const engine = deployedCopy();
    engine.configure("prod", { "database:databaseName": "other" });
    const before = engine.resources("database", "prod");
    const said = await failureOf(engine.pulumi("database", ["up", "--stack", "prod", "--yes"]));
    expect(said).to.match(
      /unable to replace resource ".*::demo-db"\s+as it is currently marked for protection/,
    );
    expect(changesBetween(before, engine.resources("database", "prod"))).to.be.empty;
  });

  it("outlives a destroy whose protection was taken off by hand, by AWS's own", async () => {
    const engine = deployedCopy();
    const guarded = kept.filter(({ project }) => project !== "ingest");
    await twoAtATime(guarded, async ({ project, name }) => {
      await engine.pulumi(project, ["state", "unprotect", "--all", "--yes", "--stack", "prod"]);
      expect(await failureOf(engine.destroy(project, "prod")), project).to.match(/delet\w+ protect/i);
      expect(engine.resources(project, "prod").map(nameOf), project).to.include(name);
    });
  });

  it("goes once the config gives it up and that is deployed", async () => {
    const engine = deployedCopy();
    for (const { project, giveUp, changes } of [...kept].reverse()) {
      engine.configure("prod", giveUp);
      expect(await failureOf(engine.up(project, "prod"))).to.include("The environment prod breaks its rules");
      engine.configure("prod", { "groundwork:retire": true });
      const before = engine.resources(project, "prod");
      await engine.up(project, "prod");
      engine.configure("prod", { "groundwork:retire": false });
      expect(changesBetween(before, engine.resources(project, "prod")), project).to.deep.equal(changes);
      await engine.destroy(project, "prod");
      expect(cloudResources(engine.resources(project, "prod")), project).to.be.empty;
    }
  });
});
