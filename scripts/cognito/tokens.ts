import { createHmac } from "node:crypto";
import {
  type AuthenticationResultType,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { GroundworkError } from "../../infra/error";
import { type Answers, answerChallenges } from "./challenges";
import { readEnvFile, updateEnvFile } from "./envFile";
import type { Target } from "./target";

export interface Tokens {
  readonly accessToken: string;
  /** Only for who asked for the scope openid. */
  readonly idToken?: string | undefined;
  /** Not among the tokens of a refresh; "" where a sign-in gave none. */
  readonly refreshToken?: string | undefined;
}

/** Signs in by name and password, and answers what Cognito asks beyond them. */
export async function signIn(
  target: Target,
  credentials: { username: string; password: string },
  newPassword: Answers["newPassword"],
  code: Answers["code"] = noCode,
): Promise<Tokens> {
  const { username: USERNAME, password: PASSWORD } = credentials;
  const client = await target.connect();
  const ClientId = await target.clientId();
  const secret = (name: string) => secretHash(target, ClientId, name);
  const answer = await client.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME, PASSWORD, ...secret(USERNAME) },
    }),
  );
  return tokensOf(await answerChallenges(client, ClientId, answer, USERNAME, secret, { newPassword, code }));
}

const noCode: Answers["code"] = () =>
  Promise.reject(new GroundworkError("The pool asks for a second factor, and nobody is here to be asked"));

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

function tokensOf(result: AuthenticationResultType | undefined): Tokens {
  const { AccessToken: accessToken, IdToken: idToken, RefreshToken: refreshToken } = result ?? {};
  if (accessToken === undefined) {
    throw new GroundworkError("Cognito answered without tokens: look at the client's settings");
  }
  return { accessToken, idToken, refreshToken };
}

/** What a client with a secret has to send along. */
function secretHash(target: Target, clientId: string, username: string): Record<string, string> {
  const secret = target.clientSecret;
  if (secret === undefined) return {};
  return { SECRET_HASH: createHmac("sha256", secret).update(`${username}${clientId}`).digest("base64") };
}
