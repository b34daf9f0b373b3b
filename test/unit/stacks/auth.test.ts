import { expect } from "chai";
import { record } from "../support/stacks";

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
    const client = only("aws:cognito/userPoolClient:UserPoolClient");
    expect(client).to.include({
      name: "dev-app-public",
      generateSecret: false,
      enableTokenRevocation: true,
      preventUserExistenceErrors: "ENABLED",
    });
    expect(client.explicitAuthFlows).to.have.members([
      "ALLOW_USER_PASSWORD_AUTH",
      "ALLOW_REFRESH_TOKEN_AUTH",
    ]);
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
