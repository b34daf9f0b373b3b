import { randomBytes } from "node:crypto";
import { InitiateAuthCommand, RevokeTokenCommand } from "@aws-sdk/client-cognito-identity-provider";
import { z } from "zod";
import { GroundworkError } from "../../infra/error";
import { memberGroup, nameOf, routes } from "../../infra/auth/apiRoutes";
import { type Pool, addToGroup, createUser, deleteUser } from "./admin";
import { readEnvFile } from "./envFile";
import { hostedUiOf, jsonOf, signInByForm } from "./hostedSignIn";
import { type ActualMatrix, type ExpectedRow, type TokenKind, expectedMatrix, tokenKinds } from "./matrix";
import { accessTokenBySrp } from "./srp";
import { type Target, isLoopback } from "./target";
import { claimsOf, signIn } from "./tokens";

interface Progress {
  update(done: number): void;
}

/**
 * What the stack's API has to answer: all routes of the code are called, but those that auth:databaseRoutes left out.
 * @throws GroundworkError for an API with a route that the code has no more
 */
export async function expectedOf(target: Target): Promise<readonly ExpectedRow[]> {
  const deployed = await target.output("routes");
  const gone = deployed.filter((name) => !routes.some((route) => nameOf(route) === name));
  if (gone.length > 0) {
    throw new GroundworkError(
      `${gone.join(", ")} is deployed and no more in infra/auth/apiRoutes.ts: deploy the auth stack`,
    );
  }
  return expectedMatrix(
    routes.filter((route) => route.function?.database !== true || deployed.includes(nameOf(route))),
  );
}

/**
 * Calls every expected route of the stack's API with every kind of token. For the tokens it makes two users, one of them a
 * member of the group, and deletes them in the end, whatever happens in between.
 */
export async function checkApi(
  target: Target,
  pool: Pool,
  expected: readonly ExpectedRow[],
  progress: Progress,
  stop: AbortSignal,
): Promise<ActualMatrix> {
  const apiUrl = await target.output("apiUrl");
  const tokens = await withUsers(pool, (users) => tokensOf(target, users));
  let done = 0;
  const matrix: (number | undefined)[][] = [];
  for (const { method, path, body } of expected) {
    const row: (number | undefined)[] = [];
    for (const kind of tokenKinds) {
      stop.throwIfAborted();
      const token = tokens[kind];
      row.push(token === undefined ? undefined : await call(`${apiUrl}${path}`, method, token, body));
      progress.update(++done);
    }
    matrix.push(row);
  }
  return matrix;
}

interface CheckUser {
  readonly username: string;
  readonly password: string;
}

async function withUsers<T>(
  pool: Pool,
  use: (users: { member: CheckUser; other: CheckUser }) => Promise<T>,
): Promise<T> {
  const newUser = (): CheckUser => ({
    username: `check-api-${randomBytes(5).toString("hex")}`,
    password: `Aa1!${randomBytes(18).toString("base64url")}`,
  });
  const users = { member: newUser(), other: newUser() };
  const made: CheckUser[] = [];
  try {
    for (const user of Object.values(users)) {
      made.push(user);
      await createUser(pool, { ...user, temporary: false, attributes: {} });
    }
    await addToGroup(pool, users.member.username, memberGroup);
    return await use(users);
  } finally {
    for (const { username } of made) await deleteUser(pool, username).catch(ignoreMissing);
  }
}

/** A user whose making failed isn't there to be deleted. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error) || error.name !== "UserNotFoundException") throw error;
}

async function tokensOf(
  target: Target,
  { member, other }: { member: CheckUser; other: CheckUser },
): Promise<Record<TokenKind, string | undefined>> {
  const noNewPassword = (): Promise<string> => Promise.reject(new Error("The password is not temporary"));
  const members = await signIn(target, member, noNewPassword);
  const others = await signIn(target, other, noNewPassword);
  const scoped = await signInByForm(await hostedUiOf(target), other);
  const refreshToken = others.refreshToken ?? "";
  return {
    none: "",
    garbage: "not-a-token",
    expired: await expiredToken(target, others.accessToken),
    access: others.accessToken,
    SRP: await accessTokenBySrp(target, other),
    refreshed: await refreshed(target, refreshToken),
    "ended refresh": await endedRefresh(target, others.accessToken, refreshToken),
    ID: others.idToken,
    scoped: scoped.accessToken,
    member: members.accessToken,
    "non-member": others.accessToken,
  };
}

/**
 * A token that was good and has expired: on this machine the pool makes one; on AWS it is the one in the env file, if
 * that has expired. There is none otherwise, because Cognito's last five minutes at least.
 */
async function expiredToken(target: Target, good: string): Promise<string | undefined> {
  const { iss } = claimsOf(good);
  if (isLoopback(String(iss))) {
    const answer = await fetch(`${String(iss)}/expired-token`, { method: "POST", body: good });
    // Another emulator of Cognito has no such thing.
    const made = expiredAnswer.safeParse(await jsonOf(answer));
    if (answer.ok && made.success) return made.data.token;
  }
  const stored = readEnvFile(target.options.env).COGNITO_ACCESS_TOKEN ?? "";
  const claims = claimsOf(stored);
  return claims.iss === iss && Number(claims.exp) * 1000 < Date.now() ? stored : undefined;
}

/** The access token that a refresh gives. */
async function refreshed(target: Target, refreshToken: string): Promise<string | undefined> {
  const answer = await (
    await target.connect()
  ).send(
    new InitiateAuthCommand({
      ClientId: await target.clientId(),
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: refreshToken },
    }),
  );
  return answer.AuthenticationResult?.AccessToken;
}

/**
 * A refresh token that is good no more: on this machine the pool lets it expire, on AWS, where that takes an hour at
 * least, it is revoked.
 * @throws GroundworkError where it still gives tokens
 */
async function endedRefresh(target: Target, accessToken: string, refreshToken: string): Promise<string> {
  const { iss } = claimsOf(accessToken);
  const isExpired =
    isLoopback(String(iss)) &&
    (await fetch(`${String(iss)}/expired-token`, { method: "POST", body: refreshToken })).ok;
  if (!isExpired) {
    const ClientId = await target.clientId();
    await (await target.connect()).send(new RevokeTokenCommand({ ClientId, Token: refreshToken }));
  }
  const given = await refreshed(target, refreshToken).catch((error: Error) => {
    if (error.name !== "NotAuthorizedException") throw error;
  });
  if (given !== undefined) throw new GroundworkError("A refresh token that has ended still gives tokens");
  return refreshToken;
}

const expiredAnswer = z.object({ token: z.string() });

async function call(url: string, method: string, token: string, body: unknown): Promise<number> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token !== "" && { authorization: token }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  return response.status;
}
