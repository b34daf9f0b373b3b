import { createHash } from "node:crypto";
import { expect } from "chai";
import { routes } from "../../../infra/auth/apiRoutes";
import { routesForEveryone } from "../../../infra/auth/groupAuthorizer";
import { type Recording, codeOf, record } from "../../support/stacks";

/** The API's id. */
const apiOf = ({ apiUrl }: Record<string, unknown>) => /https:..([^.]+)/.exec(String(apiUrl))?.[1];

describe("the API", () => {
  it("runs the group authorizer outside the VPC, allowed to write its log and nothing else", async () => {
    const { only, outputs } = await record("auth");
    const authorizer = only("aws:lambda/function:Function", "group-authorizer");
    expect(authorizer)
      .to.include({ name: "dev-group-authorizer", memorySize: 256, timeout: 10 })
      .and.not.have.property("vpcConfig");
    const code = await codeOf(authorizer);
    for (const known of ["test-g1", ...routesForEveryone(routes)]) expect(code).to.include(`"${known}"`);
    const { variables } = authorizer.environment as { variables: Record<string, string> };
    expect(variables.TOKEN_ISSUER).to.equal(outputs.issuer);
    expect(variables.TOKEN_CLIENT_IDS?.split(",")).to.deep.equal([
      outputs.userPoolClientId,
      outputs.hostedUiClientId,
    ]);
    const { Statement } = JSON.parse(
      String(only("aws:iam/rolePolicy:RolePolicy", "group-authorizer").policy),
    ) as { Statement: { Action: string[] }[] };
    expect(Statement.map(({ Action }) => Action)).to.deep.equal([
      ["logs:CreateLogStream", "logs:PutLogEvents"],
    ]);
    expect(only("aws:lambda/permission:Permission", "apigateway-authorizer")).to.deep.equal({
      function: "dev-group-authorizer",
      action: "lambda:InvokeFunction",
      principal: "apigateway.amazonaws.com",
      sourceArn: `arn:aws:execute-api:us-east-1:123456789012:${apiOf(outputs)}/authorizers/*`,
    });
  });

  it("deploys the API anew when its document changes, and only then", async () => {
    const trigger = async (config: Record<string, string>) => {
      const { only } = await record("auth", { config });
      const { triggers } = only("aws:apigateway/deployment:Deployment") as {
        triggers: { document: string };
      };
      const body = String(only("aws:apigateway/restApi:RestApi").body);
      expect(triggers.document).to.equal(createHash("sha256").update(body).digest("hex"));
      return triggers.document;
    };
    const first = await trigger({});
    expect(await trigger({ "auth:throttlingRate": "7" })).to.equal(first);
    expect(await trigger({ "auth:allowedOrigin": "https://app.example.com" })).to.not.equal(first);
  });

  it("logs, traces and throttles the API's stage, and never writes a request's data into a log", async () => {
    const { only, outputs } = await record("auth");
    const stage = only("aws:apigateway/stage:Stage");
    expect(stage).to.include({ stageName: "dev", xrayTracingEnabled: true });
    const { format, destinationArn } = stage.accessLogSettings as Record<string, string>;
    expect(destinationArn).to.match(/:log-group:apigateway-/);
    expect(JSON.parse(format ?? "")).to.deep.equal({
      requestId: "$context.requestId",
      time: "$context.requestTime",
      ip: "$context.identity.sourceIp",
      method: "$context.httpMethod",
      path: "$context.path",
      status: "$context.status",
      latency: "$context.responseLatency",
      principal: "$context.authorizer.principalId",
      error: "$context.error.responseType",
      authorizerStatus: "$context.authorizer.status",
    });
    expect(format).to.not.match(/token|authorization|error\.message|authorizer\.error/i);
    expect(only("aws:apigateway/methodSettings:MethodSettings")).to.deep.equal({
      restApi: apiOf(outputs),
      stageName: "dev",
      methodPath: "*/*",
      settings: {
        throttlingRateLimit: 50,
        throttlingBurstLimit: 100,
        loggingLevel: "ERROR",
        dataTraceEnabled: false,
      },
    });
    expect(only("aws:apigateway/restApi:RestApi")).to.deep.include({
      name: "dev-apigateway",
      endpointConfiguration: { types: "REGIONAL" },
    });
  });

  it("has a web ACL before the API where config says so", async () => {
    const { only } = await record("auth", { config: { "auth:webAcl": "true" } });
    expect(only("aws:wafv2/webAclAssociation:WebAclAssociation").resourceArn).to.include("/stages/dev");
    const visible = (metricName: string) => ({
      visibilityConfig: { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName },
    });
    expect(only("aws:wafv2/webAcl:WebAcl")).to.deep.include({
      name: "dev-apigateway",
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      ...visible("dev-apigateway"),
      rules: [
        {
          name: "common",
          priority: 1,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: { vendorName: "AWS", name: "AWSManagedRulesCommonRuleSet" },
          },
          ...visible("common"),
        },
        {
          name: "flood",
          priority: 2,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: 2000, aggregateKeyType: "IP" } },
          ...visible("flood"),
        },
      ],
    });
    expect((await record("auth")).all("aws:wafv2/webAcl:WebAcl")).to.be.empty;
  });
});

