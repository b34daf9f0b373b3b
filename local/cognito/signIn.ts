import { createHash, createHmac } from "node:crypto";
import { own } from "../own";
import {
  type Asker,
  answerNewPassword,
  answerSetup,
  answerSoftwareToken,
  challengeOf,
  missingAttributes,
  nextChallenge,
  openChallenge,
} from "./challenges";
import { refusal } from "./errors";
import { checkSecretHash } from "./secrets";
import { type Verifier, isProof, newVerifier, openExchange } from "./srp";
import {
  type ChallengeName,
  type Grant,
  type Pool,
  type User,
  adminScope,
  findUser,
  hasPassword,
  keptName,
  now,
} from "./store";
import { addGrant, issueTokens, refreshableGrant } from "./tokens";

type Parameters = Readonly<Record<string, string>>;
type Flow = (asker: Asker, parameters: Parameters) => object;

/** The flows by which a sign-in begins; a client's settings name each that it has as `ALLOW_…`. */
const flows: Readonly<Record<string, Flow>> = {
  USER_PASSWORD_AUTH: startByPassword,
  ADMIN_USER_PASSWORD_AUTH: startByPassword,
  USER_SRP_AUTH: startBySrp,
  USER_AUTH: startByChoice,
  REFRESH_TOKEN_AUTH: (asker, parameters) => {
    const grant = refresh(asker, required(parameters, "REFRESH_TOKEN"));
    checkSecretHash(asker.client, grant.user.username, parameters.SECRET_HASH);
    return authenticated(asker, grant, false);
  },
};

/** Names that flows had before, and that older clients still use. */
const olderNames: Readonly<Record<string, string>> = {
  ADMIN_NO_SRP_AUTH: "ADMIN_USER_PASSWORD_AUTH",
  REFRESH_TOKEN: "REFRESH_TOKEN_AUTH",
};

type Answer = (asker: Asker, session: string, responses: Parameters) => object;

/** What a challenge is answered with, by its name. */
const challenges: Readonly<Record<ChallengeName, Answer>> = {
  SELECT_CHALLENGE(asker, session, responses) {
    if (challengeOf(asker, session).name !== "SELECT_CHALLENGE") throw refusal("sessionInvalid");
    const choice = own(choices, required(responses, "ANSWER"));
    if (!choice) throw refusal("choiceUnknown");
    asker.pool.challenges.delete(session);
    return choice(asker, responses);
  },
  PASSWORD_VERIFIER: answerSrp,
  NEW_PASSWORD_REQUIRED(asker, session, responses) {
    const password = required(responses, "NEW_PASSWORD");
    const given = Object.entries(responses)
      .filter(([name]) => name.startsWith(attributePrefix))
      .map(([name, Value]) => ({ Name: name.slice(attributePrefix.length), Value }));
    return proceed(asker, answerNewPassword(asker, session, password, given));
  },
  MFA_SETUP: (asker, session) => proceed(asker, answerSetup(asker, session), true),
  SOFTWARE_TOKEN_MFA(asker, session, responses) {
    const code = required(responses, "SOFTWARE_TOKEN_MFA_CODE");
    return proceed(asker, answerSoftwareToken(asker, session, code), true);
  },
};

const attributePrefix = "userAttributes.";

/** InitiateAuth, and AdminInitiateAuth with its own flow. */
export function startSignIn(asker: Asker, flow: string, parameters: Parameters, isAdmin = false): object {
  const name = own(olderNames, flow) ?? flow;
  const start = own(flows, name);
  if (name.startsWith("ADMIN_") && !isAdmin) throw refusal("flowForAdmins");
  if (!asker.client.explicitAuthFlows.includes(`ALLOW_${name}`) || !start) {
    throw name === "USER_SRP_AUTH" ? refusal("srpDisabled") : refusal("flowDisabled", name);
  }
  if (start !== flows.REFRESH_TOKEN_AUTH) {
    checkSecretHash(asker.client, required(parameters, "USERNAME"), parameters.SECRET_HASH);
  }
  return start(asker, parameters);
}

/** RespondToAuthChallenge. The exchange of SRP is known by its challenge; all else by the session. */
export function answerChallenge(
  asker: Asker,
  name: string,
  given: string | undefined,
  responses: Parameters,
): object {
  const answer = own(challenges, name);
  if (!answer) throw refusal("challengeUnknown", name);
  const session = name === "PASSWORD_VERIFIER" ? required(responses, "PASSWORD_CLAIM_SECRET_BLOCK") : given;
  if (session === undefined) throw refusal("parameterMissing", "Session");
  const { username } = challengeOf(asker, session, required(responses, "USERNAME"));
  // Whatever the user typed: the pool knows him by this name.
  checkSecretHash(asker.client, username, responses.SECRET_HASH);
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
  return proceed(
    asker,
    userByPassword(asker, required(parameters, "USERNAME"), required(parameters, "PASSWORD")),
  );
}

