import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../http";
import type { Asker } from "./challenges";
import { refusal } from "./errors";
import { refresh } from "./signIn";
import { type Grant, type Pool, type Store, type User, now } from "./store";
import { addGrant, issueTokens, revoke } from "./tokens";

/** A sign-in at the hosted UI that is done, and whose tokens its client may fetch once. */
interface PendingCode extends Asker {
  readonly user: User;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly authTime: number;
  readonly nonce: string | undefined;
  /** S256 of the verifier that the client has to show; undefined for a client that doesn't use PKCE. */
  readonly challenge: string | undefined;
  readonly expires: number;
}

/** Seconds that a code is good for, as on AWS. */
const codeLifetime = 300;

type OAuthErrorName =
  | "invalid_client"
  | "invalid_grant"
  | "invalid_request"
  | "invalid_token"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_token_type";

/** An error as an OAuth endpoint answers it: RFC 6749, section 5.2. */
export class OAuthError extends Error {
  readonly description: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly error: OAuthErrorName,
    readonly statusCode = 400,
    more: { description?: string; headers?: Record<string, string> } = {},
  ) {
    super(error);
    this.description = more.description;
    this.headers = more.headers ?? {};
  }
}

/** What Cognito's API refuses, as an OAuth endpoint says it. */
const oauthNames: Readonly<Record<string, OAuthErrorName>> = {
  InvalidParameterException: "unauthorized_client",
  NotAuthorizedException: "invalid_grant",
  ResourceNotFoundException: "invalid_client",
  UnauthorizedException: "unauthorized_client",
  UnsupportedOperationException: "invalid_request",
  UnsupportedTokenTypeException: "unsupported_token_type",
};

const exchangeFields = z.object({
  code: z.string(),
  redirect_uri: z.string(),
  code_verifier: z.string().optional(),
});
const refreshFields = z.object({ refresh_token: z.string() });
const clientFields = z.object({ client_id: z.string() });
const revokeFields = z.object({ token: z.string() });

/** The OAuth endpoints of a client's own requests: tokens for codes and refresh tokens, and their end. */
export class TokenEndpoint {
  private readonly codes = new Map<string, PendingCode>();

  constructor(private readonly store: Store) {}

  /** A code for a user who has signed in. */
  createCode(pending: Omit<PendingCode, "expires">): string {
    const code = randomBytes(24).toString("base64url");
    this.codes.set(code, { ...pending, expires: now() + codeLifetime });
    return code;
  }

  /** POST /oauth2/token. Throws OAuthError. */
  token(form: URLSearchParams, authorization: string | undefined): object {
    return oauthErrors(() => {
      const grantType = form.get("grant_type");
      if (grantType === null) throw new OAuthError("invalid_request");
      const asker = this.asker(form, authorization);
      switch (grantType) {
        case "authorization_code":
          return this.exchange(asker, form);
        case "refresh_token":
          return answer(asker.pool, refresh(asker, fields(refreshFields, form).refresh_token));
        case "client_credentials":
          // Clients here are for users: local/cognito/inputs.ts takes no others.
          throw new OAuthError("unauthorized_client");
        default:
          throw new OAuthError("unsupported_grant_type");
      }
    });
  }

  /** POST /oauth2/revoke. A token that isn't known is as good as revoked: RFC 7009. Throws OAuthError. */
  revoke(form: URLSearchParams, authorization: string | undefined): void {
    oauthErrors(() => revoke(this.asker(form, authorization), fields(revokeFields, form).token), 401);
  }

  /** The client that asks: it names itself in the form or the header, and one with a secret proves itself there. */
  private asker(form: URLSearchParams, authorization = ""): Asker {
    const [name, secret] = basicCredentials(authorization) ?? [
      fields(clientFields, form).client_id,
      form.get("client_secret") ?? "",
    ];
    if ((form.get("client_id") ?? name) !== name) throw new OAuthError("invalid_request");
    const asker = this.store.client(name);
    if ((asker.client.secret ?? "") !== secret) throw refusal("clientMissing", name);
    return asker;
  }

  private exchange({ pool, client }: Asker, form: URLSearchParams): object {
    const { code, redirect_uri: redirectUri, code_verifier: verifier = "" } = fields(exchangeFields, form);
    const pending = this.codes.get(code);
    this.codes.delete(code);
    const isGood =
      pending !== undefined &&
      pending.expires > now() &&
      pending.client === client &&
      pending.redirectUri === redirectUri &&
      (pending.challenge === undefined ? verifier === "" : pending.challenge === s256(verifier)) &&
      pending.user.enabled &&
      pool.users.get(pending.user.username) === pending.user;
    if (!isGood) throw new OAuthError("invalid_grant");
    const grant = addGrant(pool, client, pending.user, pending.scopes, pending.authTime);
    return { ...answer(pool, grant, pending.nonce), refresh_token: grant.refreshToken };
  }
}

/** An ID token only for who asked for `openid`. */
function answer(pool: Pool, grant: Grant, nonce?: string): object {
  const { AccessToken, IdToken, ExpiresIn } = issueTokens(pool, grant, { nonce });
  return {
    access_token: AccessToken,
    ...(grant.scopes.includes("openid") && { id_token: IdToken }),
    token_type: "Bearer",
    expires_in: ExpiresIn,
  };
}

/** Name and secret of HTTP's own scheme (RFC 7617), each encoded as in a form; undefined for another scheme or none. */
function basicCredentials(authorization: string): [name: string, secret: string] | undefined {
  const [, encoded] = /^Basic\s+(.+)$/i.exec(authorization) ?? [];
  if (encoded === undefined) return undefined;
  const [name = "", ...secret] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  const decoded = (text: string): string => new URLSearchParams(`x=${text}`).get("x") ?? "";
  return [decoded(name), decoded(secret.join(":"))];
}

function fields<T>(schema: z.ZodType<T>, form: URLSearchParams): T {
  const parsed = schema.safeParse(Object.fromEntries(form));
  if (!parsed.success) throw new OAuthError("invalid_request");
  return parsed.data;
}

/** @param unknownClientStatus of `invalid_client`, in which Cognito's endpoints differ */
function oauthErrors<T>(run: () => T, unknownClientStatus = 400): T {
  try {
    return run();
  } catch (error) {
    const name = error instanceof AwsError ? oauthNames[error.code] : undefined;
    if (name === undefined) throw error;
    throw new OAuthError(name, name === "invalid_client" ? unknownClientStatus : 400);
  }
}

const s256 = (verifier: string): string => createHash("sha256").update(verifier).digest("base64url");
