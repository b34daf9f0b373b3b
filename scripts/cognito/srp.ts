import { AuthenticationDetails, CognitoUser, CognitoUserPool } from "amazon-cognito-identity-js";
import type { Target } from "./target";

/**
 * The access token of a sign-in that proves the password without sending it, as Cognito's own libraries do by default;
 * undefined where the client doesn't have that flow.
 */
export async function accessTokenBySrp(
  target: Target,
  { username, password }: { username: string; password: string },
): Promise<string | undefined> {
  const { config } = await target.connect();
  const at = await config.endpoint?.();
  const userPool = new CognitoUserPool({
    UserPoolId: await target.userPoolId(),
    ClientId: await target.clientId(),
    ...(at && { endpoint: `${at.protocol}//${at.hostname}${at.port === undefined ? "" : `:${at.port}`}` }),
  });
  const user = new CognitoUser({ Username: username, Pool: userPool });
  return new Promise((resolve, reject) => {
    user.authenticateUser(new AuthenticationDetails({ Username: username, Password: password }), {
      onSuccess: (session) => resolve(session.getAccessToken().getJwtToken()),
      onFailure: (error: Error) =>
        error.message.includes("SRP_AUTH is not enabled") ? resolve(undefined) : reject(error),
    });
  });
}
