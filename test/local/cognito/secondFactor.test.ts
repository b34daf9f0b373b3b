import { createHmac } from "node:crypto";
import {
  AdminGetUserCommand,
  AssociateSoftwareTokenCommand,
  DescribeUserPoolClientCommand,
  GetUserAttributeVerificationCodeCommand,
  GetUserPoolMfaConfigCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  VerifySoftwareTokenCommand,
  VerifyUserAttributeCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { codeAt } from "../../../local/cognito/totp";
import { SignInPage } from "../../support/signInPage";
import {
  type UserPoolFixture,
  UserPoolId,
  clientInputs,
  failure,
  password,
  poolInputs,
  startUserPool,
} from "../../support/userPool";

describe("one-time passwords by time", () => {
  it("are those of RFC 6238, appendix B", () => {
    // The base 32 of "12345678901234567890", and the last six of the appendix's eight digits.
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const seconds = [59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000];
    expect(seconds.map((at) => codeAt(secret, Math.floor(at / 30)))).to.deep.equal([
      ...["287082", "081804", "050471", "005924", "279037", "353130"],
    ]);
  });
});

describe("a pool on this machine that asks for e-mail addresses, a second factor and a client's secret", () => {
  const redirectUri = "http://localhost:1/callback";
  const email = "ann@example.com";
  let pool: UserPoolFixture;
  let ClientId: string;
  let secret: string;
  let username: string;

  before(async () => {
    pool = await startUserPool({
      ...poolInputs,
      mfaConfiguration: "ON",
      softwareTokenMfaConfiguration: { enabled: true },
      usernameAttributes: ["email"],
      autoVerifiedAttributes: ["email"],
    });
    pool.cognito.createUserPoolDomain({ userPoolId: UserPoolId, domain: "x" });
    ClientId = pool.cognito.createUserPoolClient({
      ...clientInputs,
      generateSecret: true,
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: ["code"],
      allowedOauthScopes: ["openid"],
      callbackUrls: [redirectUri],
    });
    const described = await pool.client.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }));
    secret = described.UserPoolClient?.ClientSecret ?? "";
    expect(await failure(pool.addUser("ann", { attributes: {} }))).to.contain("Username should be an email.");
    await pool.addUser(email, { attributes: {} });
    const user = await pool.client.send(new AdminGetUserCommand({ UserPoolId, Username: "ANN@example.com" }));
    username = user.Username ?? "";
    expect(username).to.match(/^[0-9a-f-]{36}$/);
    expect(await failure(pool.addUser(email, { attributes: {} }))).to.match(/^UsernameExistsException/);
  });
  after(() => pool.close());

  const hash = (name: string) => createHmac("sha256", secret).update(`${name}${ClientId}`).digest("base64");
  const period = () => Math.floor(Date.now() / 30_000);
  const start = (more: Record<string, string>) =>
    pool.client.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: email, PASSWORD: password, ...more },
      }),
    );
  const respond = (
    ChallengeName: "MFA_SETUP" | "SOFTWARE_TOKEN_MFA",
    Session: string | undefined,
    more: object,
  ) =>
    pool.client.send(
      new RespondToAuthChallengeCommand({
        ...{ ClientId, ChallengeName, Session },
        ChallengeResponses: { USERNAME: username, SECRET_HASH: hash(username), ...more },
      }),
    );

  it("has the client prove itself, over the name that was typed and then over the pool's own", async () => {
    const refused = "NotAuthorizedException: ";
    expect(await failure(start({}))).to.equal(
      `${refused}Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    );
    expect(await failure(start({ SECRET_HASH: hash(username) }))).to.equal(
      `${refused}Unable to verify secret hash for client ${ClientId}`,
    );
    const { Session } = await start({ SECRET_HASH: hash(email) });
    expect(await failure(respond("MFA_SETUP", Session, { SECRET_HASH: hash(email) }))).to.match(
      /verify secret/,
    );
  });

  it("has an authenticator app set up on the way, and asks for its code from then on", async () => {
    const config = await pool.client.send(new GetUserPoolMfaConfigCommand({ UserPoolId }));
    expect(config).to.deep.include({
      MfaConfiguration: "ON",
      SoftwareTokenMfaConfiguration: { Enabled: true },
    });
    const asked = await start({ SECRET_HASH: hash(email) });
    expect(asked.ChallengeName).to.equal("MFA_SETUP");
    expect(asked.ChallengeParameters).to.include({ MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' });
    expect(await failure(respond("MFA_SETUP", asked.Session, {}))).to.match(/not verified/);
    const { SecretCode = "", Session } = await pool.client.send(
      new AssociateSoftwareTokenCommand({ Session: asked.Session }),
    );
    const verify = (UserCode: string) =>
      pool.client.send(new VerifySoftwareTokenCommand({ Session, UserCode }));
    expect(await failure(verify("000000"))).to.match(/^EnableSoftwareTokenMFAException/);
    const first = period();
    expect((await verify(codeAt(SecretCode, first))).Status).to.equal("SUCCESS");
    const done = await respond("MFA_SETUP", Session, {});
    expect(done.AuthenticationResult?.AccessToken).to.be.a("string");
    const code = (text: string, session: string | undefined) =>
      respond("SOFTWARE_TOKEN_MFA", session, { SOFTWARE_TOKEN_MFA_CODE: text });
    const again = await start({ SECRET_HASH: hash(email) });
    expect(again.ChallengeName).to.equal("SOFTWARE_TOKEN_MFA");
    expect(await failure(code("000000", again.Session))).to.match(/^CodeMismatchException/);
    expect(await failure(code(codeAt(SecretCode, first), again.Session))).to.match(/^ExpiredCodeException/);
    const { AuthenticationResult: tokens } = await code(codeAt(SecretCode, first + 1), again.Session);
    const AccessToken = tokens?.AccessToken;

    await pool.client.send(
      new GetUserAttributeVerificationCodeCommand({ AccessToken, AttributeName: "email" }),
    );
    const Code = /code is (\d{6})/.exec(pool.messages.at(-1) ?? "")?.[1];
    await pool.client.send(new VerifyUserAttributeCommand({ AccessToken, AttributeName: "email", Code }));
    const user = await pool.client.send(new AdminGetUserCommand({ UserPoolId, Username: email }));
    expect(user.UserAttributes).to.deep.include({ Name: "email_verified", Value: "true" });
    expect(user).to.deep.include({
      UserMFASettingList: ["SOFTWARE_TOKEN_MFA"],
      PreferredMfaSetting: "SOFTWARE_TOKEN_MFA",
    });
  });

  it("asks for the same at the hosted UI", async () => {
    const name = "ben@example.com";
    await pool.addUser(name, { permanent: false, attributes: {} });
    const url = new URL("/oauth2/authorize", pool.cognito.url);
    url.search = String(
      new URLSearchParams({ response_type: "code", client_id: ClientId, redirect_uri: redirectUri }),
    );
    const page = new SignInPage();
    const setup = page.signIn(url, { username: name }, { new_password: "Better-horse-2" });
    const stays = await setup.then(String, (error: Error) => error.message);
    const [, shown = ""] = /<code[^>]*>(\w{52})<\/code>/.exec(stays) ?? [];
    expect(shown, stays).to.have.length(52);
    const [, csrf = ""] = /name="_csrf" value="([^"]+)"/.exec(stays) ?? [];
    const [, session = ""] = /name="session" value="([^"]+)"/.exec(stays) ?? [];
    const login = new URL("/login", url);
    login.search = url.search;
    const fields = { _csrf: csrf, session };
    const wrong = await page.open(login, { ...fields, authentication_code: "000000" });
    expect(wrong).to.have.property("status", 400);
    const first = period();
    const back = await page.open(login, { ...fields, authentication_code: codeAt(shown, first) });
    expect(back).to.have.property("search").that.matches(/code=/);

    const other = new SignInPage();
    const answer = { authentication_code: codeAt(shown, first + 1) };
    const signedIn = await other.signIn(url, { username: name, password: "Better-horse-2" }, answer);
    expect(signedIn.search).to.match(/code=/);
  });
});
