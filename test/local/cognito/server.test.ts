import { type JsonWebKey, createPublicKey, verify } from "node:crypto";
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  ChangePasswordCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  GetUserCommand,
  InitiateAuthCommand,
  ListUsersCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { type LocalCognito, startCognito } from "../../../local/cognito/server";
import { Session } from "../../../local/session";
import { rejection } from "../../support/postgres";

describe("Cognito on this machine", () => {
  const UserPoolId = "us-east-1_a1b2c3d4e";
  const password = "Correct-horse-1";
  let session: Session;
  let cognito: LocalCognito;
  let client: CognitoIdentityProviderClient;
  let ClientId: string;

  before(async () => {
    session = new Session();
    cognito = await startCognito(session);
    client = connect();
    session.onClose(() => Promise.resolve(client.destroy()));
    const id = await cognito.createUserPool(poolInputs);
    expect(id).to.equal(UserPoolId);
    ClientId = await cognito.createUserPoolClient(clientInputs);
  });
  after(() => session.close());

  const poolInputs = {
    id: UserPoolId,
    name: "dev-pool",
    mfaConfiguration: "OFF",
    adminCreateUserConfig: { allowAdminCreateUserOnly: true },
    usernameConfiguration: { caseSensitive: false },
    passwordPolicy: {
      minimumLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireNumbers: true,
      requireSymbols: true,
      temporaryPasswordValidityDays: 7,
    },
    schemas: [
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
    ],
    deletionProtection: "INACTIVE",
    tags: { Project: "groundwork" },
  };
  const clientInputs = {
    name: "dev-app-public",
    userPoolId: UserPoolId,
    generateSecret: false,
    explicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    enableTokenRevocation: true,
    preventUserExistenceErrors: "ENABLED",
  };

  function connect(): CognitoIdentityProviderClient {
    return new CognitoIdentityProviderClient({
      endpoint: cognito.url,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 1,
    });
  }

  async function addUser(Username: string, { permanent = true } = {}): Promise<string> {
    const UserAttributes = [{ Name: "custom:username", Value: "bob" }];
    await client.send(
      new AdminCreateUserCommand({ UserPoolId, Username, UserAttributes, TemporaryPassword: password }),
    );
    if (permanent) {
      await client.send(
        new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: password, Permanent: true }),
      );
    }
    return Username;
  }

  function signIn(USERNAME: string, PASSWORD = password) {
    const AuthParameters = { USERNAME, PASSWORD };
    return client.send(new InitiateAuthCommand({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters }));
  }

  function refresh(REFRESH_TOKEN: string) {
    const AuthParameters = { REFRESH_TOKEN };
    return client.send(new InitiateAuthCommand({ ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters }));
  }

  async function tokens(name: string) {
    const { AuthenticationResult: result } = await signIn(name);
    const { AccessToken: access = "", IdToken: id = "", RefreshToken: refreshToken = "" } = result ?? {};
    return { access, id, refreshToken, expiresIn: result?.ExpiresIn, type: result?.TokenType };
  }

  const claims = (token: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;

  /** The name of Cognito's error with its message. */
  async function failure(promise: Promise<unknown>): Promise<string> {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof Error)) throw new Error("Expected a failure");
    return `${error.name}: ${error.message}`;
  }

  it("has the pool and the client as Pulumi describes them", async () => {
    const { UserPool } = await client.send(new DescribeUserPoolCommand({ UserPoolId }));
    expect(UserPool).to.deep.include({ Id: UserPoolId, Name: "dev-pool", MfaConfiguration: "OFF" });
    expect(UserPool?.AdminCreateUserConfig?.AllowAdminCreateUserOnly).to.equal(true);
    expect(UserPool?.Policies?.PasswordPolicy?.MinimumLength).to.equal(12);
    expect(UserPool?.CreationDate).to.be.a("date");
    const custom = UserPool?.SchemaAttributes?.filter(({ Name }) => Name?.startsWith("custom:"));
    expect(
      custom?.map(({ Name, Mutable, StringAttributeConstraints }) => [
        Name,
        Mutable,
        StringAttributeConstraints,
      ]),
    ).to.deep.equal([
      ["custom:username", false, { MinLength: "2", MaxLength: "10" }],
      ["custom:test", true, { MinLength: "1", MaxLength: "50" }],
    ]);
    const { UserPoolClient } = await client.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }));
    expect(UserPoolClient).to.deep.include({
      ClientName: "dev-app-public",
      EnableTokenRevocation: true,
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    expect(UserPoolClient?.ClientSecret).to.equal(undefined);
  });

  it("signs a user in with tokens that its published key verifies, for an hour", async () => {
    const { access, id, expiresIn, type } = await tokens(await addUser("signin"));
    const issuer = cognito.issuer(UserPoolId);
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
      client_id: ClientId,
      token_use: "access",
      username: "signin",
      scope: "aws.cognito.signin.user.admin",
    });
    expect(claims(id)).to.include({ iss: issuer, aud: ClientId, token_use: "id", "custom:username": "bob" });
    expect({ expiresIn, type }).to.deep.equal({ expiresIn: 3600, type: "Bearer" });
    expect(Number(claims(access).exp) - Number(claims(access).iat)).to.equal(3600);
    expect(Number(claims(id).exp) - Number(claims(id).iat)).to.equal(3600);
  });

  it("gives new tokens for a refresh token until it is revoked", async () => {
    const { refreshToken } = await tokens(await addUser("refresher"));
    const { AuthenticationResult: refreshed } = await refresh(refreshToken);
    expect(claims(refreshed?.AccessToken ?? "")).to.include({ username: "refresher", token_use: "access" });
    expect(refreshed?.IdToken).to.be.a("string");
    expect(refreshed?.RefreshToken).to.equal(undefined);
    await client.send(new RevokeTokenCommand({ ClientId, Token: refreshToken }));
    expect(await failure(refresh(refreshToken))).to.match(/^NotAuthorizedException: /);
  });

  it("takes a refresh token from the client that it was given to, and from no other, until it expires", async () => {
    const own = await tokens(await addUser("owner"));
    const thief = await cognito.createUserPoolClient({ ...clientInputs, id: "thief" });
    const AuthParameters = { REFRESH_TOKEN: own.refreshToken };
    const stolen = client.send(
      new InitiateAuthCommand({ ClientId: thief, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters }),
    );
    expect(await failure(stolen)).to.equal("NotAuthorizedException: Invalid Refresh Token");
    const revoked = client.send(new RevokeTokenCommand({ ClientId: thief, Token: own.refreshToken }));
    expect(await failure(revoked)).to.match(/^UnauthorizedException: /);
    expect((await refresh(own.refreshToken)).AuthenticationResult?.AccessToken).to.be.a("string");
    const forgetful = await cognito.createUserPoolClient({
      ...clientInputs,
      id: "forgetful",
      refreshTokenValidity: 0,
    });
    const { AuthenticationResult: short } = await client.send(
      new InitiateAuthCommand({
        ClientId: forgetful,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: "owner", PASSWORD: password },
      }),
    );
    const late = client.send(
      new InitiateAuthCommand({
        ClientId: forgetful,
        AuthFlow: "REFRESH_TOKEN_AUTH",
        AuthParameters: { REFRESH_TOKEN: short?.RefreshToken ?? "" },
      }),
    );
    expect(await failure(late)).to.equal("NotAuthorizedException: Refresh Token has expired");
  });

  it("names a user who is missing to an administrator, and forgets the groups of one who is deleted", async () => {
    const UserAttributes = [{ Name: "custom:test", Value: "x" }];
    const missing = client.send(
      new AdminUpdateUserAttributesCommand({ UserPoolId, Username: "missing", UserAttributes }),
    );
    expect(await failure(missing)).to.equal("UserNotFoundException: User does not exist.");
    const Username = await addUser("phoenix");
    await client.send(new CreateGroupCommand({ UserPoolId, GroupName: "birds" }));
    await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: "birds" }));
    await client.send(new AdminDeleteUserCommand({ UserPoolId, Username }));
    const { access } = await tokens(await addUser("phoenix"));
    expect(claims(access)).to.not.have.property("cognito:groups");
  });

  it("names a user's groups in the tokens", async () => {
    const Username = await addUser("member");
    const missing = client.send(
      new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: "test-g1" }),
    );
    expect(await failure(missing)).to.equal("ResourceNotFoundException: Group not found");
    expect(await cognito.createGroup({ userPoolId: UserPoolId, name: "test-g1", precedence: 1 })).to.equal(
      "test-g1",
    );
    await client.send(new CreateGroupCommand({ UserPoolId, GroupName: "test-g2" }));
    for (const GroupName of ["test-g1", "test-g2"]) {
      await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }));
    }
    const { access, id } = await tokens(Username);
    expect(claims(access)["cognito:groups"]).to.deep.equal(["test-g1", "test-g2"]);
    expect(claims(id)["cognito:groups"]).to.deep.equal(["test-g1", "test-g2"]);
    const again = client.send(new CreateGroupCommand({ UserPoolId, GroupName: "test-g1" }));
    expect(await failure(again)).to.match(/^GroupExistsException: /);
    const { Groups } = await client.send(new AdminListGroupsForUserCommand({ UserPoolId, Username }));
    expect(Groups?.map(({ GroupName }) => GroupName)).to.deep.equal(["test-g1", "test-g2"]);
  });

  it("refuses to let users sign themselves up", async () => {
    const signUp = client.send(new SignUpCommand({ ClientId, Username: "intruder", Password: password }));
    expect(await failure(signUp)).to.equal(
      "NotAuthorizedException: SignUp is not permitted for this user pool",
    );
    const { Users } = await client.send(new ListUsersCommand({ UserPoolId }));
    expect(Users?.map(({ Username }) => Username)).to.not.include("intruder");
  });

  it("answers a wrong password and an unknown name alike", async () => {
    await addUser("victim");
    const refusal = "NotAuthorizedException: Incorrect username or password.";
    expect(await failure(signIn("victim", "Wrong-horse-1"))).to.equal(refusal);
    expect(await failure(signIn("nobody"))).to.equal(refusal);
    await addUser("newcomer", { permanent: false });
    expect(await failure(signIn("newcomer", "Wrong-horse-1"))).to.equal(refusal);
  });

  it("refuses a flow that the client doesn't have, and a user who is disabled", async () => {
    const Username = await addUser("disabled");
    const other = await cognito.createUserPoolClient({ ...clientInputs, explicitAuthFlows: [], id: "other" });
    expect(other).to.equal("other");
    const AuthParameters = { USERNAME: Username, PASSWORD: password };
    const flow = client.send(
      new InitiateAuthCommand({ ClientId: other, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters }),
    );
    expect(await failure(flow)).to.equal(
      "InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client",
    );
    const { refreshToken } = await tokens(Username);
    await client.send(new AdminDisableUserCommand({ UserPoolId, Username }));
    expect(await failure(signIn(Username))).to.equal("NotAuthorizedException: User is disabled.");
    expect(await failure(refresh(refreshToken))).to.equal("NotAuthorizedException: User is disabled.");
  });

  it("has a new user replace the temporary password, once and by himself", async () => {
    const USERNAME = await addUser("fresh", { permanent: false });
    const { ChallengeName, Session: challenge } = await signIn(USERNAME);
    expect(ChallengeName).to.equal("NEW_PASSWORD_REQUIRED");
    const respond = (NEW_PASSWORD: string, Session = challenge) =>
      client.send(
        new RespondToAuthChallengeCommand({
          ClientId,
          ChallengeName: "NEW_PASSWORD_REQUIRED",
          ChallengeResponses: { USERNAME, NEW_PASSWORD },
          Session,
        }),
      );
    expect(await failure(respond("Better-horse-2", "another session, made up"))).to.match(
      /^NotAuthorizedException/,
    );
    expect(await failure(respond("short"))).to.match(/^InvalidPasswordException: .*not long enough/);
    const { AuthenticationResult: result } = await respond("Better-horse-2");
    expect(result).to.include({ ExpiresIn: 3600, TokenType: "Bearer" });
    expect((await refresh(result?.RefreshToken ?? "")).AuthenticationResult?.AccessToken).to.be.a("string");
    expect(await failure(respond("Better-horse-3"))).to.match(/^NotAuthorizedException/);
    expect((await signIn(USERNAME, "Better-horse-2")).AuthenticationResult?.AccessToken).to.be.a("string");
  });

  const passwords: readonly [password: string, problem: string][] = [
    ["Short-1", "Password not long enough"],
    ["lower-case-only-1", "Password must have uppercase characters"],
    ["UPPER-CASE-ONLY-1", "Password must have lowercase characters"],
    ["No-Numbers-At-All", "Password must have numeric characters"],
    ["NoSymbolsAtAll1", "Password must have symbol characters"],
  ];
  it("keeps to the password policy wherever a password is set", async () => {
    const Username = await addUser("policy");
    const { access } = await tokens(Username);
    for (const [Password, problem] of passwords) {
      const refusal = `InvalidPasswordException: Password did not conform with policy: ${problem}`;
      const set = client.send(
        new AdminSetUserPasswordCommand({ UserPoolId, Username, Password, Permanent: true }),
      );
      expect(await failure(set)).to.equal(refusal);
      const create = client.send(
        new AdminCreateUserCommand({ UserPoolId, Username: "policy2", TemporaryPassword: Password }),
      );
      expect(await failure(create)).to.equal(refusal);
      const change = client.send(
        new ChangePasswordCommand({
          AccessToken: access,
          PreviousPassword: password,
          ProposedPassword: Password,
        }),
      );
      expect(await failure(change)).to.equal(refusal);
    }
    expect((await signIn(Username)).AuthenticationResult?.AccessToken).to.be.a("string");
  });

  it("keeps to the attributes' lengths, and to those that can't change", async () => {
    const Username = await addUser("attributes");
    const update = (Name: string, Value: string) =>
      client.send(
        new AdminUpdateUserAttributesCommand({ UserPoolId, Username, UserAttributes: [{ Name, Value }] }),
      );
    const create = (Value: string) =>
      client.send(
        new AdminCreateUserCommand({
          UserPoolId,
          Username: `user-${Value}`,
          UserAttributes: [{ Name: "custom:username", Value }],
        }),
      );
    expect(await failure(create("x"))).to.match(
      /^InvalidParameterException: .*custom:username.*minimum length of 2/,
    );
    expect(await failure(create("x".repeat(11)))).to.match(/custom:username.*maximum length of 10/);
    await create("x".repeat(10));
    expect(await failure(update("custom:test", "x".repeat(51)))).to.match(
      /custom:test.*maximum length of 50/,
    );
    expect(await failure(update("custom:username", "alice"))).to.match(/custom:username.*cannot be updated/);
    expect(await failure(update("custom:missing", "x"))).to.match(/custom:missing.*does not exist/);
    await update("custom:test", "x".repeat(50));
    const { UserAttributes } = await client.send(new AdminGetUserCommand({ UserPoolId, Username }));
    expect(UserAttributes).to.deep.include({ Name: "custom:test", Value: "x".repeat(50) });
    expect(UserAttributes).to.deep.include({ Name: "custom:username", Value: "bob" });
  });

  it("knows a user in capitals and in small letters", async () => {
    await addUser("Capital");
    const { access } = await tokens("cAPITAL");
    expect(claims(access).username).to.equal("capital");
  });

  it("answers a user about himself for a genuine access token only", async () => {
    const { access, id } = await tokens(await addUser("self"));
    const about = (AccessToken: string) => client.send(new GetUserCommand({ AccessToken }));
    expect((await about(access)).Username).to.equal("self");
    const [header = "", payload = "", signature = ""] = access.split(".");
    const other = { ...claims(access), username: "victim" };
    const forged = [header, Buffer.from(JSON.stringify(other)).toString("base64url"), signature].join(".");
    expect(payload).to.not.equal(forged.split(".")[1]);
    for (const token of [forged, id, "no token"]) {
      expect(await failure(about(token))).to.equal("NotAuthorizedException: Invalid Access Token");
    }
  });

  it("names what is not there, and refuses an administrator without a signature", async () => {
    const missing = client.send(new DescribeUserPoolCommand({ UserPoolId: "us-east-1_missing" }));
    expect(await failure(missing)).to.match(/^ResourceNotFoundException: .*us-east-1_missing/);
    const post = async (operation: string, body: string): Promise<[number, unknown]> => {
      const headers = { "x-amz-target": `AWSCognitoIdentityProviderService.${operation}` };
      const response = await fetch(cognito.url, { method: "POST", headers, body });
      return [response.status, ((await response.json()) as { __type: string }).__type];
    };
    const body = JSON.stringify({ UserPoolId, Username: "victim" });
    expect(await post("AdminGetUser", body)).to.deep.equal([400, "MissingAuthenticationTokenException"]);
    expect(await post("GetUser", "{")).to.deep.equal([400, "SerializationException"]);
    expect(await post("GetUser", '{"AccessToken":7}')).to.deep.equal([400, "InvalidParameterException"]);
  });

  it("refuses inputs that it would have to ignore, and names the file that lists the others", async () => {
    for (const [make, problem] of [
      [() => cognito.createUserPool({ ...poolInputs, lambdaConfig: {} }), "lambdaConfig"],
      [() => cognito.createUserPool({ ...poolInputs, mfaConfiguration: "ON" }), "mfaConfiguration"],
      [() => cognito.createUserPool({ ...poolInputs, id: "pool" }), "id: has to look like us-east-1_"],
      [() => cognito.createUserPoolClient({ ...clientInputs, generateSecret: true }), "generateSecret"],
      [
        () => cognito.createUserPoolClient({ ...clientInputs, allowedOauthFlows: ["implicit"] }),
        "allowedOauthFlows",
      ],
      [() => cognito.createGroup({ userPoolId: UserPoolId }), "name"],
    ] as const) {
      expect(await rejection(make()))
        .to.contain(problem)
        .and.contain("local/cognito/inputs.ts");
    }
  });

  it("is gone with its session", async () => {
    const other = new Session();
    const { url } = await startCognito(other);
    expect((await fetch(`${url}/us-east-1_x/.well-known/jwks.json`)).status).to.equal(200);
    await other.close();
    expect(await rejection(fetch(url))).to.contain("fetch failed");
  });
});
