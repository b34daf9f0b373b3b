import { type JsonWebKey, createPublicKey, verify } from "node:crypto";
import {
  AdminAddUserToGroupCommand,
  AdminListGroupsForUserCommand,
  CreateGroupCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import {
  type UserPoolFixture,
  UserPoolId,
  claims,
  clientInputs,
  failure,
  password,
  startUserPool,
} from "../../support/userPool";

describe("tokens of a user pool on this machine", () => {
  let pool: UserPoolFixture;

  before(async () => {
    pool = await startUserPool();
  });
  after(() => pool.close());

  it("signs a user in with tokens that its published key verifies, for an hour", async () => {
    const { access, id, expiresIn, type } = await pool.tokens(await pool.addUser("signin"));
    const issuer = pool.cognito.issuer(UserPoolId);
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`);
    const discovered = (await answer.json()) as { issuer: string; jwks_uri: string };
    expect(discovered.issuer).to.equal(issuer);
    const { keys } = (await (await fetch(discovered.jwks_uri)).json()) as {
      keys: (JsonWebKey & { kid: string })[];
    };
    for (const token of [access, id]) {
      const [header = "", payload = "", signature = ""] = token.split(".");
      const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: string };
      const jwk = keys.find((one) => one.kid === kid);
      const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
      const genuine = (signed: string) =>
        verify("RSA-SHA256", Buffer.from(signed), key, Buffer.from(signature, "base64url"));
      expect(genuine(`${header}.${payload}`)).to.equal(true);
      expect(genuine(`${header}.${payload}x`)).to.equal(false);
    }
    expect(claims(access)).to.include({
      iss: issuer,
      client_id: pool.clientId,
      token_use: "access",
      username: "signin",
      scope: "aws.cognito.signin.user.admin",
    });
    expect(claims(id)).to.include({
      iss: issuer,
      aud: pool.clientId,
      token_use: "id",
      "custom:username": "bob",
    });
    expect({ expiresIn, type }).to.deep.equal({ expiresIn: 3600, type: "Bearer" });
    expect(Number(claims(access).exp) - Number(claims(access).iat)).to.equal(3600);
    expect(Number(claims(id).exp) - Number(claims(id).iat)).to.equal(3600);
  });

  it("gives new tokens for a refresh token until it is revoked", async () => {
    const { refreshToken } = await pool.tokens(await pool.addUser("refresher"));
    const { AuthenticationResult: refreshed } = await pool.refresh(refreshToken);
    expect(claims(refreshed?.AccessToken ?? "")).to.include({ username: "refresher", token_use: "access" });
    expect(refreshed?.IdToken).to.be.a("string");
    expect(refreshed?.RefreshToken).to.equal(undefined);
    await pool.client.send(new RevokeTokenCommand({ ClientId: pool.clientId, Token: refreshToken }));
    expect(await failure(pool.refresh(refreshToken))).to.match(/^NotAuthorizedException: /);
  });

  it("takes a refresh token from the client that it was given to, and from no other, until it expires", async () => {
    const own = await pool.tokens(await pool.addUser("owner"));
    const thief = pool.cognito.createUserPoolClient({ ...clientInputs, id: "thief" });
    const AuthParameters = { REFRESH_TOKEN: own.refreshToken };
    const stolen = pool.client.send(
      new InitiateAuthCommand({ ClientId: thief, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters }),
    );
    expect(await failure(stolen)).to.equal("NotAuthorizedException: Invalid Refresh Token");
    const revoked = pool.client.send(new RevokeTokenCommand({ ClientId: thief, Token: own.refreshToken }));
    expect(await failure(revoked)).to.match(/^UnauthorizedException: /);
    expect((await pool.refresh(own.refreshToken)).AuthenticationResult?.AccessToken).to.be.a("string");
    const forgetful = pool.cognito.createUserPoolClient({
      ...clientInputs,
      id: "forgetful",
      refreshTokenValidity: 0,
    });
    const { AuthenticationResult: short } = await pool.client.send(
      new InitiateAuthCommand({
        ClientId: forgetful,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: "owner", PASSWORD: password },
      }),
    );
    const late = pool.client.send(
      new InitiateAuthCommand({
        ClientId: forgetful,
        AuthFlow: "REFRESH_TOKEN_AUTH",
        AuthParameters: { REFRESH_TOKEN: short?.RefreshToken ?? "" },
      }),
    );
    expect(await failure(late)).to.equal("NotAuthorizedException: Refresh Token has expired");
  });

  it("names a user's groups in the tokens", async () => {
    const Username = await pool.addUser("member");
    const missing = pool.client.send(
      new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: "test-g1" }),
    );
    expect(await failure(missing)).to.equal("ResourceNotFoundException: Group not found.");
    expect(pool.cognito.createGroup({ userPoolId: UserPoolId, name: "test-g1", precedence: 1 })).to.equal(
      "test-g1",
    );
    await pool.client.send(new CreateGroupCommand({ UserPoolId, GroupName: "test-g2" }));
    for (const GroupName of ["test-g1", "test-g2"]) {
      await pool.client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }));
    }
    const { access, id } = await pool.tokens(Username);
    expect(claims(access)["cognito:groups"]).to.deep.equal(["test-g1", "test-g2"]);
    expect(claims(id)["cognito:groups"]).to.deep.equal(["test-g1", "test-g2"]);
    const again = pool.client.send(new CreateGroupCommand({ UserPoolId, GroupName: "test-g1" }));
    expect(await failure(again)).to.match(/^GroupExistsException: /);
    const { Groups } = await pool.client.send(new AdminListGroupsForUserCommand({ UserPoolId, Username }));
    expect(Groups?.map(({ GroupName }) => GroupName)).to.deep.equal(["test-g1", "test-g2"]);
  });
});
