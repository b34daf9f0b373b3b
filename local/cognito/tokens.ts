import { createHash, randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import { refusal } from "./errors";
import { signToken, signedClaims } from "./signing";
import { type Client, type Grant, type Pool, type Store, type User, adminScope, now } from "./store";

interface Tokens {
  readonly AccessToken: string;
  readonly IdToken: string;
  /** Seconds that the access token is good for. */
  readonly ExpiresIn: number;
}

/** A user who has proven to be himself to a client, with what he lets it have. */
export function addGrant(
  pool: Pool,
  client: Client,
  user: User,
  scopes: readonly string[],
  authTime = now(),
): Grant {
  const id = randomUUID();
  const grant: Grant = {
    id,
    refreshToken: `${id}.${randomBytes(48).toString("base64url")}`,
    client,
    user,
    scopes,
    authTime,
    expires: now() + seconds(client.refreshTokenValidity, client.tokenValidityUnits.refreshToken),
    isRevoked: false,
  };
  pool.grants.set(id, grant);
  return grant;
}

/**
 * New tokens for a grant.
 * @param oauth where the OAuth endpoint gives them: with what OpenID Connect has, and Cognito's own API doesn't
 * @param oauth.nonce the client's own mark of the sign-in that it asked for
 */
export function issueTokens(
  { key, issuer }: Pool,
  grant: Grant,
  oauth?: { readonly nonce: string | undefined },
): Tokens {
  const { accessTokenValidity, idTokenValidity, tokenValidityUnits: units } = grant.client;
  const ExpiresIn = seconds(accessTokenValidity, units.accessToken);
  const AccessToken = signToken(key, {
    ...sharedClaims(issuer, grant, ExpiresIn),
    token_use: "access",
    ...(oauth && { version: 2 }),
    client_id: grant.client.id,
    scope: grant.scopes.join(" "),
    username: grant.user.username,
  });
  const IdToken = signToken(key, {
    ...sharedClaims(issuer, grant, seconds(idTokenValidity, units.idToken)),
    token_use: "id",
    aud: grant.client.id,
    "cognito:username": grant.user.username,
    ...(oauth && { at_hash: halfHash(AccessToken), nonce: oauth.nonce }),
    ...attributeClaims(grant),
  });
  return { AccessToken, IdToken, ExpiresIn };
}

const halfHash = (token: string): string =>
  createHash("sha256").update(token).digest().subarray(0, 16).toString("base64url");

function sharedClaims(iss: string, { id, client, user, authTime }: Grant, lifetime: number): object {
  const iat = now();
  return {
    sub: user.attributes.get("sub"),
    ...(user.groups.size > 0 && { "cognito:groups": [...user.groups] }),
    iss,
    event_id: id,
    ...(client.enableTokenRevocation && { origin_jti: id }),
    auth_time: authTime,
    iat,
    exp: iat + lifetime,
    jti: randomUUID(),
  };
}

/** The attributes that the scopes let the client read: all of them, unless some are named. */
export function readableAttributes({ user, scopes }: Pick<Grant, "user" | "scopes">): [string, string][] {
  const named = scopes.filter((scope) => ["profile", "email", "phone"].includes(scope));
  return [...user.attributes].filter(
    ([name]) => name === "sub" || named.length === 0 || named.includes(scopeOf(name)),
  );
}

function scopeOf(attribute: string): string {
  if (/^email(_verified)?$/.test(attribute)) return "email";
  return /^phone_number(_verified)?$/.test(attribute) ? "phone" : "profile";
}

const attributeClaims = (grant: Grant): Record<string, unknown> =>
  Object.fromEntries(readableAttributes(grant).map(([name, value]) => [name, claimValue(name, value)]));

function claimValue(name: string, value: string): unknown {
  if (name.endsWith("_verified")) return value === "true";
  // OpenID Connect has an address as an object.
  return name === "address" ? { formatted: value } : value;
}

/** The grant of a refresh token. Throws Cognito's error where it gives no new tokens. */
export function refreshableGrant(pool: Pool, client: Client, refreshToken: string): Grant {
  const grant = findGrant(pool, refreshToken);
  if (grant?.client !== client) throw refusal("refreshTokenInvalid");
  if (grant.isRevoked) throw refusal("refreshTokenRevoked");
  if (grant.expires <= now()) throw refusal("refreshTokenExpired");
  if (!grant.user.enabled) throw refusal("userDisabled");
  return grant;
}

/** Ends what came of a refresh token; one that is not known, or revoked already, is as good as revoked. */
export function revoke({ pool, client }: { pool: Pool; client: Client }, token: string): void {
  if (!client.enableTokenRevocation) throw refusal("revocationDisabled");
  const grant = findGrant(pool, token);
  if (!grant && isSigned(pool, token)) throw refusal("tokenUnsupported");
  if (grant && grant.client !== client) throw refusal("tokenOfOther");
  if (grant) grant.isRevoked = true;
}

function findGrant(pool: Pool, refreshToken: string): Grant | undefined {
  const grant = pool.grants.get(refreshToken.split(".")[0] ?? "");
  return grant?.refreshToken === refreshToken ? grant : undefined;
}

const isSigned = ({ key }: Pool, token: string): boolean => signedClaims(key, token) !== undefined;

const accessClaims = z.looseObject({
  event_id: z.string(),
  exp: z.number(),
  token_use: z.literal("access"),
});

/** The bearer of an access token that lets him read and change his user. Throws Cognito's error otherwise. */
export function bearerOf(store: Store, token: string): { pool: Pool; user: User } {
  const { pool, grant } = grantOf(store, token);
  if (!grant.scopes.includes(adminScope)) throw refusal("scopeMissing");
  return { pool, user: grant.user };
}

/** The sign-in that an access token came of. Throws Cognito's error where the token is no good any more. */
export function grantOf(store: Store, token: string): { pool: Pool; grant: Grant } {
  for (const pool of store.pools.values()) {
    const claims = accessClaims.safeParse(signedClaims(pool.key, token));
    if (!claims.success) continue;
    const grant = pool.grants.get(claims.data.event_id);
    if (claims.data.exp <= now()) throw refusal("accessTokenExpired");
    if (grant && pool.users.get(grant.user.username) !== grant.user) throw refusal("userMissing");
    if (!grant || grant.isRevoked) throw refusal("accessTokenRevoked");
    if (!grant.user.enabled) throw refusal("userDisabled");
    return { pool, grant };
  }
  throw refusal("accessTokenInvalid");
}

/** An access or ID token as it would be an hour after its end; a refresh token ends. undefined for no token of the pool's. */
export function expired(pool: Pool, token: string): string | undefined {
  const grant = findGrant(pool, token);
  if (grant) grant.expires = now() - 3600;
  const claims = signedClaims(pool.key, token);
  if (typeof claims !== "object") return grant?.refreshToken;
  return signToken(pool.key, { ...claims, iat: now() - 7200, exp: now() - 3600 });
}

type Unit = Client["tokenValidityUnits"]["accessToken"];
const unitSeconds: Readonly<Record<Unit, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };
const seconds = (count: number, unit: Unit): number => count * unitSeconds[unit];
