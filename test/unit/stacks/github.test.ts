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
          "github:ownerId": "12",
          "github:repositoryId": "34",
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
    { role: "github-deploy-dev", job: "environment:dev" },
    { role: "github-deploy-prod", job: "environment:prod" },
    { role: "github-plan-dev", job: "environment:dev-plan" },
    { role: "github-plan-prod", job: "environment:prod-plan" },
    { role: "github-preview", job: "pull_request" },
  ];
  for (const { role, job } of cases) {
    it(`trust for ${role} one kind of job of one repository alone, in both of the ways that GitHub names it`, () => {
      const found = resources.find(({ type, name }) => type === "aws:iam/role:Role" && name === role);
      // https://docs.github.com/en/actions/reference/security/oidc
      const subject = [`repo:owner/name:${job}`, `repo:owner@12/name@34:${job}`];
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

  it("last as long as the job that deploys", () => {
    const roles = resources.filter(({ type }) => type === "aws:iam/role:Role");
    expect(new Set(roles.map(({ inputs }) => inputs.maxSessionDuration))).to.deep.equal(new Set([5400]));
  });

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
