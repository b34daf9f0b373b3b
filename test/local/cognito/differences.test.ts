import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminGetUserCommand,
  AssociateSoftwareTokenCommand,
  ChangePasswordCommand,
  CreateGroupCommand,
  ForgotPasswordCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserAuthFactorsCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  ListDevicesCommand,
  ListGroupsCommand,
  ListUsersCommand,
  ResendConfirmationCodeCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
  SetUserMFAPreferenceCommand,
  UpdateUserAttributesCommand,
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

/** A call's error as `name: message`, or "served". */
const outcome = (call: Promise<unknown>): Promise<string> =>
  failure(call.then(() => Promise.reject(new Error("served")))).then((text) =>
    text.replace(/^Error: served$/, "served"),
  );

/** Where emulators of Cognito are apt to answer differently. The right answers are those of AWS's documentation. */
describe("a user pool on this machine answers as Cognito does", () => {
  let pool: UserPoolFixture;
  let send: UserPoolFixture["client"]["send"];
  let access: string;

  before(async () => {
    pool = await startUserPool();
    send = pool.client.send.bind(pool.client);
    ({ access } = await pool.tokens(await pool.addUser("alice")));
  });
  after(() => pool.close());

  const create = (Username: string, attributes: Record<string, string> = {}, TemporaryPassword = password) =>
    send(
      new AdminCreateUserCommand({
        ...{ UserPoolId, Username, TemporaryPassword, MessageAction: "SUPPRESS" },
        UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
      }),
    );
  const respond = (Session: string | undefined, USERNAME: string, more: Record<string, string> = {}) =>
    send(
      new RespondToAuthChallengeCommand({
        ...{ ClientId: pool.clientId, ChallengeName: "NEW_PASSWORD_REQUIRED", Session },
        ChallengeResponses: { USERNAME, NEW_PASSWORD: "Better-horse-2", ...more },
      }),
    );
  const constraint = "InvalidParameterException: 1 validation error detected: Value at";

  type Case = readonly [call: string, run: () => Promise<unknown>, answer: string];
  const calls: readonly Case[] = [
    ...["a b", "a\nb", "x".repeat(129)].map((name): Case => {
      const shown = JSON.stringify(name.slice(0, 9));
      return [`user name ${shown}`, () => create(name), `${constraint} 'username'`];
    }),
    [
      "a group's name with a blank",
      () => send(new CreateGroupCommand({ UserPoolId, GroupName: "a b" })),
      `${constraint} 'groupName'`,
    ],
    [
      "not an e-mail",
      () => create("x1", { email: "not-an-email" }),
      "InvalidParameterException: Invalid email",
    ],
    ["not a phone", () => create("x2", { phone_number: "123" }), "InvalidParameterException: Invalid phone"],
    [
      "a sub of the caller's",
      () => create("x3", { sub: "7" }),
      "InvalidParameterException: Cannot modify the non-mutable attribute sub",
    ],
    [
      "a password of 257 characters",
      () => create("x4", {}, "Aa1!".padEnd(257, "x")),
      `${constraint} 'temporaryPassword'`,
    ],
    [
      "ChangePassword with a wrong old one",
      () =>
        send(
          new ChangePasswordCommand({
            ...{ AccessToken: access, PreviousPassword: "Wrong-horse-1", ProposedPassword: "Better-horse-2" },
          }),
        ),
      "NotAuthorizedException: Incorrect username or password.",
    ],
    [
      "an unknown client",
      () =>
        send(
          new InitiateAuthCommand({
            ClientId: "nobody",
            AuthFlow: "USER_PASSWORD_AUTH",
            AuthParameters: { USERNAME: "alice", PASSWORD: password },
          }),
        ),
      "ResourceNotFoundException: User pool client nobody does not exist.",
    ],
    [
      "ListUsers of 100",
      () => send(new ListUsersCommand({ UserPoolId, Limit: 100 })),
      `${constraint} 'limit'`,
    ],
    [
      "ListGroups of 61",
      () => send(new ListGroupsCommand({ UserPoolId, Limit: 61 })),
      `${constraint} 'limit'`,
    ],
    [
      "a filter that isn't one",
      () => send(new ListUsersCommand({ UserPoolId, Filter: "email is x" })),
      "InvalidParameterException: Error while parsing filter.",
    ],
    [
      "ForgotPassword without an address",
      () => send(new ForgotPasswordCommand({ ClientId: pool.clientId, Username: "alice" })),
      "InvalidParameterException: Cannot reset password for the user as there is no registered/verified",
    ],
    [
      "RevokeToken of an access token",
      () => send(new RevokeTokenCommand({ ClientId: pool.clientId, Token: access })),
      "UnsupportedTokenTypeException: ",
    ],
    [
      "an attribute that only Cognito may write",
      () =>
        send(
          new UpdateUserAttributesCommand({
            AccessToken: access,
            UserAttributes: [{ Name: "email_verified", Value: "true" }],
          }),
        ),
      "NotAuthorizedException: A client attempted to write unauthorized attribute",
    ],
  ];
  for (const [call, run, answer] of calls) {
    it(`to ${call}`, async () => {
      expect(await outcome(run())).to.contain(answer);
    });
  }

  it("in discovery and keys: JSON, whatever the query, and an error for a pool that isn't there", async () => {
    for (const document of ["openid-configuration", "jwks.json", "jwks.json?x=1"]) {
      const answer = await fetch(`${pool.cognito.issuer(UserPoolId)}/.well-known/${document}`);
      expect([answer.status, answer.headers.get("content-type")]).to.deep.equal([200, "application/json"]);
    }
    const missing = await fetch(`${pool.cognito.url}/us-east-1_missing/.well-known/jwks.json`);
    expect(missing.status).to.equal(400);
  });

  it("by keys of its own in each run", async () => {
    const other = await startUserPool();
    try {
      expect(await outcome(other.client.send(new GetUserCommand({ AccessToken: access })))).to.equal(
        "NotAuthorizedException: Invalid Access Token",
      );
    } finally {
      await other.close();
    }
  });

  it("after a revoke: no access token opens its API, and to revoke again is no error", async () => {
    const own = await pool.tokens(await pool.addUser("revoker"));
    const again = await pool.tokens("revoker");
    const revoke = () => send(new RevokeTokenCommand({ ClientId: pool.clientId, Token: own.refreshToken }));
    await revoke();
    expect(await outcome(revoke())).to.equal("served");
    const getUser = (AccessToken: string) => outcome(send(new GetUserCommand({ AccessToken })));
    expect(await getUser(own.access)).to.equal("NotAuthorizedException: Access Token has been revoked");
    expect(await outcome(pool.refresh(own.refreshToken))).to.equal(
      "NotAuthorizedException: Refresh Token has been revoked",
    );
    expect(await getUser(again.access), "of another sign-in").to.equal("served");
    await send(new GlobalSignOutCommand({ AccessToken: again.access }));
    expect(await getUser(again.access)).to.match(/revoked$/);
  });

  it("in tokens: every attribute, the sign-in's own time and mark, and no claim without a value", async () => {
    const attributes = {
      "custom:username": "bob",
      name: "Bob B",
      given_name: "Bob",
      phone_number: "+4915112345678",
      locale: "de",
    };
    const own = await pool.tokens(await pool.addUser("claimant", { attributes }));
    expect(claims(own.id)).to.include(attributes);
    expect(claims(own.id)).to.not.have.any.keys("email", "email_verified", "nonce");
    const { origin_jti: origin, auth_time: time, iat } = claims(own.access);
    expect(origin).to.be.a("string").and.to.equal(claims(own.id).origin_jti);
    while (Math.floor(Date.now() / 1000) === iat) await new Promise((resolve) => setTimeout(resolve, 50));
    const { AuthenticationResult: refreshed } = await pool.refresh(own.refreshToken);
    expect(claims(refreshed?.AccessToken ?? "")).to.include({ origin_jti: origin, auth_time: time });
    expect(claims(refreshed?.AccessToken ?? "").iat).to.be.greaterThan(Number(iat));
    const ClientId = pool.cognito.createUserPoolClient({ ...clientInputs, enableTokenRevocation: false });
    const { AuthenticationResult: other } = await send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: "claimant", PASSWORD: password },
      }),
    );
    expect(claims(other?.AccessToken ?? "")).to.not.have.any.keys("origin_jti");
  });

  it("to a challenge: attributes given along are kept, another client's session is refused", async () => {
    const USERNAME = await pool.addUser("challenged", { permanent: false });
    const { Session, ChallengeParameters } = await pool.signIn(USERNAME);
    expect(JSON.parse(ChallengeParameters?.userAttributes ?? "")).to.deep.equal({ "custom:username": "bob" });
    const other = pool.cognito.createUserPoolClient(clientInputs);
    const stolen = new RespondToAuthChallengeCommand({
      ...{ ClientId: other, ChallengeName: "NEW_PASSWORD_REQUIRED", Session },
      ChallengeResponses: { USERNAME, NEW_PASSWORD: "Better-horse-2" },
    });
    expect(await outcome(send(stolen))).to.equal("NotAuthorizedException: Invalid session for the user.");
    await respond(Session, USERNAME, { "userAttributes.email": "c@example.com" });
    const { UserAttributes } = await send(new AdminGetUserCommand({ UserPoolId, Username: USERNAME }));
    expect(UserAttributes).to.deep.include({ Name: "email", Value: "c@example.com" });
  });

  it("without a signature where a token is enough", async () => {
    const own = await pool.tokens(await pool.addUser("unsigned"));
    const AccessToken = own.access;
    const { clientId: ClientId } = pool;
    const mfa = { Enabled: true };
    const answers: readonly [command: { input: object; constructor: { name: string } }, answer: string][] = [
      [new GetUserAuthFactorsCommand({ AccessToken }), "200"],
      [new ListDevicesCommand({ AccessToken }), "200"],
      [new SetUserMFAPreferenceCommand({ AccessToken }), "200"],
      [
        new SetUserMFAPreferenceCommand({ AccessToken, SoftwareTokenMfaSettings: mfa }),
        "InvalidParameterException",
      ],
      [new AssociateSoftwareTokenCommand({ AccessToken }), "SoftwareTokenMFANotFoundException"],
      [new GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken: own.refreshToken }), "200"],
      [new ResendConfirmationCodeCommand({ ClientId, Username: "nobody" }), "200"],
      [new ResendConfirmationCodeCommand({ ClientId, Username: "unsigned" }), "InvalidParameterException"],
      [new GlobalSignOutCommand({ AccessToken }), "200"],
    ];
    for (const [{ input, constructor }, expected] of answers) {
      const operation = constructor.name.replace(/Command$/, "");
      const response = await fetch(pool.cognito.url, {
        method: "POST",
        headers: { "x-amz-target": `AWSCognitoIdentityProviderService.${operation}` },
        body: JSON.stringify(input),
      });
      const { __type: error } = (await response.json()) as { __type?: string };
      expect(error ?? String(response.status), operation).to.equal(expected);
    }
  });

  it("to a user who is disabled, and to a client that may tell who there is", async () => {
    const Username = await pool.addUser("gone");
    const own = await pool.tokens(Username);
    await send(new AdminDisableUserCommand({ UserPoolId, Username }));
    expect(await outcome(send(new GetUserCommand({ AccessToken: own.access })))).to.equal(
      "NotAuthorizedException: User is disabled.",
    );
    const legacy = pool.cognito.createUserPoolClient({
      ...clientInputs,
      preventUserExistenceErrors: "LEGACY",
    });
    const forgot = (name: string) => send(new ForgotPasswordCommand({ ClientId: legacy, Username: name }));
    expect(await outcome(forgot("nobody"))).to.equal("UserNotFoundException: User does not exist.");
    expect(await outcome(forgot(Username))).to.equal("NotAuthorizedException: User is disabled.");
  });
});
