import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../http";
import { type Asker, refresh } from "./signIn";
import { type Grant, type Pool, type Store, type User, now } from "./store";
import { addGrant, issueTokens, revoke } from "./tokens";

/** A sign-in at the hosted UI that is done, and whose tokens its client may fetch once. */
interface PendingCode extends Asker {
  readonly user: User;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
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
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_token_type";

/** An error as an OAuth endpoint answers it: RFC 6749, section 5.2. */
export class OAuthError extends Error {
  constructor(
    readonly error: OAuthErrorName,
    readonly statusCode = 400,
  ) {
    super(error);
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
  token(form: URLSearchParams): object {
    return oauthErrors(() => {
      const asker = this.asker(form);
      switch (form.get("grant_type")) {
        case "authorization_code":
          return this.exchange(asker, form);
        case "refresh_token":
          return answer(asker.pool, refresh(asker, fields(refreshFields, form).refresh_token));
        case null:
          throw new OAuthError("invalid_request");
        default:
          throw new OAuthError("unsupported_grant_type");
      }
    });
  }

  /** POST /oauth2/revoke. A token that isn't known is as good as revoked: RFC 7009. Throws OAuthError. */
  revoke(form: URLSearchParams): void {
    oauthErrors(() => revoke(this.asker(form), fields(revokeFields, form).token), 401);
  }

  private asker(form: URLSearchParams): Asker {
    const { client_id: clientId } = fields(z.object({ client_id: z.string() }), form);
    return this.store.client(clientId);
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
      (pending.challenge === undefined || pending.challenge === s256(verifier)) &&
      pending.user.enabled &&
      pool.users.get(pending.user.username) === pending.user;
    if (!isGood) throw new OAuthError("invalid_grant");
    const grant = addGrant(pool, client, pending.user, pending.scopes);
    return { ...answer(pool, grant, pending.nonce), refresh_token: grant.refreshToken };
  }
}

/** An ID token only for who asked for `openid`. */
function answer(pool: Pool, grant: Grant, nonce?: string): object {
  const { AccessToken, IdToken, ExpiresIn } = issueTokens(pool, grant, nonce);
  return {
    access_token: AccessToken,
    ...(grant.scopes.includes("openid") && { id_token: IdToken }),
    token_type: "Bearer",
    expires_in: ExpiresIn,
  };
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
