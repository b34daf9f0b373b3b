import { expect } from "chai";
import { domainOf } from "../../../infra/auth/hostedUi";
import { record } from "../../support/stacks";

/** What the pool's clients have in common. */
const clientOf = ({ userPoolId }: Record<string, unknown>) => ({
  userPoolId,
  generateSecret: false,
  enableTokenRevocation: true,
  preventUserExistenceErrors: "ENABLED",
  accessTokenValidity: 60,
  idTokenValidity: 60,
  refreshTokenValidity: 30,
  tokenValidityUnits: { accessToken: "minutes", idToken: "minutes", refreshToken: "days" },
});

describe("the auth stack", () => {
  it("makes the tutorial's pool: no MFA, no self-registration, two attributes of its own, a group of members", async () => {
    const { only, outputs } = await record("auth");
    const { tags: _, schemas, ...pool } = only("aws:cognito/userPool:UserPool");
    expect(pool).to.deep.equal({
      name: "dev-pool",
      mfaConfiguration: "OFF",
      adminCreateUserConfig: { allowAdminCreateUserOnly: true },
      accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_email", priority: 1 }] },
      usernameConfiguration: { caseSensitive: false },
      passwordPolicy: {
        minimumLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireNumbers: true,
        requireSymbols: true,
        temporaryPasswordValidityDays: 7,
      },
      deletionProtection: "INACTIVE",
    });
    expect(only("aws:cognito/userGroup:UserGroup")).to.deep.include({
      name: "test-g1",
      userPoolId: outputs.userPoolId,
    });
    expect(schemas).to.deep.equal([
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
    const { only, outputs } = await record("auth");
    expect(only("aws:cognito/userPoolClient:UserPoolClient", "pool-client")).to.deep.equal({
      ...clientOf(outputs),
      name: "dev-app-public",
      explicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
  });

  it("makes the hosted UI: a domain, scopes of the API, and a client with codes that come back to this machine", async () => {
    const { only, outputs } = await record("auth");
    expect(only("aws:cognito/userPoolDomain:UserPoolDomain").domain).to.match(/^dev-[a-z0-9]+$/);
    expect(only("aws:cognito/resourceServer:ResourceServer")).to.deep.equal({
      userPoolId: outputs.userPoolId,
      identifier: "groundwork",
      name: "groundwork",
      scopes: [
        { scopeName: "read", scopeDescription: "Read what the API has" },
        { scopeName: "write", scopeDescription: "Change what the API has" },
      ],
    });
    expect(only("aws:cognito/userPoolClient:UserPoolClient", "hosted-ui-client")).to.deep.equal({
      ...clientOf(outputs),
      name: "dev-app-hosted",
      explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"],
      supportedIdentityProviders: ["COGNITO"],
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: ["code"],
      allowedOauthScopes: ["openid", "profile", "email", "phone", "groundwork/read", "groundwork/write"],
      callbackUrls: [8976, 8977, 8978].map((port) => `http://localhost:${port}/callback`),
      logoutUrls: [],
    });
    expect(outputs.hostedUiUrl).to.match(/^https:\/\/dev-[a-z0-9]+\.auth\.us-east-1\.amazoncognito\.com$/);
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

  it("protects its users in prod and not in dev", async () => {
    const pool = "aws:cognito/userPool:UserPool";
    const prod = await record("auth", { stack: "prod" });
    expect(prod.only(pool).deletionProtection).to.equal("ACTIVE");
    expect(prod.optionsOf(pool).protect).to.equal(true);
    expect((await record("auth")).optionsOf(pool).protect).to.equal(false);
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
});
