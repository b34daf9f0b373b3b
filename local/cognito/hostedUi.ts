import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError, readBody, sendJson } from "../http";
import { errorPage, newPasswordPage, signInPage } from "./hostedUiPages";
import { type Asker, answerNewPassword, openChallenge, userByPassword } from "./signIn";
import type { Store, User } from "./store";
import { OAuthError, TokenEndpoint } from "./tokenEndpoint";

/** A request to sign in whose client and return address are known to be good. */
interface SignIn extends Asker {
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
  private readonly endpoint: TokenEndpoint;

  constructor(private readonly store: Store) {
    this.endpoint = new TokenEndpoint(store);
  }

  serves(pathname: string): boolean {
    return paths.has(pathname);
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const form = new URLSearchParams((await readBody(request, 100_000)).toString("utf8"));
    try {
      switch (`${request.method} ${url.pathname}`) {
        case "GET /oauth2/authorize":
          return this.authorize(response, url.searchParams);
        case "GET /login":
          this.signInOf(url.searchParams);
          return sendPage(response, 200, (csrf) => signInPage(csrf));
        case "POST /login":
          return this.signIn(request, response, url.searchParams, form);
        case "POST /oauth2/token":
          return sendJson(response, 200, this.endpoint.token(form), oauthHeaders);
        case "POST /oauth2/revoke":
          this.endpoint.revoke(form);
          response.writeHead(200, oauthHeaders).end();
          return;
        default:
          throw new PageError("There is no such page");
      }
    } catch (error) {
      if (error instanceof OAuthError) {
        sendJson(response, error.statusCode, { error: error.error }, oauthHeaders);
      } else if (error instanceof PageError) sendPage(response, 400, () => errorPage(error.message));
      else throw error;
    }
  }

  /** Checks what an app asks for, and shows the sign-in page or sends the browser back with an error. */
  private authorize(response: ServerResponse, query: URLSearchParams): void {
    const signIn = this.signInOf(query);
    const problem = problemOf(signIn);
    if (problem !== undefined) return sendBack(response, signIn, { error: problem });
    redirect(response, `/login?${query.toString()}`);
  }

  private signIn(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    form: URLSearchParams,
  ): void {
    const signIn = this.signInOf(query);
    const problem = problemOf(signIn);
    if (problem !== undefined) return sendBack(response, signIn, { error: problem });
    if (!isOwnForm(request, form)) throw new PageError("The page is too old: go back and sign in again");
    const session = form.get("session");
    if (session !== null) return this.changePassword(response, signIn, session, form);
    const username = form.get("username") ?? "";
    try {
      const user = userByPassword(signIn, username, form.get("password") ?? "");
      if (user.status !== "FORCE_CHANGE_PASSWORD") return this.finish(response, signIn, user);
      const opened = openChallenge(signIn, user);
      sendPage(response, 200, (csrf) => newPasswordPage(csrf, opened));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // The page tells a stranger nothing of a user who is disabled or isn't there.
      const isTold = error.code === "PasswordResetRequiredException";
      const refusal = isTold ? error.message : "Incorrect username or password.";
      sendPage(response, 400, (csrf) => signInPage(csrf, username, refusal));
    }
  }

  private changePassword(
    response: ServerResponse,
    signIn: SignIn,
    session: string,
    form: URLSearchParams,
  ): void {
    try {
      const password = form.get("new_password") ?? "";
      this.finish(response, signIn, answerNewPassword(signIn, session, { password }));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.code === "NotAuthorizedException") {
        throw new PageError("The page is too old: go back and sign in again");
      }
      sendPage(response, 400, (csrf) => newPasswordPage(csrf, session, error.message));
    }
  }

  private finish(response: ServerResponse, signIn: SignIn, user: User): void {
    const { pool, client, redirectUri, query } = signIn;
    const code = this.endpoint.createCode({
      ...{ pool, client, user, redirectUri, scopes: scopesOf(signIn) },
      nonce: query.get("nonce") ?? undefined,
      challenge: query.get("code_challenge") ?? undefined,
    });
    sendBack(response, signIn, { code });
  }

  /** @throws PageError where the browser must not be sent back, because it isn't known to whom */
  private signInOf(query: URLSearchParams): SignIn {
    const asker = this.store.findClient(query.get("client_id") ?? "");
    if (!asker?.pool.hasDomain) throw new PageError("Client does not exist.");
    const redirectUri = query.get("redirect_uri") ?? "";
    if (!asker.client.callbackUrls.includes(redirectUri)) throw new PageError("redirect_mismatch");
    return { ...asker, redirectUri, query };
  }
}

const oauthHeaders = { "content-type": "application/json;charset=UTF-8", "cache-control": "no-store" };

/** The scopes that are asked for; without any, all that the client may have. */
function scopesOf({ client, query }: SignIn): readonly string[] {
  const asked = (query.get("scope") ?? "").split(" ").filter(Boolean);
  return asked.length > 0 ? asked : client.allowedOauthScopes;
}

function problemOf(signIn: SignIn): string | undefined {
  const { client, query } = signIn;
  const type = query.get("response_type");
  if (type === null) return "invalid_request";
  if (type !== "code" && type !== "token") return "unsupported_response_type";
  const hasCodeFlow = client.allowedOauthFlowsUserPoolClient && client.allowedOauthFlows.includes("code");
  // Clients here have no implicit grant: local/cognito/inputs.ts takes none.
  if (type === "token" || !hasCodeFlow) return "unauthorized_client";
  if (query.has("code_challenge") && query.get("code_challenge_method") !== "S256") return "invalid_request";
  const scopes = scopesOf(signIn);
  const needOpenid = scopes.some((scope) => ["profile", "email", "phone"].includes(scope));
  if (needOpenid && !scopes.includes("openid")) return "invalid_scope";
  return scopes.every((scope) => client.allowedOauthScopes.includes(scope)) ? undefined : "invalid_scope";
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