/** Tokens for a user whose password was right, or the next challenge. */
function proceed(asker: Asker, user: User, hasFactor = false): object {
  const { pool, client } = asker;
  const next = nextChallenge(asker, user, hasFactor);
  if (!next) return authenticated(asker, addGrant(pool, client, user, [adminScope]));
  return {
    ChallengeName: next.name,
    ChallengeParameters: { USER_ID_FOR_SRP: user.username, ...parametersOf(pool, user, next.name) },
    Session: next.session,
  };
}

function parametersOf(pool: Pool, user: User, name: ChallengeName): object {
  if (name === "MFA_SETUP") return { MFAS_CAN_SETUP: JSON.stringify(["SOFTWARE_TOKEN_MFA"]) };
  if (name !== "NEW_PASSWORD_REQUIRED") return {};
  const { sub: _sub, ...attributes } = Object.fromEntries(user.attributes);
  return {
    requiredAttributes: JSON.stringify(missingAttributes(pool, user).map((one) => attributePrefix + one)),
    userAttributes: JSON.stringify(attributes),
  };
}

/** The user of this name and password. A wrong name and a wrong password look alike, if the client says so. */
export function userByPassword(asker: Asker, name: string, password: string): User {
  const user = knownUser(asker, name);
  if (!user || !hasPassword(asker.pool, user, password)) throw refusal("credentialsWrong");
  return signInUser(asker.pool, user);
}

/** The user; undefined for nobody, where the client may not learn that. */
function knownUser({ pool, client }: Asker, name: string): User | undefined {
  const user = findUser(pool, name);
  if (!user && client.preventUserExistenceErrors === "LEGACY") throw refusal("userMissing");
  return user;
}

/** A user whose password was right, unless he may not sign in with it. */
function signInUser({ settings }: Pool, user: User): User {
  if (!user.enabled) throw refusal("userDisabled");
  if (user.status === "RESET_REQUIRED") throw refusal("resetRequired");
  const temporary = settings.passwordPolicy.temporaryPasswordValidityDays * 86_400;
  if (user.status === "FORCE_CHANGE_PASSWORD" && user.passwordSet + temporary <= now()) {
    throw refusal("temporaryPasswordExpired");
  }
  return user;
}

function startBySrp(asker: Asker, parameters: Parameters): object {
  const { pool } = asker;
  const name = required(parameters, "USERNAME");
  const clientValue = required(parameters, "SRP_A");
  const user = knownUser(asker, name);
  const username = user?.username ?? keptName(pool, name);
  const verifier = user?.password ?? decoy(pool, username);
  const exchange = openExchange(clientValue, verifier);
  if (!exchange) throw refusal("srpInvalid");
  openChallenge(asker, { name: "PASSWORD_VERIFIER", user, username, exchange }, exchange.secretBlock);
  return {
    ChallengeName: "PASSWORD_VERIFIER",
    ChallengeParameters: {
      SALT: verifier.salt,
      SECRET_BLOCK: exchange.secretBlock,
      SRP_B: exchange.publicValue,
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  };
}

/** For who isn't there: the same salt each time, by what only the pool knows, and a verifier that no password has. */
function decoy({ id, key }: Pool, username: string): Verifier {
  const secret = key.privateKey.export({ type: "pkcs8", format: "der" });
  const salt = createHmac("sha256", secret).update(username).digest("hex").slice(0, 32);
  return { ...newVerifier(id, username, createHash("sha256").update(salt).digest("hex")), salt };
}

function answerSrp(asker: Asker, session: string, responses: Parameters): object {
  const { pool } = asker;
  const { exchange, user, username } = challengeOf(asker, session);
  pool.challenges.delete(session);
  if (!exchange) throw refusal("sessionInvalid");
  const timestamp = required(responses, "TIMESTAMP");
  if (!/^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{1,2} \d{2}:\d{2}:\d{2} UTC \d{4}$/.test(timestamp)) {
    throw refusal("timestampInvalid");
  }
  const signature = required(responses, "PASSWORD_CLAIM_SIGNATURE");
  if (!isProof(exchange, { poolId: pool.id, name: username, timestamp, signature }) || !user) {
    throw refusal("credentialsWrong");
  }
  return proceed(asker, signInUser(pool, user));
}

/** The first factors between which USER_AUTH lets a user choose. */
const choices: Readonly<Record<string, Flow>> = { PASSWORD: startByPassword, PASSWORD_SRP: startBySrp };

function startByChoice(asker: Asker, parameters: Parameters): object {
  const name = required(parameters, "USERNAME");
  const { PREFERRED_CHALLENGE: preferred = "" } = parameters;
  const choice = own(choices, preferred);
  if (choice) return choice(asker, parameters);
  const user = knownUser(asker, name);
  const username = user?.username ?? keptName(asker.pool, name);
  return {
    ChallengeName: "SELECT_CHALLENGE",
    ChallengeParameters: { USERNAME: username, USER_ID_FOR_SRP: username },
    AvailableChallenges: Object.keys(choices),
    Session: openChallenge(asker, { name: "SELECT_CHALLENGE", user, username }),
  };
}

function required(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (value === undefined) throw refusal("parameterMissing", name);
  return value;
}
