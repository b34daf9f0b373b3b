import { JwtRsaVerifier } from "aws-jwt-verify";
import { FetchError, JwkValidationError, JwksValidationError } from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";

/** Whose tokens are taken: those of one user pool for certain clients. */
export interface TokenRules {
  /** The `iss` claim; the pool's keys are at `<issuer>/.well-known/jwks.json`. */
  readonly issuer: string;
  /** The clients that a token may be for. */
  readonly clientIds: readonly string[];
}

/** What an access token says about its user. */
interface TokenUser {
  readonly sub: string;
  readonly username: string;
  readonly groups: readonly string[];
}

/** The user of an access token; undefined for a token that isn't good, whatever is wrong with it. */
export type Verify = (token: string) => Promise<TokenUser | undefined>;

/**
 * A function that verifies access tokens: signature, issuer, use, client and times. It keeps the pool's keys and
 * fetches them again for a key that it doesn't know.
 *
 * The function throws what is no fault of the token: keys that can't be fetched, or are none.
 */
export function tokenVerifier({ issuer, clientIds }: TokenRules): Verify {
  const verifier = JwtRsaVerifier.create(
    {
      issuer,
      // Cognito's access tokens have no audience but a client_id.
      audience: null,
      customJwtCheck: ({ payload }) => {
        if (payload.token_use !== "access") throw new Error("token_use is not access");
        const { client_id: clientId } = payload;
        if (typeof clientId !== "string" || !clientIds.includes(clientId)) {
          throw new Error("client_id is not allowed");
        }
      },
    },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  );
  return async (token) => {
    try {
      const { sub, username, "cognito:groups": groups } = await verifier.verify(token);
      return {
        sub: String(sub),
        username: typeof username === "string" ? username : "",
        groups: Array.isArray(groups) ? groups.map(String) : [],
      };
    } catch (error) {
      const isOurs = [FetchError, JwkValidationError, JwksValidationError].some(
        (kind) => error instanceof kind,
      );
      if (isOurs) throw error;
      console.log(JSON.stringify({ refused: (error as Error).message }));
      return undefined;
    }
  };
}

/** Throws FetchError, after three seconds at the latest. */
export async function fetchKeys(uri: string): Promise<ArrayBuffer> {
  try {
    const response = await fetch(uri, { signal: AbortSignal.timeout(3000) });
    if (response.ok) return await response.arrayBuffer();
    throw new Error(`HTTP status ${response.status}`);
  } catch (error) {
    throw new FetchError(uri, (error as Error).message);
  }
}
