import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from "aws-lambda";
import { type Verify, tokenVerifier } from "./verify";

export interface GroupAuthorizerOptions {
  /** The group whose members may call every route. */
  readonly memberGroup: string;
  /** What every signed-in user may call, as `<METHOD>/<path>`: `GET/admin-only/all`. */
  readonly everyone: readonly string[];
}

/**
 * The callback of an API Gateway authorizer that decides by the groups in an access token. Its environment names
 * whose tokens it takes: `TOKEN_ISSUER`, and `TOKEN_CLIENT_IDS` separated by commas.
 *
 * API Gateway keeps an answer for all requests with the same token, so the answer is about the whole API and not
 * about the route that was called. Routes are allowed by name, never denied by name: a path can be spelled in more
 * ways than one (`/admin-only/`), and whatever isn't named is refused.
 *
 * @throws Error "Unauthorized", which API Gateway answers with 401; any other error becomes a 500.
 */
export function groupAuthorizerHandler(
  options: GroupAuthorizerOptions,
): (event: APIGatewayTokenAuthorizerEvent) => Promise<APIGatewayAuthorizerResult> {
  // Kept from one call to the next, with the pool's keys in it. Made at the first, because a verifier can't be
  // serialized.
  const kept: { verify?: Verify } = {};
  return async ({ authorizationToken, methodArn }) => {
    kept.verify ??= tokenVerifier({
      issuer: required("TOKEN_ISSUER"),
      clientIds: required("TOKEN_CLIENT_IDS").split(","),
    });
    const user = await kept.verify(authorizationToken.replace(/^Bearer\s+/i, ""));
    if (!user) throw new Error("Unauthorized");
    const isMember = user.groups.includes(options.memberGroup);
    // arn:aws:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>
    const stage = methodArn.split("/").slice(0, 2).join("/");
    return {
      principalId: user.sub,
      policyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: "execute-api:Invoke",
            Resource: (isMember ? ["*"] : options.everyone).map((route) => `${stage}/${route}`),
          },
        ],
      },
      context: { username: user.username, groups: user.groups.join(",") },
    };
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set in the function's environment`);
  return value;
}
