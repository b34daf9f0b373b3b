import { JwtRsaVerifier } from "aws-jwt-verify";
import { JwtExpiredError } from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { fetchKeys } from "../../functions/groupAuthorizer/verify";
import type { LocalLambda } from "../lambda/service";
import type { ApiOperation, Authorizer } from "./document";
import type { GatewayResponseType } from "./gatewayResponse";
import { type AuthorizerAnswer, authorizerAnswer, isAllowed } from "./policy";

interface Call {
  /** The header Authorization; undefined where there is none. */
  readonly token: string | undefined;
  /** `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` */
  readonly methodArn: string;
  readonly scopes: readonly string[];
}

/** What a function is told of the caller: the claims of his token, or what the authorizer's function said. */
export type Caller = Readonly<Record<string, unknown>>;

/** Who calls, or why the call is refused. */
type Check = (call: Call) => Promise<Caller | GatewayResponseType>;

export interface AuthorizerServices {
  readonly lambda: Pick<LocalLambda, "invoke">;
  /** The issuer of a pool's tokens. */
  readonly issuer: (userPoolId: string) => string;
  /** Where the first API is served; undefined for a free port. */
  readonly port?: number | undefined;
}

/** A function that decides as the authorizer would; it keeps what API Gateway keeps. */
export function authorizerCheck(authorizer: Authorizer, services: AuthorizerServices): Check {
  switch (authorizer.type) {
    case "cognito_user_pools":
      return cognitoCheck(services.issuer(authorizer.providerARNs[0]?.split("/").at(-1) ?? ""));
    case "token":
      return lambdaCheck(authorizer, services.lambda);
  }
}

/** The name of the authorizer that an operation is behind, with the scopes that it asks for. */
export function securityOf({
  security,
}: ApiOperation): [name: string, scopes: readonly string[]] | undefined {
  return Object.entries(security[0] ?? {})[0];
}

/** A method with scopes takes an access token that has one of them, a method without takes an ID token. */
function cognitoCheck(issuer: string): Check {
  const verifier = JwtRsaVerifier.create(
    { issuer, audience: null, jwksUri: `${issuer}/.well-known/jwks.json` },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  );
  return async ({ token, scopes }) => {
    if (token === undefined) return "UNAUTHORIZED";
    try {
      const claims = await verifier.verify(token.replace(/^Bearer\s+/i, ""));
      const { token_use: use, scope } = claims;
      if (scopes.length === 0) return use === "id" ? { claims } : "UNAUTHORIZED";
      const has = use === "access" ? String(scope).split(" ") : [];
      return scopes.some((wanted) => has.includes(wanted)) ? { claims } : "UNAUTHORIZED";
    } catch (error) {
      return error instanceof JwtExpiredError ? "EXPIRED_TOKEN" : "UNAUTHORIZED";
    }
  };
}

/** Asks the function, and keeps its answer for all calls with the same token. */
function lambdaCheck(
  authorizer: Extract<Authorizer, { type: "token" }>,
  lambda: AuthorizerServices["lambda"],
): Check {
  const { authorizerUri, authorizerResultTtlInSeconds: ttl } = authorizer;
  const expected = new RegExp(`^(?:${authorizer.identityValidationExpression ?? ".+"})$`, "s");
  const functionArn = /functions\/(.+)\/invocations$/.exec(authorizerUri)?.[1] ?? authorizerUri;
  const kept = new Map<string, { answer: AuthorizerAnswer; until: number }>();
  const decide = ({ policyDocument, principalId, context }: AuthorizerAnswer, methodArn: string) =>
    isAllowed(policyDocument, methodArn) ? { principalId, ...context } : "ACCESS_DENIED";
  return async ({ token, methodArn }) => {
    if (token === undefined || !expected.test(token)) return "UNAUTHORIZED";
    const known = kept.get(token);
    if (known && known.until > Date.now()) return decide(known.answer, methodArn);
    const result = await lambda.invoke(functionArn, { type: "TOKEN", authorizationToken: token, methodArn });
    if (result.functionError !== undefined) {
      const { errorMessage } = JSON.parse(result.payload) as { errorMessage?: string };
      return errorMessage === "Unauthorized" ? "UNAUTHORIZED" : "AUTHORIZER_FAILURE";
    }
    const answer = authorizerAnswer.safeParse(JSON.parse(result.payload));
    if (!answer.success) return "AUTHORIZER_CONFIGURATION_ERROR";
    kept.set(token, { answer: answer.data, until: Date.now() + ttl * 1000 });
    return decide(answer.data, methodArn);
  };
}
