import { expect } from "chai";
import { programs } from "../../programs/programs";
import { changesBetween, cloudResources, nameOf } from "./support/changes";
import { deployedCopy, inReverse, needsPulumi, stacks, twoAtATime } from "./support/deployed";
import type { Engine, Resource } from "./support/engine";

describe("the real Pulumi CLI", () => {
  let engine: Engine;
  before(needsPulumi);
  before(() => {
    engine = deployedCopy();
  });

  it("brings all five projects up, with every output of each environment", async () => {
    for (const stack of stacks) {
      await twoAtATime(programs, async ({ project }) => {
        const outputs = await engine.outputs(project, stack);
        expect(Object.values(outputs), project).to.not.be.empty;
        for (const [name, value] of Object.entries(outputs)) {
          expect(value, `${project} ${name}`).to.not.be.oneOf([null, ""]);
        }
      });
    }
  });

  it("changes nothing at a second up", async () => {
    const copy = deployedCopy();
    await twoAtATime(programs, async ({ project }) => {
      const before = copy.resources(project, "dev");
      await copy.up(project, "dev", "--expect-no-changes");
      expect(changesBetween(before, copy.resources(project, "dev")), project).to.be.empty;
    });
  });

  it("keeps two environments of one account apart", () => {
    const [dev = [], prod = []] = stacks.map((stack) => everything(engine, stack));
    expect(dev).to.have.length.above(50);
    const known = new Set(dev.map((resource) => `${resource.type} ${resource.id}`));
    const shared = prod.filter((resource) => known.has(`${resource.type} ${resource.id}`)).map(nameOf);
    // API Gateway's role for its logs is one an account and region. On AWS the second environment finds that of the first;
    // here none is ever found.
    expect(shared.sort()).to.deep.equal(["apigateway.Account apigateway", "iam.Role apigateway-logs"]);
  });

  it("destroys one environment to the last resource, and leaves the other as it is", async () => {
    const copy = deployedCopy();
    const before = everything(copy, "prod");
    for (const { project } of inReverse) {
      await copy.destroy(project, "dev");
      expect(copy.resources(project, "dev"), project).to.be.empty;
    }
    expect(everything(copy, "prod")).to.deep.equal(before);
  });
});

/** What an environment has on AWS. */
function everything(engine: Engine, stack: string): Resource[] {
  return cloudResources(programs.flatMap(({ project }) => engine.resources(project, stack)));
}
