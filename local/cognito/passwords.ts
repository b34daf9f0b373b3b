import { randomInt } from "node:crypto";
import { refusal } from "./errors";
import { type Client, type Message, type Pool, type User, keptName, now } from "./store";

/** Seconds that a code to replace a forgotten password is good for. */
const codeLifetime = 3600;

/** Gives a user a password that he can keep, or throws Cognito's error. */
export function setPassword(pool: Pool, user: User, password: string, isPermanent = true): void {
  checkPassword(pool, password);
  user.password = password;
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
  user: User,
  deliver: (message: Message) => void,
): { CodeDeliveryDetails: CodeDelivery } {
  const name = ["email", "phone_number"].find((one) => user.attributes.get(`${one}_verified`) === "true");
  const to = name && user.attributes.get(name);
  if (name === undefined || to === undefined) throw refusal("resetImpossible");
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  user.resetCode = { code, expires: now() + codeLifetime };
  deliver({ username: user.username, to, text: `Your password reset code is ${code}` });
  return { CodeDeliveryDetails: deliveryTo(name, to) };
}

/** Replaces a forgotten password by a code. For who isn't there every code is wrong, where that may not be told. */
export function confirmReset(pool: Pool, client: Client, name: string, code: string, password: string): void {
  const user = visibleUser(pool, client, name);
  if (!user) throw refusal("codeWrong");
  if (!user.resetCode || user.resetCode.expires <= now()) throw refusal("codeExpired");
  if (user.resetCode.code !== code) throw refusal("codeWrong");
  setPassword(pool, user, password);
}

/** The user; undefined for who isn't there or is disabled, where the client may not learn that. */
export function visibleUser(pool: Pool, client: Client, name: string): User | undefined {
  const user = pool.users.get(keptName(pool, name));
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
