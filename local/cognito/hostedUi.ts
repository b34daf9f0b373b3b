import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError, readBody, sendJson } from "../http";
import { own } from "../own";
import {
  type Asker,
  answerNewPassword,
  answerSetup,
  answerSoftwareToken,
  challengeOf,
  newSoftwareToken,
  nextChallenge,
  verifySoftwareToken,
} from "./challenges";
import { errorPage, newPasswordPage, setupPage, signInPage, softwareTokenPage } from "./hostedUiPages";
import { HostedSessions, csrfOf, isOwnForm, sendPage } from "./hostedSessions";
import { userByPassword } from "./signIn";
import { type Store, type User, now } from "./store";
import { OAuthError, TokenEndpoint } from "./tokenEndpoint";
import { userInfo } from "./userInfo";

/** A request to sign in whose client and return address are known to be good. */
interface SignIn extends Asker {
  readonly redirectUri: string;
  readonly query: URLSearchParams;
}

/** What is asked of the hosted UI, and by whom. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
}

/** What stands on a page instead of an answer. */
class PageError extends Error {}

/** By path, the methods that it takes and what it does. */
type Endpoint = readonly [methods: readonly string[], run: (exchange: Exchange) => void];

const none: Endpoint = [[], () => undefined];

/** Cognito's hosted UI, the classic one: sign-in page and OAuth endpoints, for the authorization code grant. */
export class HostedUi {
  private readonly endpoint: TokenEndpoint;
  private readonly sessions = new HostedSessions();
  private readonly endpoints: Readonly<Record<string, Endpoint>> = {
    "/oauth2/authorize": [["GET"], (exchange) => this.authorize(exchange)],
    "/login": [["GET", "POST"], (exchange) => this.login(exchange)],
    "/logout": [["GET"], (exchange) => this.logout(exchange)],
    "/oauth2/token": [
      ["POST"],
      ({ request, response, form }) =>
        sendJson(response, 200, this.endpoint.token(form, request.headers.authorization), oauthHeaders),
    ],
    "/oauth2/revoke": [
      ["POST"],
      ({ request, response, form }) => {
        this.endpoint.revoke(form, request.headers.authorization);
        response.writeHead(200, oauthHeaders).end();
      },
    ],
    "/oauth2/userInfo": [
      ["GET", "POST"],
      ({ request, response }) =>
        sendJson(response, 200, userInfo(this.store, request.headers.authorization), oauthHeaders),
    ],
  };

  constructor(private readonly store: Store) {
    this.endpoint = new TokenEndpoint(store);
  }

  serves(pathname: string): boolean {
    return own(this.endpoints, pathname) !== undefined;
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const [methods, run] = own(this.endpoints, url.pathname) ?? none;
    try {
      const form = new URLSearchParams((await readBody(request, 100_000)).toString("utf8"));
      if (!methods.includes(request.method ?? "")) {
        response.writeHead(405, { allow: methods.join(", ") }).end();
        return;
      }
      run({ request, response, query: url.searchParams, form });
    } catch (error) {
      if (error instanceof OAuthError) {
        const { error: name, description } = error;
        const body = { error: name, ...(description !== undefined && { error_description: description }) };
        sendJson(response, error.statusCode, body, { ...oauthHeaders, ...error.headers });
      } else if (error instanceof PageError) sendPage(response, 400, errorPage(error.message));
      else throw error;
    }
  }

  /** Checks what an app asks for; whoever is signed in already goes back at once, others to the sign-in page. */
  private authorize({ request, response, query }: Exchange): void {
    const signIn = this.signInOf(query);
    const problem = problemOf(signIn);
    if (problem !== undefined) return sendBack(response, signIn, { error: problem });
    const prompt = query.get("prompt");
    const known = prompt === "login" ? undefined : this.sessions.find(request, signIn.pool);
    if (known) return this.finish(response, signIn, known.user, known.authTime);
    if (prompt === "none") return sendBack(response, signIn, { error: "login_required" });
    redirect(response, `/login?${query.toString()}`);
  }

