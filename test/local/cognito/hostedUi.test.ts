import { createHash } from "node:crypto";
import {
  AdminDisableUserCommand,
  ChangePasswordCommand,
  GetUserCommand,
  UpdateUserAttributesCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { SignInPage } from "../../support/signInPage";
import {
  type UserPoolFixture,
  UserPoolId,
  claims,
  clientInputs,
  failure,
  password,
  startUserPool,
} from "../../support/userPool";

describe("the hosted UI on this machine", () => {
  const redirectUri = "http://localhost:1/callback";
  const verifier = "a-verifier-of-forty-three-characters-or-more-";
  let pool: UserPoolFixture;
  let url: string;
  let clientId: string;

  before(async () => {
    pool = await startUserPool();
    url = pool.cognito.createUserPoolDomain({ userPoolId: UserPoolId, domain: "x" });
    clientId = pool.cognito.createUserPoolClient({
      ...clientInputs,
      explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"],
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: ["code"],
      allowedOauthScopes: ["openid", "profile", "email", "phone", "aws.cognito.signin.user.admin"],
      callbackUrls: [redirectUri],
    });
    const attributes = {
      name: "Ann A",
      given_name: "Ann",
      email: "ann@example.com",
      email_verified: "true",
      phone_number: "+4915112345678",
      address: "Here",
    };
    await pool.addUser("ann", { attributes });
  });
  after(() => pool.close());

  function authorizeUrl(changes: Readonly<Record<string, string | undefined>>): URL {
    const address = new URL("/oauth2/authorize", url);
    const query = {
      ...{ response_type: "code", client_id: clientId, redirect_uri: redirectUri, state: "s" },
      code_challenge_method: "S256",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      ...changes,
    };
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) address.searchParams.set(name, value);
    }
    return address;
  }

  /** @param held the cookie, where it isn't the page's */
  async function submit(address: URL, username: string, given = password, held?: string): Promise<Response> {
    const page = await fetch(address);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
    const cookie = held ?? page.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const body = new URLSearchParams({ _csrf: csrf, username, password: given });
    return fetch(page.url, { method: "POST", redirect: "manual", body, headers: { cookie } });
  }

  async function post(
    path: string,
    fields: Record<string, string>,
  ): Promise<[number, Record<string, string>]> {
    const response = await fetch(new URL(path, url), { method: "POST", body: new URLSearchParams(fields) });
    const text = await response.text();
    return [response.status, text === "" ? {} : (JSON.parse(text) as Record<string, string>)];
  }

  async function tokens(changes: Record<string, string>) {
    const answer = await submit(authorizeUrl(changes), "ann");
    const code = new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const fields = { grant_type: "authorization_code", client_id: clientId, redirect_uri: redirectUri, code };
    const [, given] = await post("/oauth2/token", { ...fields, code_verifier: verifier });
    const { access_token: access = "", id_token: id = "", refresh_token: refreshToken = "" } = given;
    return { access, id, refreshToken };
  }

  const contact = ["email", "email_verified", "phone_number"];
  const scoped: readonly [scope: string, present: readonly string[], absent: readonly string[]][] = [
    ["openid", ["name", "given_name", "address", ...contact], []],
    ["openid email", ["email", "email_verified"], ["name", "phone_number"]],
    ["openid phone", ["phone_number"], ["name", "email", "email_verified"]],
    ["openid profile", ["name", "given_name", "address"], contact],
    ["openid profile email", ["name", "email"], ["phone_number"]],
  ];
  for (const [scope, present, absent] of scoped) {
    it(`gives for ${scope} the attributes that it names`, async () => {
      const { id, access } = await tokens({ scope });
      expect(claims(id)).to.include.all.keys(...present);
      for (const name of absent) expect(claims(id)).to.not.have.property(name);
      expect(claims(access)).to.include({ scope, username: "ann" });
    });
  }

  it("repeats the nonce of a sign-in, and binds the ID token to its access token", async () => {
    const { id, access, refreshToken } = await tokens({ scope: "openid", nonce: "n-0S6_WzA2Mj" });
    const half = createHash("sha256").update(access).digest().subarray(0, 16).toString("base64url");
    expect(claims(id)).to.include({ nonce: "n-0S6_WzA2Mj", at_hash: half });
    const fields = { grant_type: "refresh_token", client_id: clientId, refresh_token: refreshToken };
    const [status, refreshed] = await post("/oauth2/token", fields);
    expect(status).to.equal(200);
    expect(claims(refreshed.access_token ?? "").auth_time).to.equal(claims(access).auth_time);
  });

  it("gives tokens that may do no more than their scopes say", async () => {
    const { access: AccessToken } = await tokens({ scope: "openid email" });
    const calls = [
      pool.client.send(new GetUserCommand({ AccessToken })),
      pool.client.send(
        new ChangePasswordCommand({ AccessToken, PreviousPassword: password, ProposedPassword: password }),
      ),
      pool.client.send(
        new UpdateUserAttributesCommand({ AccessToken, UserAttributes: [{ Name: "name", Value: "x" }] }),
      ),
    ];
    for (const call of calls) {
      expect(await failure(call)).to.equal(
        "NotAuthorizedException: Access Token does not have required scopes",
      );
    }
    const admin = await tokens({ scope: "openid aws.cognito.signin.user.admin" });
    const { Username } = await pool.client.send(new GetUserCommand({ AccessToken: admin.access }));
    expect(Username).to.equal("ann");
  });

  const refused: readonly [changes: Record<string, string | undefined>, error: string][] = [
    [{ response_type: "token" }, "unauthorized_client"],
    [{ response_type: undefined }, "invalid_request"],
    [{ response_type: "id" }, "unsupported_response_type"],
    [{ scope: "profile" }, "invalid_scope"],
    [{ scope: "openid other/read" }, "invalid_scope"],
    [{ code_challenge_method: undefined }, "invalid_request"],
  ];
  for (const [changes, error] of refused) {
    it(`sends a request back as ${error}: ${JSON.stringify(changes, (_, value: unknown) => value ?? "none")}`, async () => {
      const { headers } = await fetch(authorizeUrl(changes), { redirect: "manual" });
      const { searchParams } = new URL(headers.get("location") ?? "");
      expect([searchParams.get("error"), searchParams.get("state")]).to.deep.equal([error, "s"]);
    });
  }

  const code = { grant_type: "authorization_code", code: "x", redirect_uri: redirectUri };
  const wrong: readonly [path: string, fields: Record<string, string>, error: string][] = [
    ["token", { ...code, client_id: "nobody" }, "invalid_client"],
    ["token", code, "invalid_request"],
    ["token", { ...code, client_id: "ours" }, "invalid_grant"],
    ["token", { grant_type: "authorization_code", client_id: "ours" }, "invalid_request"],
    ["token", { grant_type: "refresh_token", client_id: "ours" }, "invalid_request"],
    ["token", { grant_type: "refresh_token", client_id: "ours", refresh_token: "x" }, "invalid_grant"],
    ["token", { grant_type: "password", client_id: "ours" }, "unsupported_grant_type"],
    ["token", { client_id: "ours" }, "invalid_request"],
    ["revoke", { client_id: "ours" }, "invalid_request"],
    ["revoke", { client_id: "nobody", token: "x" }, "invalid_client"],
  ];
  for (const [path, fields, error] of wrong) {
    it(`answers ${error} at ${path} to ${JSON.stringify(fields)}`, async () => {
      const ours = fields.client_id === "ours" ? { client_id: clientId } : {};
      const status = path === "revoke" && error === "invalid_client" ? 401 : 400;
      expect(await post(`/oauth2/${path}`, { ...fields, ...ours })).to.deep.equal([status, { error }]);
    });
  }

  it("revokes refresh tokens, also twice, and no other tokens", async () => {
    const { access, refreshToken } = await tokens({ scope: "openid" });
    const revoke = (token: string) => post("/oauth2/revoke", { client_id: clientId, token });
    expect(await revoke(access)).to.deep.equal([400, { error: "unsupported_token_type" }]);
    for (const token of [refreshToken, refreshToken, "unknown"]) {
      expect(await revoke(token)).to.deep.equal([200, {}]);
    }
    const fields = { grant_type: "refresh_token", client_id: clientId, refresh_token: refreshToken };
    expect(await post("/oauth2/token", fields)).to.deep.equal([400, { error: "invalid_grant" }]);
  });

  it("says of a user who is disabled no more than of a wrong password", async () => {
    const Username = await pool.addUser("off");
    await pool.client.send(new AdminDisableUserCommand({ UserPoolId, Username }));
    for (const [name, given] of [
      [Username, password],
      ["ann", "Wrong-horse-1"],
      ["nobody", password],
    ] as const) {
      const page = await (await submit(authorizeUrl({}), name, given)).text();
      expect(page).to.contain('<p role="alert">Incorrect username or password.</p>');
    }
  });

  it("lets any page read what is no page, and asks for nothing before", async () => {
    const issuer = pool.cognito.issuer(UserPoolId);
    const headers = {
      origin: new URL(redirectUri).origin,
      "access-control-request-headers": "x-amz-target,x-y",
    };
    for (const address of [
      `${issuer}/.well-known/openid-configuration`,
      `${issuer}/.well-known/jwks.json`,
      ...["/oauth2/token", "/oauth2/revoke", "/oauth2/userInfo", "/"].map((path) => `${url}${path}`),
    ]) {
      const preflight = await fetch(address, { method: "OPTIONS", headers });
      expect(
        [preflight.status, preflight.headers.get("access-control-allow-headers")],
        address,
      ).to.deep.equal([200, "x-amz-target,x-y"]);
      for (const method of ["GET", "POST"]) {
        const answer = await fetch(address, { method, headers });
        expect(answer.headers.get("access-control-allow-origin"), `${method} ${address}`).to.equal("*");
      }
    }
    for (const path of ["/login", "/logout", "/oauth2/authorize"]) {
      const answer = await fetch(`${url}${path}`, { headers, redirect: "manual" });
      expect(answer.headers.get("access-control-allow-origin"), path).to.equal(null);
    }
  });

  const userInfo: readonly [authorization: string | undefined, status: number, error: string][] = [
    [undefined, 400, "invalid_request"],
    ["Basic YTpi", 400, "invalid_request"],
    ["Bearer x", 401, "invalid_token"],
    ["Bearer a.b.c", 401, "invalid_token"],
  ];
  for (const [authorization, status, error] of userInfo) {
    it(`answers ${error} at userInfo to ${authorization}`, async () => {
      const headers = authorization === undefined ? undefined : { authorization };
      const answer = await fetch(`${url}/oauth2/userInfo`, headers && { headers });
      expect([answer.status, ((await answer.json()) as { error: string }).error]).to.deep.equal([
        status,
        error,
      ]);
      expect(answer.headers.get("www-authenticate")).to.contain(error);
    });
  }

  it("tells at userInfo nothing to a token that was got by password", async () => {
    const { access } = await pool.tokens(await pool.addUser("noscope"));
    const answer = await fetch(`${url}/oauth2/userInfo`, { headers: { authorization: `Bearer ${access}` } });
    expect([answer.status, await answer.json()]).to.deep.equal([
      401,
      { error: "invalid_token", error_description: "Access token does not contain openid scope" },
    ]);
  });

  it("signs out to an address of the client only, and takes each endpoint's own methods", async () => {
    const to = async (path: string, method = "GET") => {
      const answer = await fetch(`${url}${path}`, { method, redirect: "manual" });
      return answer.headers.get("location") ?? answer.status;
    };
    expect(await to("/logout")).to.equal(400);
    expect(await to(`/logout?client_id=nobody&logout_uri=x`)).to.equal(400);
    expect(await to(`/logout?client_id=${clientId}&logout_uri=https%3A%2F%2Fevil.example`)).to.equal(400);
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: "code",
    });
    expect(await to(`/logout?${String(query)}`)).to.equal(`/login?${String(query)}`);
    expect(await to("/oauth2/token")).to.equal(405);
    expect(await to("/oauth2/authorize", "POST")).to.equal(405);
  });

  it("takes no form without the cookie of its page", async () => {
    expect((await submit(authorizeUrl({}), "ann", password, "")).status).to.equal(400);
  });

  it("keeps two sign-in pages of one browser good", async () => {
    const page = new SignInPage();
    const forms = [await page.open(authorizeUrl({})), await page.open(authorizeUrl({ state: "t" }))];
    for (const form of forms) {
      if (form instanceof URL) throw new Error("signed in already");
      const [, csrf = ""] = /name="_csrf" value="([^"]+)"/.exec(await form.text()) ?? [];
      const back = await page.open(form.url, { _csrf: csrf, username: "ann", password });
      expect(back).to.be.instanceOf(URL);
    }
  });
});
