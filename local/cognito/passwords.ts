import { randomInt } from "node:crypto";
import { refusal } from "./errors";
import {
  type Client,
  type Code,
  type Message,
  type Pool,
  type User,
  findUser,
  keepPassword,
  now,
} from "./store";

/** Seconds that a code to replace a forgotten password is good for, and one that proves an address. */
const codeLifetime = { reset: 3600, attribute: 86_400 };

/** Gives a user a password that he can keep, or throws Cognito's error. */
export function setPassword(pool: Pool, user: User, password: string, isPermanent = true): void {
  checkPassword(pool, password);
  keepPassword(pool, user, password);
  user.status = isPermanent ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD";
  user.resetCode = undefined;
  user.modified = now();
}

/** Cognito checks a password where it is set, never where it is used to sign in. */
export function checkPassword({ settings }: Pool, password: string): void {
  const policy = settings.passwordPolicy;
  const rules: readonly [applies: boolean, pattern: RegExp, problem: string][] = [
    [true, new RegExp(`^.{${policy.minimumLength},}$`, "su"), "Password not long enough"],
    [policy.requireUppercase, /[A-Z]/, "Password must have uppercase characters"],
    [policy.requireLowercase, /[a-z]/, "Password must have lowercase characters"],
    [policy.requireNumbers, /[0-9]/, "Password must have numeric characters"],
    [
      policy.requireSymbols,
      /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/,
      "Password must have symbol characters",
    ],
  ];
  const broken = rules.find(([applies, pattern]) => applies && !pattern.test(password));
  if (broken) throw refusal("passwordWeak", broken[2]);
}

interface CodeDelivery {
  readonly AttributeName: string;
  readonly DeliveryMedium: string;
  /** Shortened, such as `a***@e***`. */
  readonly Destination: string;
}

/** What Cognito says of a code that it sends to nobody, so that nobody learns who there is. */
export function pretendedDelivery(name: string): { CodeDeliveryDetails: CodeDelivery } {
  return { CodeDeliveryDetails: deliveryTo("email", `${name}@example.com`) };
}

/** Sends a user a code to replace his password with. Throws Cognito's error where he can't be reached. */
export function sendResetCode(
  { settings }: Pool,
  user: User,
  deliver: (message: Message) => void,
): { CodeDeliveryDetails: CodeDelivery } {
  const mechanisms = settings.accountRecoverySetting?.recoveryMechanisms ?? [
    { name: "verified_email", priority: 1 },
    { name: "verified_phone_number", priority: 2 },
  ];
  const names = [...mechanisms]
    .sort((a, b) => a.priority - b.priority)
    .map(({ name }) => name.replace(/^verified_/, ""));
  if (names[0] === "admin_only") throw refusal("recoveryByAdmins");
  const { attributes } = user;
  const name = names.find((one) => attributes.has(one) && attributes.get(`${one}_verified`) === "true");
  if (name === undefined) throw refusal("resetImpossible");
  user.resetCode = newCode(codeLifetime.reset);
  return sent(user, name, `Your password reset code is ${user.resetCode.code}`, deliver);
}

/** Sends a user a code to prove by that he reads what comes there. Throws Cognito's error where there is no address. */
export function sendAttributeCode(
  user: User,
  name: string,
  deliver: (message: Message) => void,
): { CodeDeliveryDetails: CodeDelivery } {
  if (!["email", "phone_number"].includes(name) || !user.attributes.get(name)) {
    throw refusal("attributeUnverifiable", name);
  }
  const code = newCode(codeLifetime.attribute);
  user.attributeCodes.set(name, code);
  return sent(user, name, `Your verification code is ${code.code}`, deliver);
}

export function verifyAttribute(user: User, name: string, code: string): void {
  checkCode(user.attributeCodes.get(name), code);
  user.attributeCodes.delete(name);
  user.attributes.set(`${name}_verified`, "true");
  user.modified = now();
}

function newCode(lifetime: number): Code {
  return { code: String(randomInt(1_000_000)).padStart(6, "0"), expires: now() + lifetime };
}

function checkCode(kept: Code | undefined, given: string): void {
  if (!kept || kept.expires <= now()) throw refusal("codeExpired");
  if (kept.code !== given) throw refusal("codeWrong");
}

function sent(
  user: User,
  name: string,
  text: string,
  deliver: (message: Message) => void,
): { CodeDeliveryDetails: CodeDelivery } {
  const to = user.attributes.get(name) ?? "";
  deliver({ username: user.username, to, text });
  return { CodeDeliveryDetails: deliveryTo(name, to) };
}

/** Replaces a forgotten password by a code. For who isn't there every code is wrong, where that may not be told. */
export function confirmReset(pool: Pool, client: Client, name: string, code: string, password: string): void {
  const user = visibleUser(pool, client, name);
  if (!user) throw refusal("codeWrong");
  checkCode(user.resetCode, code);
  setPassword(pool, user, password);
}

/** The user; undefined for who isn't there or is disabled, where the client may not learn that. */
export function visibleUser(pool: Pool, client: Client, name: string): User | undefined {
  const user = findUser(pool, name);
  if (user?.enabled) return user;
  if (client.preventUserExistenceErrors === "ENABLED") return undefined;
  throw refusal(user ? "userDisabled" : "userMissing");
}

function deliveryTo(name: string, to: string): CodeDelivery {
  if (name === "phone_number") {
    const Destination = `${to.slice(0, 1)}${"*".repeat(to.length - 5)}${to.slice(-4)}`;
    return { AttributeName: name, DeliveryMedium: "SMS", Destination };
  }
  const Destination = to.replace(/^(.)[^@]*@(.).*$/, "$1***@$2***");
  return { AttributeName: name, DeliveryMedium: "EMAIL", Destination };
}
