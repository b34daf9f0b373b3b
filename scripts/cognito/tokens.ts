import { createHmac } from "node:crypto";
import {
  type AuthenticationResultType,
  InitiateAuthCommand,
  type InitiateAuthCommandOutput,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { GroundworkError } from "../../infra/error";
import { readEnvFile, updateEnvFile } from "./envFile";
import type { Target } from "./target";

export interface Tokens {
  readonly accessToken: string;
  /** Only for who asked for the scope openid. */
  readonly idToken?: string | undefined;
  /** Not among the tokens of a refresh; "" where a sign-in gave none. */
  readonly refreshToken?: string | undefined;
}

/** Signs in by name and password. `newPassword` is asked for when the password is a temporary one. */
export async function signIn(
  target: Target,
  credentials: { username: string; password: string },
  newPassword: () => Promise<string>,
): Promise<Tokens> {
  const { username: USERNAME, password: PASSWORD } = credentials;
  const client = await target.connect();
  const ClientId = await target.clientId();
  const answer = await client.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME, PASSWORD, ...secretHash(target, ClientId, USERNAME) },
    }),
  );
  if (answer.ChallengeName === undefined) return tokensOf(answer.AuthenticationResult);
  const { ChallengeName, Session, name } = newPasswordChallenge(answer, USERNAME);
  const answered = await client.send(
    new RespondToAuthChallengeCommand({
      ClientId,
      ChallengeName,
      Session,
      ChallengeResponses: {
        USERNAME: name,
        NEW_PASSWORD: await newPassword(),
        ...secretHash(target, ClientId, name),
      },
    }),
  );
  if (answered.ChallengeName !== undefined) newPasswordChallenge(answered, name);
  return tokensOf(answered.AuthenticationResult);
}

/** New access and ID tokens for the refresh token in the env file. */
export async function refresh(target: Target): Promise<Tokens> {
  const { client: ClientId, refreshToken, username } = await stored(target);
  const answer = await (
    await target.connect()
  ).send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: refreshToken, ...secretHash(target, ClientId, username) },
    }),
  );
  return tokensOf(answer.AuthenticationResult);
}

/** Ends what the refresh token in the env file stands for. Tokens that it gave stay good until they expire. */
export async function revoke(target: Target): Promise<void> {
  const { client: ClientId, refreshToken } = await stored(target);
  const ClientSecret = target.clientSecret;
  const client = await target.connect();
  await client.send(new RevokeTokenCommand({ ClientId, Token: refreshToken, ClientSecret }));
}

/** Writes the tokens into the env file, and no other line of it; an ID token that there is none of becomes empty. */
export function store(target: Target, { accessToken, idToken, refreshToken }: Tokens): void {
  updateEnvFile(target.options.env, {
    COGNITO_ACCESS_TOKEN: accessToken,
    COGNITO_ID_TOKEN: idToken ?? "",
    ...(refreshToken !== undefined && { COGNITO_REFRESH_TOKEN: refreshToken }),
  });
}

/** What a token says; nothing for what isn't a token. It is not verified: the token is the user's own. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
    const claims: unknown = JSON.parse(payload);
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The refresh token, and the client that it was given to: `login` has another client than `get-token`. */
async function stored(target: Target): Promise<{ client: string; refreshToken: string; username: string }> {
  const env = readEnvFile(target.options.env);
  const refreshToken = env.COGNITO_REFRESH_TOKEN ?? "";
  if (refreshToken === "") {
    throw new GroundworkError(
      `${target.options.env} has no COGNITO_REFRESH_TOKEN: sign in first with get-token or login`,
    );
  }
  const { client_id: client, username } = claimsOf(env.COGNITO_ACCESS_TOKEN ?? "");
  return {
    client: typeof client === "string" ? client : await target.clientId(),
    refreshToken,
    username: typeof username === "string" ? username : "",
  };
}

/** From here on Cognito goes by the user's name inside the pool: with sign-in by e-mail that is another. */
function newPasswordChallenge(answer: Partial<InitiateAuthCommandOutput>, username: string) {
  const { ChallengeName, Session, ChallengeParameters } = answer;
  const name = ChallengeParameters?.USER_ID_FOR_SRP ?? username;
  if (ChallengeName === "NEW_PASSWORD_REQUIRED") return { ChallengeName, Session, name };
  throw new GroundworkError(
    `Cognito asks for ${ChallengeName}, which this command can't answer: sign in with login, in a browser`,
  );
}

function tokensOf(result: AuthenticationResultType | undefined): Tokens {
  const { AccessToken: accessToken, IdToken: idToken, RefreshToken: refreshToken } = result ?? {};
  if (accessToken === undefined) {
    throw new GroundworkError("Cognito answered without tokens: look at the client's settings");
  }
  return { accessToken, idToken, refreshToken };
}

/** What a client with a secret has to send along. */
function secretHash(target: Target, clientId: string, username: string): { SECRET_HASH?: string } {
  const secret = target.clientSecret;
  if (secret === undefined) return {};
  return { SECRET_HASH: createHmac("sha256", secret).update(`${username}${clientId}`).digest("base64") };
}
