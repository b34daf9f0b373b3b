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
      // As long as the job that deploys.
      expect(inputs).to.include({ maxSessionDuration: 5400, path: "/groundwork-github/" });
      expect(inputs).to.not.have.any.keys("managedPolicyArns", "inlinePolicies");
    }
  });

  it("let plans read how resources are set up, and no secret", () => {
    for (const name of ["github-plan-dev", "github-plan-prod"]) {
      const found = resources.find(
        (each) => each.type === "aws:iam/rolePolicy:RolePolicy" && each.name === name,
      );
      const { Statement } = JSON.parse(String(found?.inputs.policy)) as { Statement: { Action: string[] }[] };
      const actions = Statement.flatMap(({ Action }) => Action);
      expect(actions).to.include("ec2:DescribeVpcs");
      for (const action of actions) expect(action).to.match(/^[a-z0-9-]+:(Get|GET|List|Describe)/);
      expect(actions).to.not.include("secretsmanager:GetSecretValue");
    }
  });

  it("let pull requests read what a plan looks up, and nothing else", () => {
    const preview = resources.find(
      ({ type, name }) => type === "aws:iam/rolePolicy:RolePolicy" && name === "github-preview",
    );
    const { Statement } = JSON.parse(String(preview?.inputs.policy)) as { Statement: object[] };
    expect(Statement).to.deep.equal([
      {
        Effect: "Allow",
        Action: [
          "ec2:DescribeAvailabilityZones",
          "ec2:DescribeVpcEndpointServices",
          "ec2:DescribePrefixLists",
        ],
        Resource: ["*"],
      },
      { Effect: "Allow", Action: ["iam:ListRoles"], Resource: ["*"] },
      {
        Effect: "Allow",
        Action: ["iam:GetRole"],
        Resource: ["arn:aws:iam::*:role/groundwork/*/groundwork-apigateway-*"],
      },
      {
        Effect: "Allow",
        Action: ["ssm:GetParameter"],
        Resource: ["arn:aws:ssm:*::parameter/aws/service/ami-amazon-linux-latest/*"],
      },
    ]);
  });
});
