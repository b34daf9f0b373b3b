import * as path from "node:path";
import { expect } from "chai";
import { attributesOf } from "../../../../programs/attributes";
import { evaluate } from "../../../../programs/evaluate";
import { root } from "../../../../programs/programs";
import { mayDo } from "../../../support/iamEvaluation";
import { type Recorded, recordAll } from "../../../support/stacks";

/** https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html */
const powerUser = JSON.stringify({
  Statement: [
    { Effect: "Allow", NotAction: ["iam:*", "organizations:*", "account:*"], Resource: "*" },
    {
      Effect: "Allow",
      Action: ["iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles"],
      Resource: "*",
    },
  ],
});

const account = "arn:aws:iam::123456789012";
const boundaryOf = (environment: string): string => `${account}:policy/groundwork-github/${environment}`;
const bounded = (environment: string) => ({ "iam:PermissionsBoundary": boundaryOf(environment) });
const taggedAs = (environment: string) => ({
  "aws:ResourceTag/Project": "groundwork",
  "aws:ResourceTag/Environment": environment,
});

/** Every choice that makes one role more. */
const everything = {
  "networking:nat": "instance",
  "database:monitoringInterval": "60",
  "ingest:glue": "true",
};

describe("what GitHub's deployment of one environment may do", () => {
  const resources: Recorded[] = [];
  before(async () => {
    const scope = { region: "us-east-1", account: "123456789012", stack: "main" };
    await evaluate(
      { project: "github", dir: path.join(root, "github"), reads: [] },
      {
        stack: "main",
        config: { "aws:region": "us-east-1", "github:repository": "owner/name" },
        world: {
          create(resource) {
            resources.push(resource);
            const { id, ...outputs } = attributesOf({ ...resource, scope });
            return Promise.resolve({ id, outputs });
          },
          call: (token) => Promise.reject(new Error(token)),
          stackOutputs: () => undefined,
        },
      },
    );
  });

  const documentOf = (type: string, name: string): string => {
    const found = resources.find((resource) => resource.type === type && resource.name === name);
    return String(found?.inputs.policy);
  };
  const ofDev = (): string[] => [powerUser, documentOf("aws:iam/rolePolicy:RolePolicy", "github-deploy-dev")];
  const boundary = (environment: string): string =>
    documentOf("aws:iam/policy:Policy", `github-boundary-${environment}`);

  const role = (environment: string, name = "schema-1"): string =>
    `${account}:role/groundwork/${environment}/${name}`;
  const deployProd = `${account}:role/groundwork-github/github-deploy-prod-1`;
  const cases: [allowed: boolean, action: string, resource: string, context?: Record<string, string>][] = [
    [true, "iam:CreateRole", role("dev"), bounded("dev")],
    [true, "iam:PutRolePolicy", role("dev"), bounded("dev")],
    [true, "iam:PassRole", role("dev"), { "iam:PassedToService": "lambda.amazonaws.com" }],
    [true, "iam:DeleteRole", role("dev")],
    [true, "iam:GetRole", role("prod", "groundwork-apigateway-us-east-1"), taggedAs("prod")],
    [true, "lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:1:function:dev-ingest", taggedAs("dev")],
    [true, "lambda:CreateFunction", "arn:aws:lambda:us-east-1:1:function:dev-ingest"],
    [
      true,
      "rds:DeleteDBInstance",
      "arn:aws:rds:us-east-1:1:db:of-others",
      { "aws:ResourceTag/Project": "other" },
    ],
    // Without the boundary, or with another's, a role could do anything.
    [false, "iam:CreateRole", role("dev")],
    [false, "iam:CreateRole", role("dev"), bounded("prod")],
    [false, "iam:PutRolePolicy", role("dev")],
    [false, "iam:DeleteRolePermissionsBoundary", role("dev"), bounded("dev")],
    [false, "iam:PutRolePermissionsBoundary", role("dev"), bounded("prod")],
    [false, "iam:AttachRolePolicy", role("dev"), bounded("dev")],
    // What is prod's, and what deploys prod.
    [false, "iam:PutRolePolicy", deployProd, bounded("dev")],
    [false, "iam:UpdateAssumeRolePolicy", deployProd],
    [false, "iam:PassRole", deployProd, { "iam:PassedToService": "lambda.amazonaws.com" }],
    [false, "iam:PutRolePolicy", role("prod"), bounded("dev")],
    [false, "iam:PutRolePolicy", role("prod"), bounded("prod")],
    [false, "iam:UpdateAssumeRolePolicy", role("prod")],
    [false, "iam:PassRole", role("prod"), { "iam:PassedToService": "lambda.amazonaws.com" }],
    [false, "iam:PassRole", role("dev"), { "iam:PassedToService": "codebuild.amazonaws.com" }],
    [false, "iam:PutRolePolicy", role("dev-2"), bounded("dev")],
    [false, "lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:1:function:prod-ingest", taggedAs("prod")],
    [false, "rds:DeleteDBInstance", "arn:aws:rds:us-east-1:1:db:prod-demo-db", taggedAs("prod")],
    [false, "logs:PutLogEvents", "arn:aws:logs:us-east-1:1:log-group:x", taggedAs("prod")],
    [false, "lambda:UntagResource", "arn:aws:lambda:us-east-1:1:function:prod-ingest", taggedAs("prod")],
    // The borders themselves.
    [false, "iam:CreatePolicyVersion", boundaryOf("dev")],
    [false, "iam:DeletePolicy", boundaryOf("prod")],
    [false, "iam:CreateUser", `${account}:user/me`],
    [false, "iam:UpdateOpenIDConnectProviderThumbprint", `${account}:oidc-provider/x`],
  ];
  for (const [allowed, action, resource, context] of cases) {
    it(`${allowed ? "includes" : "leaves out"} ${action} on ${resource} ${JSON.stringify(context ?? {})}`, () => {
      expect(mayDo({ action, resource, ...(context && { context }) }, ofDev())).to.equal(allowed);
    });
  }

  it("lets no role that it makes do more than roles of its environment do, whatever its policy says", () => {
    const admin = [JSON.stringify({ Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] })];
    const asks = (action: string, context = {}) =>
      mayDo({ action, resource: "arn:aws:x:::y", context }, admin, boundary("dev"));
    expect(asks("secretsmanager:GetSecretValue", taggedAs("dev"))).to.equal(true);
    expect(asks("secretsmanager:GetSecretValue", taggedAs("prod"))).to.equal(false);
    // API Gateway's role, which one environment of a region makes, writes the logs of all.
    expect(asks("logs:PutLogEvents", taggedAs("prod"))).to.equal(true);
    expect(asks("logs:GetLogEvents", taggedAs("prod"))).to.equal(false);
    for (const action of [
      "iam:PutRolePolicy",
      "iam:PassRole",
      "sts:AssumeRole",
      "lambda:UpdateFunctionCode",
    ]) {
      expect(asks(action), action).to.equal(false);
    }
  });

  it("leaves each role of the programs all that it is allowed, and the boundary nothing that none is", async () => {
    const needed = new Set<string>();
    for (const [stack, config] of [
      ["dev", everything],
      ["prod", {}],
    ] as const) {
      for (const recording of (await recordAll(stack, config)).values()) {
        for (const { inputs } of recording.all("aws:iam/rolePolicy:RolePolicy")) {
          const { Statement } = JSON.parse(String(inputs.policy)) as { Statement: { Action: string[] }[] };
          for (const { Action } of Statement) for (const action of Action) needed.add(action);
        }
      }
    }
    const [allowed] = (JSON.parse(boundary("dev")) as { Statement: { Action: string[] }[] }).Statement;
    expect(allowed?.Action).to.have.members([...needed]);
    // IAM's own limit of a managed policy.
    expect(boundary("dev").replace(/\s/g, "")).to.have.length.below(6144);
  });

  it("names each action of a plan once", () => {
    const plan = JSON.parse(documentOf("aws:iam/rolePolicy:RolePolicy", "github-plan-dev")) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    const all = plan.Statement.filter(({ Resource }) => Resource.includes("*")).flatMap(
      ({ Action }) => Action,
    );
    expect(all).to.have.members([...new Set(all)]);
  });

  it("hands roles to every service that the programs give one", async () => {
    const trusted = new Set<string>();
    for (const recording of (await recordAll("dev", everything)).values()) {
      for (const { inputs } of recording.all("aws:iam/role:Role")) {
        expect(inputs.path).to.equal("/groundwork/dev/");
        const { Statement } = JSON.parse(String(inputs.assumeRolePolicy)) as {
          Statement: { Principal: { Service: string } }[];
        };
        for (const { Principal } of Statement) trusted.add(Principal.Service);
      }
    }
    for (const service of trusted) {
      const context = { "iam:PassedToService": service };
      expect(mayDo({ action: "iam:PassRole", resource: role("dev"), context }, ofDev()), service).to.equal(
        true,
      );
    }
  });

  it("comes with a boundary that config hands on to every role", async () => {
    const arn = boundaryOf("dev");
    const recordings = await recordAll("dev", { "groundwork:permissionsBoundaryArn": arn });
    const roles = [...recordings.values()].flatMap(({ all }) => all("aws:iam/role:Role"));
    expect(roles).to.have.length.above(3);
    for (const { inputs, name } of roles) expect(inputs.permissionsBoundary, name).to.equal(arn);
  });
});
