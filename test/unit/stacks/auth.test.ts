import { createHash } from "node:crypto";
import { expect } from "chai";
import { domainOf } from "../../../infra/auth/hostedUi";
import { rejection } from "../../support/rejection";
import { type Recording, record } from "../../support/stacks";

describe("the auth stack", () => {
  it("makes the tutorial's pool: no MFA, no self-registration, two attributes of its own", async () => {
    const { only } = await record("auth");
    const pool = only("aws:cognito/userPool:UserPool");
    expect(pool).to.include({ name: "dev-pool", mfaConfiguration: "OFF" });
    expect(pool.adminCreateUserConfig).to.deep.equal({ allowAdminCreateUserOnly: true });
    expect(pool).to.not.have.any.keys("usernameAttributes", "aliasAttributes");
    expect(pool.schemas).to.deep.equal([
      {
        name: "username",
        attributeDataType: "String",
        mutable: false,
        stringAttributeConstraints: { minLength: "2", maxLength: "10" },
      },
      {
        name: "test",
        attributeDataType: "String",
        mutable: true,
        stringAttributeConstraints: { minLength: "1", maxLength: "50" },
      },
    ]);
  });

  it("makes a client without a secret that signs in by password and can revoke its tokens", async () => {
    const { only } = await record("auth");
    const client = only("aws:cognito/userPoolClient:UserPoolClient", "pool-client");
    expect(client).to.include({
      name: "dev-app-public",
      generateSecret: false,
      enableTokenRevocation: true,
      preventUserExistenceErrors: "ENABLED",
    });
    expect(client.explicitAuthFlows).to.have.members([
      "ALLOW_USER_SRP_AUTH",
      "ALLOW_USER_PASSWORD_AUTH",
      "ALLOW_REFRESH_TOKEN_AUTH",
    ]);
  });

  it("makes the hosted UI: a domain, scopes of the API, and a client with codes that come back to this machine", async () => {
    const { only, outputs } = await record("auth");
    expect(only("aws:cognito/userPoolDomain:UserPoolDomain").domain).to.match(/^dev-[a-z0-9]+$/);
    expect(only("aws:cognito/resourceServer:ResourceServer")).to.deep.include({
      identifier: "groundwork",
      scopes: [
        { scopeName: "read", scopeDescription: "Read what the API has" },
        { scopeName: "write", scopeDescription: "Change what the API has" },
      ],
    });
    expect(only("aws:cognito/userPoolClient:UserPoolClient", "hosted-ui-client")).to.deep.include({
      name: "dev-app-hosted",
      generateSecret: false,
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: ["code"],
      allowedOauthScopes: ["openid", "profile", "email", "phone", "groundwork/read", "groundwork/write"],
      callbackUrls: [8976, 8977, 8978].map((port) => `http://localhost:${port}/callback`),
    });
    expect(outputs.hostedUiUrl).to.match(/^https:\/\/dev-[a-z0-9]+\.auth\.us-east-1\.amazoncognito\.com$/);
  });

  it("runs the group authorizer outside the VPC, allowed to write its log and nothing else", async () => {
    const { only, outputs } = await record("auth");
    const authorizer = only("aws:lambda/function:Function", "group-authorizer");
    expect(authorizer).to.not.have.property("vpcConfig");
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
    expect(only("aws:lambda/permission:Permission", "apigateway-authorizer")).to.include({
      principal: "apigateway.amazonaws.com",
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
    const { only } = await record("auth");
    const stage = only("aws:apigateway/stage:Stage");
    expect(stage).to.include({ stageName: "dev", xrayTracingEnabled: true });
    const { format } = stage.accessLogSettings as { format: string };
    expect(JSON.parse(format)).to.include({ status: "$context.status" });
    expect(format).to.not.match(/token|authorization|error\.message|authorizer\.error/i);
    expect(only("aws:apigateway/methodSettings:MethodSettings").settings).to.include({
      throttlingRateLimit: 50,
      throttlingBurstLimit: 100,
      dataTraceEnabled: false,
    });
  });

  it("makes pool and clients by the rules of the config", async () => {
    const { only } = await record("auth", {
      config: {
        "auth:mfa": "on",
        "auth:signInBy": "email",
        "auth:recovery": "admin",
        "auth:passwordMinimumLength": "20",
        "auth:temporaryPasswordDays": "2",
        "auth:authFlows": '["USER_AUTH"]',
        "auth:accessTokenMinutes": "10",
        "auth:callbackUrls": '["https://app.example.com/", "http://localhost:5173/", "my.app://in"]',
        "auth:logoutUrls": '["https://app.example.com/out"]',
      },
    });
    expect(only("aws:cognito/userPool:UserPool")).to.deep.include({
      mfaConfiguration: "ON",
      softwareTokenMfaConfiguration: { enabled: true },
      usernameAttributes: ["email"],
      autoVerifiedAttributes: ["email"],
      accountRecoverySetting: { recoveryMechanisms: [{ name: "admin_only", priority: 1 }] },
    });
    expect(only("aws:cognito/userPool:UserPool").passwordPolicy).to.include({
      minimumLength: 20,
      temporaryPasswordValidityDays: 2,
    });
    expect(only("aws:cognito/userPoolClient:UserPoolClient", "pool-client")).to.deep.include({
      explicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
      accessTokenValidity: 10,
      tokenValidityUnits: { accessToken: "minutes", idToken: "minutes", refreshToken: "days" },
    });
    const hosted = only("aws:cognito/userPoolClient:UserPoolClient", "hosted-ui-client");
    expect(hosted).to.deep.include({ accessTokenValidity: 10, logoutUrls: ["https://app.example.com/out"] });
    expect(hosted.callbackUrls).to.include.members(["https://app.example.com/", "my.app://in"]);
  });

  it("asks for a domain without Cognito's own names, whatever the pool's id", () => {
    expect(domainOf("us-east-1_xAwS1Awsz")).to.match(/-xa-ws1a-wsz$/);
    expect(domainOf("us-east-1_coGnitoAM")).to.match(/-c-ognitoam$/);
    expect(domainOf("us-east-1_AmAzOn12")).to.match(/-a-mazon12$/);
    expect(domainOf("us-east-1_AbC123dEf")).to.match(/-abc123def$/);
  });

  for (const [key, values] of Object.entries({
    allowedOrigin: [
      "https://App.example.com",
      "https://a.example:443",
      "https://a.example/",
      "ftp://a.example",
    ],
    callbackUrls: [
      "http://app.example.com/",
      "http://127.0.0.1:5173/",
      "https://a.example/#x",
      "https://*.example/",
      "app.example.com",
      "javascript:alert(1)",
    ],
  })) {
    it(`takes no ${key} that AWS or a browser doesn't`, async () => {
      for (const value of values) {
        const text = key === "callbackUrls" ? JSON.stringify([value]) : value;
        expect(await rejection(record("auth", { config: { [`auth:${key}`]: text } })), value).to.contain(key);
      }
    });
  }

  it("names every bad value of its config", async () => {
    const config = {
      "auth:hostedUiDomain": "my-cognito",
      "auth:allowedOrigin": "https://a.example/path",
      "auth:throttlingRate": "0",
      "auth:loginPorts": "[80]",
    };
    const message = await rejection(record("auth", { config }));
    for (const key of Object.keys(config)) expect(message).to.contain(key);
  });

  it("takes as many addresses to come back to as a client of Cognito has", async () => {
    const callbackUrls = (count: number) => ({
      "auth:callbackUrls": JSON.stringify(Array.from({ length: count }, (_, i) => `https://a.example/${i}`)),
      "auth:loginPorts": "[8976,8977]",
    });
    await record("auth", { config: callbackUrls(98) });
    expect(await rejection(record("auth", { config: callbackUrls(99) }))).to.contain("101 addresses");
  });

  it("protects its users in prod and not in dev", async () => {
    const pool = "aws:cognito/userPool:UserPool";
    expect((await record("auth", { stack: "prod" })).only(pool).deletionProtection).to.equal("ACTIVE");
    expect((await record("auth")).only(pool).deletionProtection).to.equal("INACTIVE");
  });

  it("exports pool, client and issuer", async () => {
    const { outputs } = await record("auth");
    expect(outputs.userPoolId).to.match(/^us-east-1_/);
    expect(outputs.userPoolClientId).to.be.a("string").that.is.not.empty;
    expect(outputs.issuer).to.equal(
      `https://cognito-idp.us-east-1.amazonaws.com/${String(outputs.userPoolId)}`,
    );
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
    for (const answers of [{}, found("dev")]) {
      const made = madeBy(await record("auth", { answers }));
      expect(made).to.have.length(2);
      expect(made[0]?.inputs.name).to.equal(role);
    }
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

describe("sign-in", () => {
  const pool = async (config?: Record<string, string>, stack = "dev") =>
    (await record("auth", { stack, ...(config && { config }) })).only("aws:cognito/userPool:UserPool");

  it("asks for a second factor where config says so, and in prod whoever has one", async () => {
    expect(await pool())
      .to.include({ mfaConfiguration: "OFF" })
      .and.not.have.property("softwareTokenMfaConfiguration");
    expect(await pool({ "auth:mfa": "on" })).to.deep.include({
      mfaConfiguration: "ON",
      softwareTokenMfaConfiguration: { enabled: true },
    });
    expect(await pool(undefined, "prod")).to.include({ mfaConfiguration: "OPTIONAL" });
  });

  it("has threat protection, with the tier that it takes, where config says so", async () => {
    expect(await pool()).to.not.have.any.keys("userPoolTier", "userPoolAddOns");
    expect(await pool({ "auth:threatProtection": "enforced" })).to.deep.include({
      userPoolTier: "PLUS",
      userPoolAddOns: {
        advancedSecurityMode: "ENFORCED",
        advancedSecurityAdditionalFlows: { customAuthMode: "ENFORCED" },
      },
    });
  });

  it("has a web ACL before the API where config says so", async () => {
    const { all, only } = await record("auth", { config: { "auth:webAcl": "true" } });
    expect(only("aws:wafv2/webAclAssociation:WebAclAssociation").resourceArn).to.include("/stages/dev");
    expect(all("aws:wafv2/webAcl:WebAcl")).to.have.length(1);
    expect((await record("auth")).all("aws:wafv2/webAcl:WebAcl")).to.be.empty;
  });
});