describe("API Gateway's role for its logs", () => {
  const role = "groundwork-apigateway-us-east-1";
  const found = (Environment: string) => ({
    "aws:iam/getRoles:getRoles": { id: "us-east-1", names: [role], arns: [] },
    "aws:iam/getRole:getRole": { id: role, name: role, arn: "", tags: { Environment } },
  });
  const madeBy = ({ all }: Recording) => [
    ...all("aws:iam/role:Role").filter(({ name }) => name === "apigateway-logs"),
    ...all("aws:apigateway/account:Account"),
  ];

  it("is made where the account has none in this region, and again found by who made it", async () => {
    for (const [answers, importId] of [
      [{}, ""],
      [found("dev"), role],
    ] as const) {
      const recording = await record("auth", { answers });
      const made = madeBy(recording);
      expect(made).to.have.length(2);
      expect(made[0]?.inputs.name).to.equal(role);
      expect(recording.optionsOf("aws:iam/role:Role", "apigateway-logs").importId).to.equal(importId);
      expect(recording.optionsOf("aws:apigateway/account:Account").importId).to.equal("");
    }
  });

  it("is API Gateway's alone, may do what AWS's own policy for it names, and stays for other environments", async () => {
    const { only, optionsOf } = await record("auth");
    const [roleType, policyType] = ["aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"];
    const account = "aws:apigateway/account:Account";
    expect(only(roleType, "apigateway-logs").assumeRolePolicy).to.include('"apigateway.amazonaws.com"');
    expect(JSON.parse(String(only(policyType, "apigateway-logs").policy))).to.deep.include({
      Statement: [
        {
          Effect: "Allow",
          // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonAPIGatewayPushToCloudWatchLogs.html
          Action: [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
            "logs:GetLogEvents",
            "logs:FilterLogEvents",
          ],
          Resource: ["*"],
        },
      ],
    });
    expect(only(account).cloudwatchRoleArn).to.match(
      /:role\/groundwork\/dev\/groundwork-apigateway-us-east-1$/,
    );
    for (const [type, name] of [
      [roleType, "apigateway-logs"],
      [policyType, "apigateway-logs"],
      [account],
    ] as const)
      expect(optionsOf(type, name).retainOnDelete, type).to.equal(true);
  });

  it("is left to the environment that made it, with its setting, and to whom config says", async () => {
    expect(madeBy(await record("auth", { answers: found("prod") }))).to.be.empty;
    expect(madeBy(await record("auth", { config: { "auth:manageApiGatewayAccount": "false" } }))).to.be.empty;
  });

  it("writes into groups that are there before, and expire", async () => {
    const { all, only } = await record("auth");
    const { restApi } = only("aws:apigateway/stage:Stage");
    const groups = all("aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => inputs);
    expect(groups.map(({ name }) => name)).to.include(`API-Gateway-Execution-Logs_${String(restApi)}/dev`);
    for (const { retentionInDays } of groups) expect(retentionInDays).to.equal(30);
  });
});
