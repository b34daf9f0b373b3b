import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AppClient } from "cognito-local/lib/services/appClient";
import { AwsError, readBody, sendJson } from "../http";
import { type CognitoLibrary, context } from "./library";
import { type Grants, OAuthError } from "./hostedUiGrants";
import { errorPage, newPasswordPage, signInPage } from "./hostedUiPages";

type Call = (operation: string, body: unknown) => Promise<unknown>;

/** A request to sign in whose client and return address are known to be good. */
interface SignIn {
  readonly client: AppClient;
  readonly redirectUri: string;
  readonly query: URLSearchParams;
}

/** What stands on a page instead of an answer. */
class PageError extends Error {}

const paths = new Set(["/oauth2/authorize", "/login", "/oauth2/token", "/oauth2/revoke"]);

/**
 * Cognito's hosted UI: sign-in page and OAuth endpoints, for the authorization code grant. Unlike Cognito's it
 * keeps no session in the browser: every sign-in asks for the password.
 */
export class HostedUi {
  /** Users who have to choose a new password, by the session in their page. */
  private readonly sessions = new Map<string, string>();

  constructor(
    private readonly library: CognitoLibrary,
    private readonly call: Call,
    private readonly grants: Grants,
    /** Whether the pool has a domain, and with it a hosted UI. */
    private readonly hasDomain: (userPoolId: string) => boolean,
  ) {}

  serves(pathname: string): boolean {
    return paths.has(pathname);
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const form = new URLSearchParams((await readBody(request, 100_000)).toString("utf8"));
    try {
      switch (`${request.method} ${url.pathname}`) {
        case "GET /oauth2/authorize":
          return await this.authorize(response, url.searchParams);
        case "GET /login":
          await this.signInOf(url.searchParams);
          return sendPage(response, 200, (csrf) => signInPage(csrf));
        case "POST /login":
          return await this.signIn(request, response, url.searchParams, form);
        case "POST /oauth2/token":
          return sendJson(response, 200, await this.grants.token(form), oauthHeaders);
        case "POST /oauth2/revoke":
          return await this.revoke(response, form);
        default:
          throw new PageError("There is no such page");
      }
    } catch (error) {
      if (error instanceof OAuthError) sendJson(response, 400, { error: error.message }, oauthHeaders);
      else if (error instanceof PageError) sendPage(response, 400, () => errorPage(error.message));
      else throw error;
    }
  }

  /** Checks what an app asks for, and shows the sign-in page or sends the browser back with an error. */
  private async authorize(response: ServerResponse, query: URLSearchParams): Promise<void> {
    const signIn = await this.signInOf(query);
    const problem = problemOf(signIn);
    if (problem !== undefined) return sendBack(response, signIn, { error: problem });
    redirect(response, `/login?${query.toString()}`);
  }

  private async signIn(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    form: URLSearchParams,
  ): Promise<void> {
    const signIn = await this.signInOf(query);
    const problem = problemOf(signIn);
    if (problem !== undefined) return sendBack(response, signIn, { error: problem });
    if (!isOwnForm(request, form)) throw new PageError("The page is too old: go back and sign in again");
    const session = form.get("session");
    if (session !== null) return this.changePassword(response, signIn, session, form);
    const username = form.get("username") ?? "";
    const user = await this.userOf(signIn.client, username);
    if (user?.Password !== form.get("password") || !user.Enabled) {
      const refusal = user?.Enabled === false ? "User is disabled." : "Incorrect username or password.";
      return sendPage(response, 400, (csrf) => signInPage(csrf, username, refusal));
    }
    if (user.UserStatus === "FORCE_CHANGE_PASSWORD") {
      const created = randomBytes(18).toString("base64url");
      this.sessions.set(created, user.Username);
      return sendPage(response, 200, (csrf) => newPasswordPage(csrf, created));
    }
    this.finish(response, signIn, user.Username);
  }

  private async changePassword(
    response: ServerResponse,
    signIn: SignIn,
    session: string,
    form: URLSearchParams,
  ): Promise<void> {
    const Username = this.sessions.get(session);
    if (Username === undefined) throw new PageError("The page is too old: go back and sign in again");
    const request = {
      UserPoolId: signIn.client.UserPoolId,
      Username,
      Password: form.get("new_password") ?? "",
      Permanent: true,
    };
    try {
      await this.call("AdminSetUserPassword", request);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return sendPage(response, 400, (csrf) => newPasswordPage(csrf, session, error.message));
    }
    this.sessions.delete(session);
    this.finish(response, signIn, Username);
  }

