import { randomBytes } from "node:crypto";
import { type Attribute, checkOwn, updateAttributes } from "./attributes";
import { refusal } from "./errors";
import { checkPassword, setPassword } from "./passwords";
import {
  type Challenge,
  type ChallengeName,
  type Client,
  type Pool,
  type SoftwareToken,
  type User,
  findUser,
  keptName,
  now,
} from "./store";
import { newSecret, periodOf } from "./totp";

/*
 * What stands between a right password and tokens, for Cognito's API and its hosted UI alike. A challenge that is
 * answered wrongly stays open until it expires, unless it is SRP's, whose answer is taken once.
 */

/** Who asks: a client of a pool. */
export interface Asker {
  readonly pool: Pool;
  readonly client: Client;
}

/** @returns the session by which the answer is known */
export function openChallenge(
  { pool, client }: Asker,
  challenge: Pick<Challenge, "name" | "user" | "username" | "exchange">,
  session = randomBytes(48).toString("base64url"),
): string {
  const expires = now() + client.authSessionValidity * 60;
  pool.challenges.set(session, { ...challenge, client, expires });
  return session;
}

/** The challenge of a session, whatever it is; with `username`, of that user. Throws Cognito's error for another's. */
export function challengeOf({ pool, client }: Asker, session: string, username?: string): Challenge {
  const challenge = pool.challenges.get(session);
  if (challenge?.client !== client) throw refusal("sessionInvalid");
  const isOwn =
    username === undefined ||
    keptName(pool, username) === challenge.username ||
    (challenge.user !== undefined && findUser(pool, username) === challenge.user);
  if (!isOwn) throw refusal("sessionInvalid");
  if (challenge.expires <= now()) throw refusal("sessionExpired");
  return challenge;
}

/**
 * What a user whose password was right has to answer next; undefined where nothing is left.
 * @param hasFactor whether he has shown his second factor
 */
export function nextChallenge(
  asker: Asker,
  user: User,
  hasFactor = false,
): { name: ChallengeName; session: string } | undefined {
  const name = nextName(asker.pool, user, hasFactor);
  if (name === undefined) return undefined;
  return { name, session: openChallenge(asker, { name, user, username: user.username }) };
}

function nextName({ settings }: Pool, user: User, hasFactor: boolean): ChallengeName | undefined {
  const { mfaConfiguration: mfa } = settings;
  if (user.status === "FORCE_CHANGE_PASSWORD") return "NEW_PASSWORD_REQUIRED";
  if (hasFactor || mfa === "OFF") return undefined;
  const token = user.softwareToken?.isVerified ? user.softwareToken : undefined;
  if (token && (token.isEnabled || mfa === "ON")) return "SOFTWARE_TOKEN_MFA";
  return mfa === "ON" ? "MFA_SETUP" : undefined;
}

/** The user of a session, who has a new password from here on. Throws Cognito's error. */
export function answerNewPassword(
  asker: Asker,
  session: string,
  password: string,
  given: readonly Attribute[] = [],
): User {
  const { pool } = asker;
  const user = expectedUser(challengeOf(asker, session), "NEW_PASSWORD_REQUIRED");
  checkPassword(pool, password);
  checkOwn(given.map(({ Name }) => Name));
  const missing = missingAttributes(pool, user).find((name) => !given.some(({ Name }) => Name === name));
  if (missing !== undefined) throw refusal("attributeMissing", missing);
  updateAttributes(pool, user, given);
  setPassword(pool, user, password);
  pool.challenges.delete(session);
  return user;
}

/** The user of a session, whose authenticator app has shown a right code. Throws Cognito's error. */
export function answerSoftwareToken(asker: Asker, session: string, code: string): User {
  const user = expectedUser(challengeOf(asker, session), "SOFTWARE_TOKEN_MFA");
  const { softwareToken: token } = user;
  const period = token && periodOf(token.secret, code);
  if (!token || period === undefined) throw refusal("softwareTokenWrong");
  if (period <= (token.lastPeriod ?? 0)) throw refusal("softwareTokenUsed");
  token.lastPeriod = period;
  asker.pool.challenges.delete(session);
  return user;
}

/** A new authenticator app, which counts from its first right code on. Throws Cognito's error where none may be had. */
export function newSoftwareToken({ settings }: Pool): SoftwareToken {
  if (settings.mfaConfiguration === "OFF" || !settings.softwareTokenMfaConfiguration.enabled) {
    throw refusal("softwareTokenDisabled");
  }
  return { secret: newSecret(), isVerified: false, isEnabled: false, isPreferred: false };
}

/** Takes the first code of an authenticator app. Throws Cognito's error for a wrong one. */
export function verifySoftwareToken(token: SoftwareToken | undefined, code: string): void {
  if (!token) throw refusal("softwareTokenUnknown");
  const period = periodOf(token.secret, code);
  if (period === undefined) throw refusal("softwareTokenMismatch");
  token.lastPeriod = period;
  token.isVerified = true;
}

/** The user of a session, whose authenticator app is set up from here on. Throws Cognito's error. */
export function answerSetup(asker: Asker, session: string): User {
  const challenge = challengeOf(asker, session);
  const user = expectedUser(challenge, "MFA_SETUP");
  const { softwareToken } = challenge;
  if (!softwareToken?.isVerified) throw refusal("softwareTokenMissing");
  user.softwareToken = { ...softwareToken, isEnabled: true, isPreferred: true };
  asker.pool.challenges.delete(session);
  return user;
}

/** What the pool requires of a user and an administrator left out. */
export function missingAttributes({ schema }: Pool, { attributes }: User): string[] {
  const needed = schema.filter(({ required }) => required).map(({ name }) => name);
  return needed.filter((name) => !attributes.has(name));
}

function expectedUser({ name, user }: Challenge, expected: ChallengeName): User {
  if (name !== expected || !user) throw refusal("sessionInvalid");
  return user;
}
