import { expect } from "chai";
import { programs } from "../../programs/programs";
import { apiGatewayRoleOwner, stoppedInstances } from "./readBack";
import { changesBetween } from "./support/changes";
import { deployedCopy, everything, needsPulumi, twoAtATime } from "./support/deployed";
import type { Engine } from "./support/engine";

describe("a refresh of what nobody changed", () => {
  before(needsPulumi);

  for (const stack of ["dev", "prod"]) {
    it(`finds no change in ${stack}, as it is committed`, async () => {
      const engine = deployedCopy();
      await twoAtATime(programs, ({ project }) => findsNoChange(engine, project, stack));
    });
  }

  it("finds none where everything is deployed that config can ask for", async () => {
    const engine = deployedCopy();
    engine.configure("dev", everything);
    for (const { project } of programs) {
      await engine.up(project, "dev");
      await findsNoChange(engine, project, "dev");
    }
  });

  it("and an up that finds API Gateway's role, which it has made, change nothing", async () => {
    const engine = deployedCopy();
    const env = { [apiGatewayRoleOwner]: "dev" };
    await engine.pulumi(
      "auth",
      ["up", "--stack", "dev", "--yes", "--skip-preview", "--expect-no-changes"],
      env,
    );
  });

  it("of machines that were stopped, and the up after it, replaces none", async () => {
    const engine = deployedCopy();
    engine.configure("dev", everything);
    for (const project of ["networking", "database"]) {
      await engine.up(project, "dev");
      const before = engine.resources(project, "dev");
      const env = { [stoppedInstances]: "1" };
      await engine.pulumi(project, ["refresh", "--stack", "dev", "--yes", "--skip-preview"], env);
      await engine.pulumi(project, ["up", "--stack", "dev", "--yes", "--skip-preview"], env);
      const changes = changesBetween(before, engine.resources(project, "dev"));
      expect(changes.filter((change) => change.startsWith("replace"))).to.be.empty;
    }
  });
});

async function findsNoChange(engine: Engine, project: string, stack: string): Promise<void> {
  await engine.pulumi(project, ["refresh", "--stack", stack, "--preview-only", "--expect-no-changes"]);
}
