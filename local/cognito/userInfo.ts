import { AwsError } from "../http";
import type { Store } from "./store";
import { OAuthError } from "./tokenEndpoint";
import { grantOf, readableAttributes } from "./tokens";

/** GET /oauth2/userInfo: who has signed in, as far as the scopes of his access token tell. Throws OAuthError. */
export function userInfo(store: Store, authorization: string | undefined): object {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) {
    throw refused("invalid_request", 400, "Bad OAuth2 request at UserInfo Endpoint");
  }
  const { user, scopes } = grantOfToken(store, token);
  if (!scopes.includes("openid")) {
    throw refused("invalid_token", 401, "Access token does not contain openid scope");
  }
  return { ...Object.fromEntries(readableAttributes({ user, scopes })), username: user.username };
}

function grantOfToken(store: Store, token: string): ReturnType<typeof grantOf>["grant"] {
  try {
    return grantOf(store, token).grant;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const reason = "Access token is expired, disabled, or deleted, or the user has globally signed out.";
    throw refused("invalid_token", 401, reason);
  }
}

/** RFC 6750 has the reason in a header; Cognito has it in the body too. */
function refused(
  error: "invalid_request" | "invalid_token",
  status: number,
  description: string,
): OAuthError {
  const header = `Bearer error="${error}", error_description="${description}"`;
  return new OAuthError(error, status, { description, headers: { "www-authenticate": header } });
}
