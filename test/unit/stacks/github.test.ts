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
    { role: "github-plan-dev", subject: "repo:owner/name:environment:dev-plan" },
    { role: "github-plan-prod", subject: "repo:owner/name:environment:prod-plan" },
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

  it("may do what their statements name, and those that plan only read", () => {
    const policies = resources.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
    expect(policies.map(({ name }) => name)).to.have.members(cases.map(({ role }) => role));
    const attached = resources.filter(
      ({ type }) => type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    );
    expect(attached.map(({ name }) => name)).to.have.members(["github-deploy-dev", "github-deploy-prod"]);
    for (const name of ["github-plan-dev", "github-plan-prod"]) {
      const found = policies.find((policy) => policy.name === name);
      const { Statement } = JSON.parse(String(found?.inputs.policy)) as { Statement: { Action: string[] }[] };
      const actions = Statement.flatMap(({ Action }) => Action);
      expect(actions).to.include("ec2:DescribeVpcs");
      for (const action of actions) expect(action).to.match(/^[a-z0-9-]+:(Get|GET|List|Describe)/);
      expect(actions).to.not.include("secretsmanager:GetSecretValue");
    }
  });
});
