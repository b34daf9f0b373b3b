import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { DescribeUserPoolClientCommand } from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { SignInPage } from "../../support/signInPage";
import { type UserPoolFixture, UserPoolId, clientInputs, startUserPool } from "../../support/userPool";

/** The steps of OpenID Connect's basic profile, by a certified client that knows the issuer and finds all else out. */
describe("openid-client signs in with its defaults", () => {
  const redirectUri = "http://localhost:5173/callback";
  const logoutUri = "http://localhost:5173/";
  const scope = "openid email profile";
  let pool: UserPoolFixture;
  let issuer: URL;

  before(async () => {
    pool = await startUserPool();
    pool.cognito.createUserPoolDomain({ userPoolId: UserPoolId, domain: "x" });
    issuer = new URL(pool.cognito.issuer(UserPoolId));
    const attributes = { email: "ann@example.com", email_verified: "true", name: "Ann A" };
    await pool.addUser("ann", { attributes });
  });
  after(() => pool.close());

  /** A client of the pool with its secret, where it is to have one. */
  async function newClient(generateSecret: boolean): Promise<[id: string, secret: string | undefined]> {
    const ClientId = pool.cognito.createUserPoolClient({
      ...clientInputs,
      generateSecret,
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: ["code"],
      allowedOauthScopes: ["openid", "profile", "email"],
      callbackUrls: [redirectUri],
      logoutUrls: [logoutUri],
    });
    const described = await pool.client.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }));
    return [ClientId, described.UserPoolClient?.ClientSecret];
  }
  // The issuer of this machine is http: RFC 8252 has loopback without TLS, and openid-client asks to say so.
  const insecure = { execute: [oidc.allowInsecureRequests] };

  /** Signs in. @returns the tokens, and what the ID token has to be for */
  async function tokensOf(config: oidc.Configuration, page: SignInPage) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const [expectedNonce, expectedState] = [oidc.randomNonce(), oidc.randomState()];
    const url = oidc.buildAuthorizationUrl(config, {
      ...{ redirect_uri: redirectUri, scope, nonce: expectedNonce, state: expectedState },
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const checks = { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true };
    return oidc.authorizationCodeGrant(config, await page.signIn(url, { username: "ann" }), checks);
  }

  const methods: readonly [name: string, hasSecret: boolean, auth?: (secret: string) => oidc.ClientAuth][] = [
    ["a public client", false],
    ["client_secret_post", true, oidc.ClientSecretPost],
    ["client_secret_basic", true, oidc.ClientSecretBasic],
  ];
  for (const [name, hasSecret, auth] of methods) {
    it(`as ${name}: discovers, signs in, verifies, reads its user, refreshes, revokes, signs out`, async () => {
      const [id, secret] = await newClient(hasSecret);
      const config = await oidc.discovery(issuer, id, secret, auth?.(secret ?? ""), insecure);
      const page = new SignInPage();
      const tokens = await tokensOf(config, page);
      const claims = tokens.claims();
      expect(claims).to.include({ email: "ann@example.com", email_verified: true, name: "Ann A" });
      const user = await oidc.fetchUserInfo(config, tokens.access_token, claims?.sub ?? "");
      expect(user).to.include({ email: "ann@example.com", email_verified: "true", username: "ann" });
      const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ""));
      const verified = await jwtVerify(tokens.id_token ?? "", keys, { issuer: issuer.href, audience: id });
      expect(verified.payload.sub).to.equal(claims?.sub);

      const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
      expect(refreshed.claims()).to.include({ sub: claims?.sub, auth_time: claims?.auth_time });

      // The browser is signed in already, so no form is between the app and its second code.
      const again = await page.open(oidc.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope }));
      expect(again).to.be.instanceOf(URL);
      const logout = oidc.buildEndSessionUrl(config, { client_id: id, logout_uri: logoutUri });
      expect(await page.open(logout)).to.have.property("href", logoutUri);
      const silent = oidc.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope, prompt: "none" });
      expect(await page.open(silent))
        .to.have.property("search")
        .that.contains("error=login_required");

      await oidc.tokenRevocation(config, tokens.refresh_token ?? "");
      const late = [
        oidc.refreshTokenGrant(config, tokens.refresh_token ?? ""),
        oidc.fetchUserInfo(config, tokens.access_token, claims?.sub ?? ""),
      ].map((call) =>
        call.then(
          () => "served",
          (error: { code: string; status?: number }) => error.code,
        ),
      );
      expect(await Promise.all(late)).to.deep.equal([
        "OAUTH_RESPONSE_BODY_ERROR",
        "OAUTH_WWW_AUTHENTICATE_CHALLENGE",
      ]);
    });
  }

  it("and is refused by name with a wrong secret, or with somebody else's code", async () => {
    const [id] = await newClient(true);
    const wrong = await oidc.discovery(issuer, id, "wrong", undefined, insecure);
    const errorOf = (attempt: Promise<unknown>) =>
      attempt.then(
        () => "served",
        ({ error }: { error: string }) => error,
      );
    expect(await errorOf(tokensOf(wrong, new SignInPage()))).to.equal("invalid_client");
    const [open] = await newClient(false);
    const config = await oidc.discovery(issuer, open, undefined, undefined, insecure);
    const url = oidc.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope });
    const back = (await new SignInPage().signIn(url, { username: "ann" })).href;
    const [other] = await newClient(false);
    const thief = await oidc.discovery(issuer, other, undefined, undefined, insecure);
    expect(await errorOf(oidc.authorizationCodeGrant(thief, new URL(back)))).to.equal("invalid_grant");
  });
});
