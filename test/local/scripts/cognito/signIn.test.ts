import { writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { zip } from "../../../../programs/archive";
import { Session } from "../../../../local/session";
import { type Pool, addToGroup, createUser, listUsers } from "../../../../scripts/cognito/admin";
import { checkApi, expectedOf } from "../../../../scripts/cognito/checkApi";
import { readEnvFile } from "../../../../scripts/cognito/envFile";
import { hostedUiOf, newSignIn, signInByForm } from "../../../../scripts/cognito/hostedSignIn";
import { login } from "../../../../scripts/cognito/login";
import { formatMatrix, tokenKinds } from "../../../../scripts/cognito/matrix";
import type { Target } from "../../../../scripts/cognito/target";
import { claimsOf, refresh, revoke, signIn, store } from "../../../../scripts/cognito/tokens";
import { type AuthStack, openPool, startAuthStack } from "../../../support/authStack";
import { openChromium } from "../../../support/chromium";
import { rejection } from "../../../support/rejection";
import { SignInPage } from "../../../support/signInPage";

describe("sign-in on this machine", () => {
  const password = "Correct-horse-1";
  const noNewPassword = () => Promise.reject(new Error("asked for a new password"));
  const unstopped = new AbortController().signal;
  let session: Session;
  let auth: AuthStack;
  let target: Target;
  let pool: Pool;
  let apiUrl: string;

  before(async () => {
    session = new Session();
    // Ports of this test's own: another environment may be waiting for a sign-in.
    auth = await startAuthStack(session, { "auth:loginPorts": "[18976,18977]" });
    const env = path.join(session.dir, ".env");
    writeFileSync(env, "# mine\n");
    target = auth.target(env);
    pool = await openPool(session, target);
    apiUrl = await target.output("apiUrl");
  });
  after(() => session.close());

  async function addUser(
    username: string,
    temporary = false,
  ): Promise<{ username: string; password: string }> {
    await createUser(pool, { username, password, temporary, attributes: { "custom:username": "bob" } });
    return { username, password };
  }

  const get = (route: string, headers: Record<string, string> = {}) =>
    fetch(`${apiUrl}${route}`, { headers });

  it("answers every route with every kind of token as expected, and leaves no user behind", async () => {
    const calls: number[] = [];
    const expected = await expectedOf(target);
    expect(expected.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      ...["GET /", "POST /", "GET /scoped", "GET /admin-only", "GET /admin-only/all"],
      ...["GET /no-such-route", "HEAD /"],
    ]);
    const matrix = await checkApi(target, pool, expected, { update: (done) => calls.push(done) }, unstopped);
    expect(matrix).to.deep.equal(expected.map(({ statuses }) => [...statuses]));
    expect(calls.at(-1)).to.equal(expected.length * tokenKinds.length);
    const left = (await listUsers(pool)).filter(({ username }) => username.startsWith("check-api-"));
    expect(left).to.deep.equal([]);
    expect(formatMatrix(expected, matrix).wrong).to.equal(0);
    expect(formatMatrix(expected, [[200]]).lines[1]).to.match(/^GET \/\s+200 not 401\s+-/);
  });

  it("has API Gateway's bodies and headers, readable for a page of another origin", async () => {
    const { accessToken } = await signIn(target, await addUser("shape"), noNewPassword);
    const answers: readonly [Response, number, string | null, unknown][] = [
      [await get("/", { authorization: `Bearer ${accessToken}` }), 200, null, "Authorized!!!"],
      [await get("/"), 401, "UnauthorizedException", "Unauthorized"],
      [
        await get("/admin-only", { authorization: accessToken }),
        403,
        "AccessDeniedException",
        "User is not authorized to access this resource",
      ],
      [await get("/nowhere", { authorization: `Bearer ${accessToken}` }), 404, null, "Not Found"],
      [
        await fetch(apiUrl, { method: "DELETE", headers: { authorization: accessToken } }),
        404,
        null,
        "Not Found",
      ],
      [
        await fetch(apiUrl, { method: "POST", body: Buffer.alloc(10 * 1024 * 1024 + 1) }),
        413,
        "RequestEntityTooLargeException",
        "Request Too Long",
      ],
    ];
    for (const [response, status, errorType, message] of answers) {
      expect(response.status).to.equal(status);
      expect(await response.json()).to.deep.equal({ message });
      expect(response.headers.get("content-type")).to.equal("application/json");
      expect(response.headers.get("x-amzn-errortype")).to.equal(errorType);
      expect(response.headers.get("x-amzn-requestid")).to.match(/^[0-9a-f-]{36}$/);
      expect(response.headers.get("access-control-allow-origin")).to.equal("*");
    }
    const preflight = await fetch(apiUrl, { method: "OPTIONS" });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get("access-control-allow-methods")).to.equal("OPTIONS,GET,POST");
  });

  it("lets no other spelling of a path past the group authorizer", async () => {
    const { accessToken } = await signIn(target, await addUser("speller"), noNewPassword);
    const authorization = accessToken;
    expect((await get("/admin-only/all", { authorization })).status).to.equal(200);
    for (const spelling of [
      "/admin-only/",
      "/admin-only//",
      "/./admin-only",
      "/ADMIN-ONLY",
      "/admin%2Donly",
    ]) {
      expect((await get(spelling, { authorization })).status, spelling).to.be.oneOf([403, 404]);
    }
  });

  it("refuses garbage without asking the authorizer's function", async () => {
    const { lambda } = auth.services;
    const invoke = lambda.invoke.bind(lambda);
    const invoked: unknown[] = [];
    lambda.invoke = (...call) => {
      invoked.push(call);
      return invoke(...call);
    };
    try {
      for (const authorization of ["garbage", "Bearer garbage", "Basic YTpi", "a.b"]) {
        expect((await get("/admin-only", { authorization })).status).to.equal(401);
      }
      expect(invoked).to.deep.equal([]);
      expect((await get("/admin-only", { authorization: "a.b.c" })).status).to.equal(401);
      expect(invoked).to.have.length(1);
    } finally {
      lambda.invoke = invoke;
    }
  });

  it("keeps the scopes of a hosted sign-in when its token is refreshed, until that is revoked", async () => {
    const tokens = await signInByForm(await hostedUiOf(target), await addUser("keeper"));
    const scope = "openid profile email phone groundwork/read groundwork/write";
    expect(claimsOf(tokens.accessToken)).to.include({ scope, token_use: "access", username: "keeper" });
    store(target, tokens);
    const refreshed = await refresh(target);
    expect(claimsOf(refreshed.accessToken)).to.include({ scope });
    expect((await get("/scoped", { authorization: refreshed.accessToken })).status).to.equal(200);
    await revoke(target);
    expect(await rejection(refresh(target))).to.match(/Refresh Token|NotAuthorized/i);
    const { COGNITO_REFRESH_TOKEN } = readEnvFile(target.options.env);
    expect(COGNITO_REFRESH_TOKEN).to.equal(tokens.refreshToken);
  });

  it("asks for a new password where the old one is temporary", async () => {
    const user = await addUser("temporary", true);
    const { accessToken } = await signIn(target, user, () => Promise.resolve("Better-horse-2"));
    expect(claimsOf(accessToken)).to.include({ username: "temporary" });
    await signIn(target, { ...user, password: "Better-horse-2" }, noNewPassword);
  });

  it("gives a code's tokens once, to who has its verifier, and sends a wrong request back with its error", async () => {
    const hostedUi = await hostedUiOf(target);
    const redirectUri = hostedUi.callbackUrls[0] ?? "";
    const location = async (url: string | URL) =>
      new URL(
        (await fetch(url, { redirect: "manual" })).headers.get("location") ?? "about:blank",
        hostedUi.url,
      );
    const errorOf = async (change: (url: URL) => void) => {
      const url = new URL(newSignIn(hostedUi, redirectUri).url);
      change(url);
      const { searchParams } = await location(url);
      return [searchParams.get("error"), searchParams.get("state") === url.searchParams.get("state")];
    };
    const wrong: readonly [name: string, value: string, error: string][] = [
      ["scope", "openid aws.cognito.signin.user.admin", "invalid_scope"],
      ["scope", "groundwork/delete", "invalid_scope"],
      ["response_type", "token", "unauthorized_client"],
      ["code_challenge_method", "plain", "invalid_request"],
    ];
    for (const [name, value, error] of wrong) {
      expect(await errorOf(({ searchParams }) => searchParams.set(name, value))).to.deep.equal([error, true]);
    }
    for (const name of ["redirect_uri", "client_id"]) {
      const url = new URL(newSignIn(hostedUi, redirectUri).url);
      url.searchParams.set(name, "http://localhost:1/elsewhere");
      const response = await fetch(url, { redirect: "manual" });
      expect([response.status, response.headers.get("location")]).to.deep.equal([400, null]);
    }
    const back = await new SignInPage().signIn(newSignIn(hostedUi, redirectUri).url, await addUser("coder"));
    const code = back.searchParams.get("code") ?? "";
    const token = (verifier: string) =>
      fetch(`${hostedUi.url}/oauth2/token`, {
        method: "POST",
        body: new URLSearchParams({
          ...{ grant_type: "authorization_code", client_id: hostedUi.clientId, redirect_uri: redirectUri },
          ...{ code, code_verifier: verifier },
        }),
      });
    for (const attempt of ["a wrong verifier", "again"]) {
      const response = await token(attempt);
      expect([response.status, await response.json()]).to.deep.equal([400, { error: "invalid_grant" }]);
    }
  });

  it("ships the authorizer in at most 300 KB", () => {
    const { files } = auth.services.lambda.spec("local-group-authorizer");
    expect(zip(files).length).to.be.below(300_000);
  });

  describe("in a browser", () => {
    let browser: Browser;

    before(async function () {
      browser = await openChromium(this);
    });
    after(() => browser?.close());

    it("signs in at the hosted UI, after a wrong password, and gets a token that opens GET /scoped", async () => {
      const user = await addUser("browsing");
      await addToGroup(pool, user.username, "test-g1");
      const page = await browser.newPage();
      const show = async (url: string): Promise<void> => {
        await page.goto(url);
        await page.fill('[name="username"]', user.username);
        await page.fill('[name="password"]', "Wrong-horse-1");
        await page.click('[type="submit"]');
        expect(await page.textContent('[role="alert"]')).to.equal("Incorrect username or password.");
        await page.fill('[name="password"]', user.password);
        await page.click('[type="submit"]');
      };
      const tokens = await login(await hostedUiOf(target), { scopes: [], show, signal: unstopped });
      await page.waitForURL(/localhost:1897\d\/callback/);
      expect(await page.textContent("body")).to.contain("You are signed in");
      const byPassword = await signIn(target, user, noNewPassword);
      const statuses = [tokens.accessToken, byPassword.accessToken].map(
        async (authorization) => (await get("/scoped", { authorization })).status,
      );
      expect(await Promise.all(statuses)).to.deep.equal([200, 401]);
    });

    it("has a user with a temporary password choose a good one on the way", async () => {
      const user = await addUser("newcomer", true);
      const page = await browser.newPage();
      const show = async (url: string): Promise<void> => {
        await page.goto(url);
        await page.fill('[name="username"]', user.username);
        await page.fill('[name="password"]', user.password);
        await page.click('[type="submit"]');
        await page.fill('[name="new_password"]', "short");
        await page.click('[type="submit"]');
        expect(await page.textContent('[role="alert"]')).to.contain("Password not long enough");
        await page.fill('[name="new_password"]', "Better-horse-2");
        await page.click('[type="submit"]');
      };
      const scopes = ["openid", "groundwork/write"];
      const tokens = await login(await hostedUiOf(target), { scopes, show, signal: unstopped });
      expect(claimsOf(tokens.accessToken)).to.include({ scope: "openid groundwork/write" });
      expect((await get("/scoped", { authorization: tokens.accessToken })).status).to.equal(401);
    });
  });

  it("waits on at both loopbacks whoever else calls, and stops when told to", async () => {
    const hostedUi = await hostedUiOf(target);
    const stop = new AbortController();
    const statuses: number[] = [];
    const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
    const hosts = ["127.0.0.1", ...(addresses.some(({ address }) => address === "::1") ? ["[::1]"] : [])];
    const show = async (): Promise<void> => {
      for (const host of hosts) {
        const address = hostedUi.callbackUrls[0]?.replace("localhost", host) ?? "";
        for (const query of ["code=x&state=y", "error=access_denied", ""]) {
          statuses.push((await fetch(`${address}?${query}`)).status);
        }
      }
      stop.abort();
    };
    expect(await rejection(login(hostedUi, { scopes: [], show, signal: stop.signal }))).to.match(/abort/i);
    expect(statuses).to.deep.equal(hosts.flatMap(() => [400, 400, 400]));
  });
});
