import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../http";
import { type CognitoLibrary, issueTokens } from "./library";
import { signAgain } from "./tokenSigning";

/** What a user has let a client have by signing in for it. */
interface Grant {
  readonly clientId: string;
  readonly username: string;
  /** Separated by blanks, as in a token. */
  readonly scope: string;
}

interface PendingCode extends Grant {
  readonly redirectUri: string;
  /** S256 of the verifier that the client has to show; undefined for a client that doesn't use PKCE. */
  readonly challenge: string | undefined;
  readonly expires: number;
}

/** Milliseconds that a code is good for, as on AWS. */
const codeLifetime = 5 * 60_000;

/** An error as an OAuth token endpoint answers it: RFC 6749, section 5.2. */
export class OAuthError extends Error {}

const asForm = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  code: z.string().optional(),
  code_verifier: z.string().optional(),
  redirect_uri: z.string().optional(),
  refresh_token: z.string().optional(),
});

const refreshRequest = z.object({
  AuthFlow: z.enum(["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"]),
  AuthParameters: z.object({ REFRESH_TOKEN: z.string() }),
});

const refreshed = z.looseObject({
  AuthenticationResult: z.looseObject({
    AccessToken: z.string(),
    IdToken: z.string(),
    ExpiresIn: z.number(),
  }),
});

type Call = (operation: string, body: unknown) => Promise<unknown>;

/** The codes and refresh tokens that the hosted UI has given out, each with what it stands for. */
export class Grants {
  private readonly codes = new Map<string, PendingCode>();
  private readonly refreshTokens = new Map<string, Grant>();

  constructor(
    private readonly library: CognitoLibrary,
    private readonly call: Call,
  ) {}

  /** A code for a user who has signed in; it can be exchanged once. */
  createCode(grant: Omit<PendingCode, "expires">): string {
    const code = randomBytes(24).toString("base64url");
    this.codes.set(code, { ...grant, expires: Date.now() + codeLifetime });
    return code;
  }

  /** Answers POST /oauth2/token. Throws OAuthError. */
  async token(form: URLSearchParams): Promise<object> {
    const fields = asForm.parse(Object.fromEntries(form));
    switch (fields.grant_type) {
      case "authorization_code":
        return this.exchange(fields);
      case "refresh_token":
        return this.refresh(fields.client_id ?? "", fields.refresh_token ?? "");
      case undefined:
        throw new OAuthError("invalid_request");
      default:
        throw new OAuthError("unsupported_grant_type");
    }
  }

  /**
   * Cognito's API in front of which the grants stand: a token that was got here keeps its scopes when it is
   * refreshed by InitiateAuth.
   */
  readonly initiateAuth: Call = async (operation, body) => {
    const request = operation === "InitiateAuth" ? refreshRequest.safeParse(body) : undefined;
    const grant = request?.success
      ? this.refreshTokens.get(request.data.AuthParameters.REFRESH_TOKEN)
      : undefined;
    if (!grant) return this.call(operation, body);
    const answer = refreshed.parse(await this.call(operation, body));
    const { AuthenticationResult: tokens } = answer;
    const AccessToken = signAgain(tokens.AccessToken, { scope: grant.scope });
    return { ...answer, AuthenticationResult: { ...tokens, AccessToken } };
  };

  private async exchange(fields: z.infer<typeof asForm>): Promise<object> {
    const pending = this.codes.get(fields.code ?? "");
    this.codes.delete(fields.code ?? "");
    const good =
      pending !== undefined &&
      pending.expires > Date.now() &&
      pending.clientId === fields.client_id &&
      pending.redirectUri === fields.redirect_uri &&
      (pending.challenge === undefined || pending.challenge === s256(fields.code_verifier ?? ""));
    const tokens = good ? await issueTokens(this.library, pending) : undefined;
    if (!good || !tokens) throw new OAuthError("invalid_grant");
    this.refreshTokens.set(tokens.RefreshToken, pending);
    return answer(pending.scope, tokens.AccessToken, tokens.IdToken, tokens.RefreshToken);
  }

  private async refresh(ClientId: string, REFRESH_TOKEN: string): Promise<object> {
    const grant = this.refreshTokens.get(REFRESH_TOKEN);
    const request = { AuthFlow: "REFRESH_TOKEN_AUTH", ClientId, AuthParameters: { REFRESH_TOKEN } };
    try {
      const { AuthenticationResult: tokens } = refreshed.parse(
        await this.initiateAuth("InitiateAuth", request),
      );
      return answer(grant?.scope ?? "openid", tokens.AccessToken, tokens.IdToken);
    } catch (error) {
      if (error instanceof AwsError) throw new OAuthError("invalid_grant");
      throw error;
    }
  }
}

/** A token endpoint's answer: an ID token only for who asked for `openid`. */
function answer(scope: string, accessToken: string, idToken: string, refreshToken?: string): object {
  return {
    access_token: accessToken,
    ...(scope.split(" ").includes("openid") && { id_token: idToken }),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    token_type: "Bearer",
    expires_in: secondsOf(accessToken),
  };
}

function secondsOf(token: string): number {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  const { exp, iat } = z.object({ exp: z.number(), iat: z.number() }).parse(JSON.parse(payload));
  return exp - iat;
}

const s256 = (verifier: string): string => createHash("sha256").update(verifier).digest("base64url");