  private login({ request, response, query, form }: Exchange): void {
    const signIn = this.signInOf(query);
    const csrf = csrfOf(request);
    if (request.method === "GET") return sendPage(response, 200, signInPage(csrf), csrf);
    const problem = problemOf(signIn);
    if (problem !== undefined) return sendBack(response, signIn, { error: problem });
    if (!isOwnForm(request, form)) throw tooOld();
    const session = form.get("session");
    if (session !== null) return this.goOn(request, response, signIn, session, form);
    const username = form.get("username") ?? "";
    try {
      const user = userByPassword(signIn, username, form.get("password") ?? "");
      this.proceed(request, response, signIn, user);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // The page tells a stranger nothing of a user who is disabled or isn't there.
      const isTold = error.code === "PasswordResetRequiredException";
      const refusal = isTold ? error.message : "Incorrect username or password.";
      sendPage(response, 400, signInPage(csrf, username, refusal), csrf);
    }
  }

  /** Takes the answer to what was asked of a user whose password was right. */
  private goOn(
    request: IncomingMessage,
    response: ServerResponse,
    signIn: SignIn,
    session: string,
    form: URLSearchParams,
  ): void {
    const code = (form.get("authentication_code") ?? "").trim();
    try {
      const challenge = challengeOf(signIn, session);
      switch (challenge.name) {
        case "NEW_PASSWORD_REQUIRED": {
          const password = form.get("new_password") ?? "";
          return this.proceed(request, response, signIn, answerNewPassword(signIn, session, password));
        }
        case "SOFTWARE_TOKEN_MFA":
          return this.proceed(request, response, signIn, answerSoftwareToken(signIn, session, code), true);
        case "MFA_SETUP":
          verifySoftwareToken(challenge.softwareToken, code);
          return this.proceed(request, response, signIn, answerSetup(signIn, session), true);
        case "PASSWORD_VERIFIER":
        case "SELECT_CHALLENGE":
          throw tooOld();
      }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.code === "NotAuthorizedException") throw tooOld();
      this.ask(request, response, signIn, session, error.message);
    }
  }

  /** Signs a user in, or asks him for what is still missing. */
  private proceed(
    request: IncomingMessage,
    response: ServerResponse,
    signIn: SignIn,
    user: User,
    hasFactor = false,
  ): void {
    const next = nextChallenge(signIn, user, hasFactor);
    if (next) return this.ask(request, response, signIn, next.session);
    const { cookie, authTime } = this.sessions.open(signIn.pool, user);
    response.appendHeader("set-cookie", cookie);
    this.finish(response, signIn, user, authTime);
  }

  private ask(
    request: IncomingMessage,
    response: ServerResponse,
    signIn: SignIn,
    session: string,
    problem?: string,
  ): void {
    const challenge = challengeOf(signIn, session);
    const csrf = csrfOf(request);
    const page = (): string => {
      if (challenge.name === "NEW_PASSWORD_REQUIRED") return newPasswordPage(csrf, session, problem);
      if (challenge.name === "SOFTWARE_TOKEN_MFA") return softwareTokenPage(csrf, session, problem);
      challenge.softwareToken ??= newSoftwareToken(signIn.pool);
      return setupPage(csrf, session, challenge.softwareToken.secret, problem);
    };
    sendPage(response, problem === undefined ? 200 : 400, page(), csrf);
  }

  private finish(response: ServerResponse, signIn: SignIn, user: User, authTime = now()): void {
    const { pool, client, redirectUri, query } = signIn;
    const code = this.endpoint.createCode({
      ...{ pool, client, user, redirectUri, scopes: scopesOf(signIn), authTime },
      nonce: query.get("nonce") ?? undefined,
      challenge: query.get("code_challenge") ?? undefined,
    });
    sendBack(response, signIn, { code });
  }

  /** Ends the browser's session; then to an address that the client may sign out to, or to the sign-in page. */
  private logout({ request, response, query }: Exchange): void {
    const asker = this.store.findClient(query.get("client_id") ?? "");
    if (!query.has("client_id")) throw new PageError("Required String parameter 'client_id' is not present");
    if (!asker?.pool.hasDomain) throw new PageError("Client does not exist.");
    const address = query.get("logout_uri");
    if (address === null) this.signInOf(query);
    else if (!asker.client.logoutUrls.includes(address)) throw new PageError("redirect_mismatch");
    response.appendHeader("set-cookie", this.sessions.close(request));
    redirect(response, address ?? `/login?${query.toString()}`);
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

const tooOld = (): PageError => new PageError("The page is too old: go back and sign in again");

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
  if (query.has("code_challenge") !== query.has("code_challenge_method")) return "invalid_request";
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
