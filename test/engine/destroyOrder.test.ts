import { expect } from "chai";
import { deployedCopy, needsPulumi } from "./support/deployed";
import type { Resource } from "./support/engine";

describe("a destroy", () => {
  before(needsPulumi);

  it("takes away a function in the VPC first, then its security group, and at last the role that Lambda cleans up as", () => {
    const engine = deployedCopy();
    const seen: string[] = [];
    for (const project of ["database", "ingest"]) {
      const resources = engine.resources(project, "dev");
      const ofType = (type: string): Resource[] => resources.filter((resource) => resource.type === type);
      for (const { urn, inputs, dependencies = [] } of ofType("aws:lambda/function:Function")) {
        const { securityGroupIds } = (inputs?.vpcConfig ?? {}) as { securityGroupIds?: string[] };
        const group = ofType("aws:ec2/securityGroup:SecurityGroup").find(
          ({ id }) => id === securityGroupIds?.[0],
        );
        if (!group) throw new Error(`${urn} has no security group of this stack`);
        const role = ofType("aws:iam/role:Role").find(({ outputs }) => outputs?.arn === inputs?.role);
        const policies = ofType("aws:iam/rolePolicy:RolePolicy").filter(
          (policy) => policy.inputs?.role === role?.id && !policy.urn.endsWith("-hand-over"),
        );
        expect(dependencies, urn).to.include(group.urn);
        expect(policies, urn).to.have.length(1);
        expect(group.dependencies, urn).to.include.members([role?.urn, policies[0]?.urn]);
        seen.push(urn.split("::").at(-1) ?? "");
      }
    }
    expect(seen.sort()).to.deep.equal(["ingest", "ingest-jobs", "schema"]);
  });
});
