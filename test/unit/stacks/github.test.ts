import * as path from "node:path";
import { expect } from "chai";
import { evaluate } from "../../../programs/evaluate";
import { root } from "../../../programs/programs";
import type { Recorded } from "../../support/stacks";

describe("the roles of GitHub Actions", () => {
  const resources: Recorded[] = [];
  before(async () => {
    await evaluate(
      { project: "github", dir: path.join(root, "github"), reads: [] },
      {
        stack: "main",
        config: {
          "aws:region": "us-east-1",
          "github:repository": "owner/name",
          "github:environments": '["dev","prod"]',
        },
        world: {
          create(resource) {
            resources.push(resource);
            const arn = `arn:aws:iam::123456789012:${resource.name}`;
            return Promise.resolve({ id: resource.name, outputs: { arn, name: resource.name } });
          },
          call: (token) => Promise.reject(new Error(token)),
          stackOutputs: () => undefined,
        },
      },
    );
  });

  const cases = [
    { role: "github-deploy-dev", subject: "repo:owner/name:environment:dev" },
    { role: "github-deploy-prod", subject: "repo:owner/name:environment:prod" },
    { role: "github-preview", subject: "repo:owner/name:pull_request" },
  ];
  for (const { role, subject } of cases) {
    it(`trust for ${role} one kind of job of one repository alone`, () => {
      const found = resources.find(({ type, name }) => type === "aws:iam/role:Role" && name === role);
      const issuer = "token.actions.githubusercontent.com";
      expect(JSON.parse(String(found?.inputs.assumeRolePolicy))).to.have.deep.nested.property(
        "Statement[0]",
        {
          Effect: "Allow",
          Action: "sts:AssumeRoleWithWebIdentity",
          Principal: { Federated: "arn:aws:iam::123456789012:github" },
          Condition: { StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com", [`${issuer}:sub`]: subject } },
        },
      );
    });
  }

  it("have one policy each, and of AWS's own those that deploy have PowerUserAccess alone", () => {
    const of = (type: string) => resources.filter((resource) => resource.type === type);
    const policies = of("aws:iam/rolePolicy:RolePolicy");
    expect(policies.map(({ name, inputs }) => [name, inputs.role])).to.have.deep.members(
      cases.map(({ role }) => [role, role]),
    );
    const attached = of("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
    expect(attached.map(({ inputs }) => [inputs.role, inputs.policyArn])).to.have.deep.members(
      ["github-deploy-dev", "github-deploy-prod"].map((role) => [
        role,
        "arn:aws:iam::aws:policy/PowerUserAccess",
      ]),
    );
    for (const { inputs } of of("aws:iam/role:Role")) {
      expect(inputs).to.include({ maxSessionDuration: 3600 });
      expect(inputs).to.not.have.any.keys("managedPolicyArns", "inlinePolicies");
    }
  });

  it("let pull requests read what a plan looks up, and nothing else", () => {
    const preview = resources.find(
      ({ type, name }) => type === "aws:iam/rolePolicy:RolePolicy" && name === "github-preview",
    );
    const { Statement } = JSON.parse(String(preview?.inputs.policy)) as { Statement: object[] };
    expect(Statement).to.deep.equal([
      { Effect: "Allow", Action: ["ec2:DescribeAvailabilityZones"], Resource: ["*"] },
      {
        Effect: "Allow",
        Action: ["ssm:GetParameter"],
        Resource: ["arn:aws:ssm:*::parameter/aws/service/ami-amazon-linux-latest/*"],
      },
    ]);
  });
});
