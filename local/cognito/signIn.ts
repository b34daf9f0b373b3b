import { randomBytes } from "node:crypto";
import { type Attribute, checkOwn, updateAttributes } from "./attributes";
import { refusal } from "./errors";
import { checkPassword, setPassword } from "./passwords";
import { type Client, type Grant, type Pool, type User, adminScope, keptName, now } from "./store";
import { addGrant, issueTokens, refreshableGrant } from "./tokens";

/** Who asks: a client of a pool. */
export interface Asker {
  readonly pool: Pool;
  readonly client: Client;
}

type Parameters = Readonly<Record<string, string>>;

/** Seconds that a challenge waits for its answer, as on AWS. */
const challengeLifetime = 180;

/** The flows by which a sign-in begins; a client's settings name each that it has as `ALLOW_…`. */
const flows: Readonly<Record<string, (asker: Asker, parameters: Parameters) => object>> = {
  USER_PASSWORD_AUTH: startByPassword,
  ADMIN_USER_PASSWORD_AUTH: startByPassword,
  REFRESH_TOKEN_AUTH: (asker, parameters) =>
    authenticated(asker, refresh(asker, required(parameters, "REFRESH_TOKEN")), false),
};

/** What a challenge is answered with, by its name. */
const challenges: Readonly<Record<string, (asker: Asker, session: string, responses: Parameters) => object>> =
  {
    NEW_PASSWORD_REQUIRED(asker, session, responses) {
      const username = required(responses, "USERNAME");
      const password = required(responses, "NEW_PASSWORD");
      const given = Object.entries(responses)
        .filter(([name]) => name.startsWith(attributePrefix))
        .map(([name, Value]) => ({ Name: name.slice(attributePrefix.length), Value }));
      const user = answerNewPassword(asker, session, { username, password, given });
      return authenticated(asker, addGrant(asker.pool, asker.client, user, [adminScope]));
    },
  };

const attributePrefix = "userAttributes.";

/** InitiateAuth, and AdminInitiateAuth with its own flow. */
export function startSignIn(asker: Asker, flow: string, parameters: Parameters, isAdmin = false): object {
  const name = flow === "REFRESH_TOKEN" ? "REFRESH_TOKEN_AUTH" : flow;
  const start = Object.hasOwn(flows, name) ? flows[name] : undefined;
  if (name.startsWith("ADMIN_") && !isAdmin) throw refusal("flowForAdmins");
  if (!asker.client.explicitAuthFlows.includes(`ALLOW_${name}`) || !start)
    throw refusal("flowDisabled", name);
  return start(asker, parameters);
}

export function answerChallenge(asker: Asker, name: string, session: string, responses: Parameters): object {
  const answer = Object.hasOwn(challenges, name) ? challenges[name] : undefined;
  if (!answer) throw refusal("challengeUnknown", name);
  return answer(asker, session, responses);
}

/** The grant that a refresh token stands for. */
export function refresh({ pool, client }: Asker, refreshToken: string): Grant {
  if (!client.explicitAuthFlows.includes("ALLOW_REFRESH_TOKEN_AUTH")) {
    throw refusal("flowDisabled", "REFRESH_TOKEN_AUTH");
  }
  return refreshableGrant(pool, client, refreshToken);
}

/** An answer with tokens; a refresh gives no new refresh token. */
export function authenticated({ pool }: Asker, grant: Grant, isNew = true): object {
  const tokens = issueTokens(pool, grant);
  const RefreshToken = isNew && { RefreshToken: grant.refreshToken };
  return {
    ChallengeParameters: {},
    AuthenticationResult: { ...tokens, TokenType: "Bearer", ...RefreshToken },
  };
}

function startByPassword(asker: Asker, parameters: Parameters): object {
  const { pool, client } = asker;
  const user = userByPassword(asker, required(parameters, "USERNAME"), required(parameters, "PASSWORD"));
  if (user.status !== "FORCE_CHANGE_PASSWORD") {
    return authenticated(asker, addGrant(pool, client, user, [adminScope]));
  }
  const { sub: _sub, ...attributes } = Object.fromEntries(user.attributes);
  return {
    ChallengeName: "NEW_PASSWORD_REQUIRED",
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: JSON.stringify(missingAttributes(pool, user).map((name) => attributePrefix + name)),
      userAttributes: JSON.stringify(attributes),
    },
    Session: openChallenge(asker, user),
  };
}

/** The user of this name and password. A wrong name and a wrong password look alike, if the client says so. */
export function userByPassword({ pool, client }: Asker, name: string, password: string): User {
  const user = pool.users.get(keptName(pool, name));
  if (!user && client.preventUserExistenceErrors === "LEGACY") throw refusal("userMissing");
  if (user?.password !== password) throw refusal("credentialsWrong");
  if (!user.enabled) throw refusal("userDisabled");
  if (user.status === "RESET_REQUIRED") throw refusal("resetRequired");
  return user;
}

/** @returns the session by which the user's answer is known */
export function openChallenge({ pool, client }: Asker, user: User): string {
  const session = randomBytes(48).toString("base64url");
  pool.challenges.set(session, { client, user, expires: now() + challengeLifetime });
  return session;
}

/** The user of a session, who has a new password from here on; one that is refused can be tried again. */
export function answerNewPassword(
  { pool, client }: Asker,
  session: string,
  answer: { username?: string; password: string; given?: readonly Attribute[] },
): User {
  const { username, password, given = [] } = answer;
  const challenge = pool.challenges.get(session);
  if (challenge?.client !== client) throw refusal("sessionInvalid");
  const { user, expires } = challenge;
  if (username !== undefined && keptName(pool, username) !== user.username) throw refusal("sessionInvalid");
  if (expires <= now()) throw refusal("sessionExpired");
  checkPassword(pool, password);
  checkOwn(given.map(({ Name }) => Name));
  const missing = missingAttributes(pool, user).find((name) => !given.some(({ Name }) => Name === name));
  if (missing !== undefined) throw refusal("attributeMissing", missing);
  updateAttributes(pool, user, given);
  setPassword(pool, user, password);
  pool.challenges.delete(session);
  return user;
}

/** What the pool requires of a user and an administrator left out. */
function missingAttributes({ schema }: Pool, { attributes }: User): string[] {
  const needed = schema.filter(({ required }) => required).map(({ name }) => name);
  return needed.filter((name) => !attributes.has(name));
}

function required(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (value === undefined) throw refusal("parameterMissing", name);
  return value;
}
