import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { GroundworkError } from "../../infra/error";
import type { Target } from "./target";
import type { Tokens } from "./tokens";

/** A hosted UI and the client that signs in there. */
export interface HostedUi {
  readonly url: string;
  readonly clientId: string;
  readonly callbackUrls: readonly string[];
}

/** One sign-in: what is sent with the browser, and what is kept back to check what comes back. */
export interface SignInRequest {
  readonly hostedUi: HostedUi;
  readonly redirectUri: string;
  readonly state: string;
  readonly verifier: string;
  /** Where the browser goes. */
  readonly url: string;
}

/** The hosted UI of the stack's outputs. */
export async function hostedUiOf(target: Target): Promise<HostedUi> {
  return {
    url: await target.output("hostedUiUrl"),
    clientId: await target.output("hostedUiClientId"),
    callbackUrls: await target.output("loginCallbackUrls"),
  };
}

/** A new sign-in by authorization code with PKCE (RFC 7636); without scopes, for all that the client may have. */
export function newSignIn(
  hostedUi: HostedUi,
  redirectUri: string,
  scopes: readonly string[] = [],
): SignInRequest {
  const [state, verifier] = [randomBytes(24).toString("base64url"), randomBytes(48).toString("base64url")];
  const url = new URL("/oauth2/authorize", hostedUi.url);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: hostedUi.clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    ...(scopes.length > 0 && { scope: scopes.join(" ") }),
  }).toString();
  return { hostedUi, redirectUri, state, verifier, url: url.href };
}

/**
 * The code in the address that the browser was sent back to.
 * @throws GroundworkError for an answer to another sign-in, and for a refusal
 */
export function codeOf(request: SignInRequest, address: URL): string {
  const { searchParams } = address;
  if (searchParams.get("state") !== request.state) {
    throw new GroundworkError(
      "The answer is not to this sign-in (its state differs): begin again with login",
    );
  }
  const code = searchParams.get("code");
  if (code !== null) return code;
  const reason = searchParams.get("error_description") ?? searchParams.get("error") ?? "no code";
  throw new GroundworkError(`The hosted UI refused the sign-in: ${reason}`);
}

const tokenAnswer = z.object({
  access_token: z.string(),
  /** Of the scope openid. */
  id_token: z.string().optional(),
  refresh_token: z.string().optional(),
});

/** Exchanges a code for tokens. Throws GroundworkError where it is refused. */
export async function exchange(request: SignInRequest, code: string): Promise<Tokens> {
  const { hostedUi, redirectUri, verifier } = request;
  const response = await fetch(new URL("/oauth2/token", hostedUi.url), {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: hostedUi.clientId,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    }),
  });
  const answer = await jsonOf(response);
  const refused = refusal.safeParse(answer);
  if (refused.success) {
    const { error } = refused.data;
    throw new GroundworkError(
      `The hosted UI gave no tokens (${response.status} ${error}): begin again with login`,
    );
  }
  const tokens = tokenAnswer.safeParse(answer);
  if (!response.ok || !tokens.success) {
    const type = response.headers.get("content-type") ?? "nothing";
    throw new GroundworkError(
      `${response.url} answered ${response.status} with ${type} instead of tokens: look whether that is the pool's hosted UI`,
    );
  }
  const { access_token: accessToken, id_token: idToken, refresh_token: refreshToken = "" } = tokens.data;
  return { accessToken, idToken, refreshToken };
}

const refusal = z.object({ error: z.string() });

/** What a body holds; undefined for one that isn't JSON, whatever it says that it is. */
export async function jsonOf(response: Response): Promise<unknown> {
  const body = await response.text();
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * Signs in as a browser would: opens the page, fills its form in, follows to the code. For checks; a person uses
 * a browser.
 */
export async function signInByForm(
  hostedUi: HostedUi,
  { username, password }: { username: string; password: string },
): Promise<Tokens> {
  const request = newSignIn(hostedUi, hostedUi.callbackUrls[0] ?? "");
  const authorize = await fetch(request.url, { redirect: "manual" });
  const login = new URL(authorize.headers.get("location") ?? request.url, request.url);
  if (login.searchParams.has("error")) codeOf(request, login);
  const page = await fetch(login, { redirect: "manual", headers: cookies(authorize) });
  const html = await page.text();
  const csrf = /name="_csrf"\s+value="([^"]+)"/.exec(html)?.[1];
  if (csrf === undefined) throw new GroundworkError(`There is no sign-in form at ${login.origin}/login`);
  const answer = await fetch(login, {
    method: "POST",
    redirect: "manual",
    headers: cookies(authorize, page),
    body: new URLSearchParams({ _csrf: csrf, username, password }),
  });
  const location = answer.headers.get("location");
  if (location === null) {
    throw new GroundworkError(`The hosted UI refused to sign ${username} in (${answer.status})`);
  }
  return exchange(request, codeOf(request, new URL(location, login)));
}

/** The cookies that the responses set, as a request sends them. */
function cookies(...responses: readonly Response[]): { cookie: string } {
  const pairs = responses.flatMap(({ headers }) =>
    headers.getSetCookie().map((cookie) => cookie.split(";")[0] ?? ""),
  );
  return { cookie: pairs.join("; ") };
}