  private finish(response: ServerResponse, signIn: SignIn, username: string): void {
    const { client, redirectUri, query } = signIn;
    const code = this.grants.createCode({
      clientId: client.ClientId,
      username,
      redirectUri,
      scope: scopesOf(signIn).join(" "),
      challenge: query.get("code_challenge") ?? undefined,
    });
    sendBack(response, signIn, { code });
  }

  private async revoke(response: ServerResponse, form: URLSearchParams): Promise<void> {
    const [Token, ClientId] = [form.get("token"), form.get("client_id")];
    if (Token === null || ClientId === null) throw new OAuthError("invalid_request");
    try {
      await this.call("RevokeToken", { Token, ClientId });
    } catch (error) {
      if (error instanceof AwsError && error.code === "UnauthorizedException")
        throw new OAuthError("unauthorized_client");
      // RFC 7009: a token that isn't known is as good as revoked.
      if (!(error instanceof AwsError) || error.code !== "NotAuthorizedException") throw error;
    }
    response.writeHead(200, oauthHeaders).end();
  }

  /** @throws PageError where the browser must not be sent back, because it isn't known to whom */
  private async signInOf(query: URLSearchParams): Promise<SignIn> {
    const client = await this.library.cognito.getAppClient(context, query.get("client_id") ?? "");
    if (!client || !this.hasDomain(client.UserPoolId)) throw new PageError("Client does not exist.");
    const redirectUri = query.get("redirect_uri") ?? "";
    if (client.CallbackURLs?.includes(redirectUri) !== true) throw new PageError("redirect_mismatch");
    return { client, redirectUri, query };
  }

  private async userOf(client: AppClient, username: string) {
    const pool = await this.library.cognito.getUserPool(context, client.UserPoolId);
    const isCaseSensitive = pool.options.UsernameConfiguration?.CaseSensitive !== false;
    return pool.getUserByUsername(context, isCaseSensitive ? username : username.toLowerCase());
  }
}

const oauthHeaders = { "content-type": "application/json;charset=UTF-8", "cache-control": "no-store" };

/** The scopes that are asked for; without any, all that the client may have. */
function scopesOf({ client, query }: SignIn): string[] {
  const asked = (query.get("scope") ?? "").split(" ").filter(Boolean);
  return asked.length > 0 ? asked : (client.AllowedOAuthScopes ?? []);
}

function problemOf(signIn: SignIn): string | undefined {
  const { client, query } = signIn;
  if (query.get("response_type") !== "code") return "unsupported_response_type";
  if (client.AllowedOAuthFlows?.includes("code") !== true) return "unauthorized_client";
  if (query.has("code_challenge") && query.get("code_challenge_method") !== "S256") return "invalid_request";
  const allowed = client.AllowedOAuthScopes ?? [];
  return scopesOf(signIn).every((scope) => allowed.includes(scope)) ? undefined : "invalid_scope";
}

function sendBack(
  response: ServerResponse,
  { redirectUri, query }: SignIn,
  parameters: Record<string, string>,
): void {
  const target = new URL(redirectUri);
  const state = query.get("state");
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
  if (state !== null) target.searchParams.set("state", state);
  redirect(response, target.href);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, "cache-control": "no-store" }).end();
}

/** Another site can make a browser post a form, but not know what stands in its cookie. */
function isOwnForm(request: IncomingMessage, form: URLSearchParams): boolean {
  const cookie = /(?:^|;\s*)XSRF-TOKEN=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
  const [known, given] = [Buffer.from(cookie), Buffer.from(form.get("_csrf") ?? "")];
  return known.length > 0 && known.length === given.length && timingSafeEqual(known, given);
}

function sendPage(response: ServerResponse, status: number, page: (csrf: string) => string): void {
  const csrf = randomBytes(18).toString("base64url");
  response.writeHead(status, {
    "content-type": "text/html;charset=UTF-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "set-cookie": `XSRF-TOKEN=${csrf}; Path=/; HttpOnly; SameSite=Lax`,
  });
  response.end(page(csrf));
}
