import { z } from "zod";
import { refusal } from "./errors";
import { type Challenge, type Client, type Pool, type Store, type User, now, userOf } from "./store";
import { bearerOf } from "./tokens";

/** An operation of Cognito's API, made by the function below that says who may call it. */
export interface Operation {
  /** Whether it is an administrator's, whose requests are signed. */
  readonly isSigned: boolean;
  /** Answers what the request's JSON holds, or throws AwsError. */
  readonly run: (store: Store, body: unknown) => unknown;
}

interface Asked<T> {
  readonly store: Store;
  readonly pool: Pool;
  readonly input: T;
}

function operation<T, C extends object>(
  isSigned: boolean,
  schema: z.ZodType<T>,
  callerOf: (store: Store, input: T) => C,
  answer: (asked: Asked<T> & C) => unknown,
): Operation {
  const run = (store: Store, body: unknown): unknown => {
    const input = read(schema, body);
    return answer({ store, input, ...callerOf(store, input) } as Asked<T> & C);
  };
  return { isSigned, run };
}

/** For an administrator of a pool. */
export function admin<T>(schema: z.ZodType<T>, answer: (asked: Asked<T>) => unknown): Operation {
  const whole = z.object({ UserPoolId: z.string() }).and(schema);
  return operation(true, whole, (store, { UserPoolId }) => ({ pool: store.pool(UserPoolId) }), answer);
}

/** For an administrator, on a user who is there. */
export function adminOfUser<T>(
  schema: z.ZodType<T>,
  answer: (asked: Asked<T> & { readonly user: User }) => unknown,
): Operation {
  return admin(z.object({ Username: z.string() }).and(schema), ({ input, pool, store }) =>
    answer({ input, pool, store, user: userOf(pool, input.Username) }),
  );
}

/** For a client of a pool, in the name of whoever uses it. */
export function byClient<T>(
  schema: z.ZodType<T>,
  answer: (asked: Asked<T> & { readonly client: Client }) => unknown,
): Operation {
  const whole = z.object({ ClientId: z.string() }).and(schema);
  return operation(false, whole, (store, { ClientId }) => store.client(ClientId), answer);
}

/** For a user who is signed in. */
export function byBearer<T>(
  schema: z.ZodType<T>,
  answer: (asked: Asked<T> & { readonly user: User }) => unknown,
): Operation {
  const whole = z.object({ AccessToken: z.string() }).and(schema);
  return operation(false, whole, (store, { AccessToken }) => bearerOf(store, AccessToken), answer);
}

/** For a user who is signed in, or whose sign-in waits for him to set a second factor up. */
export function bySession<T extends object>(
  schema: z.ZodType<T>,
  answer: (asked: Asked<T> & { readonly user: User; readonly challenge: Challenge | undefined }) => object,
): Operation {
  const whole = z.object({ AccessToken: z.string().optional(), Session: z.string().optional() }).and(schema);
  const callerOf = (store: Store, { AccessToken, Session }: z.infer<typeof whole>) => {
    if (AccessToken !== undefined) return { ...bearerOf(store, AccessToken), challenge: undefined };
    if (Session === undefined) throw refusal("tokenNeeded");
    return setupOf(store, Session);
  };
  // The same session goes on.
  return operation(false, whole, callerOf, (asked) => ({ ...answer(asked), Session: asked.input.Session }));
}

function setupOf(store: Store, session: string): { pool: Pool; user: User; challenge: Challenge } {
  for (const pool of store.pools.values()) {
    const challenge = pool.challenges.get(session);
    if (challenge?.user && challenge.name === "MFA_SETUP" && challenge.expires > now()) {
      return { pool, user: challenge.user, challenge };
    }
  }
  throw refusal("sessionInvalid");
}

/** Throws Cognito's error for all that is wrong with a request. */
function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body, {
    error: ({ input }) => (input === undefined ? "Member must not be null" : undefined),
  });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const problems = issues.map(({ path, message }) => {
    const at = path.join(".").replace(/^./, (first) => first.toLowerCase());
    return `Value at '${at}' failed to satisfy constraint: ${message}`;
  });
  const count = `${issues.length} validation error${issues.length === 1 ? "" : "s"}`;
  throw refusal("constraint", `${count} detected: ${problems.join("; ")}`);
}

const longest = (length: number) => `Member must have length less than or equal to ${length}`;

/** A name or a password as Cognito takes it where it is set. */
function named(length: number, pattern: RegExp) {
  const problem = `Member must satisfy regular expression pattern: ${pattern.source}`;
  return z.string().max(length, longest(length)).regex(pattern, problem);
}

const visible = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u;

export const newUsername = named(128, visible);
export const newGroupName = named(128, visible);
export const newPassword = named(256, /^\S+.*\S+$/s);

export const attributes = z
  .array(
    z
      .object({ Name: named(32, visible), Value: z.string().max(2048, longest(2048)).optional() })
      .transform(({ Name, Value }) => ({ Name, Value: Value ?? "" })),
  )
  .default([]);

/** Members by the names that they have in Cognito's answers: `callbackUrls` is `CallbackURLs` there. */
export function capitalized(value: object): object {
  const renamed = Object.entries(value).map(([name, member]: [string, unknown]) => {
    const capital = name.replace(/^./, (first) => first.toUpperCase());
    return [capital.replace("Oauth", "OAuth").replace(/Urls$/, "URLs"), answered(member)];
  });
  return Object.fromEntries(renamed) as object;
}

function answered(member: unknown): unknown {
  if (Array.isArray(member)) return member.map(answered);
  return typeof member === "object" && member !== null ? capitalized(member) : member;
}

export const nothing = z.object({});

/** How many of a list a page is to have: 60 unless told, which is the most. */
export const limit = z
  .int()
  .min(0, "Member must have value greater than or equal to 0")
  .max(60, "Member must have value less than or equal to 60")
  .transform((size) => (size === 0 ? 60 : size))
  .default(60);

/** The part of a list, sorted by name, that begins behind the name that the token stands for. */
export function page<T>(
  all: Iterable<readonly [name: string, member: T]>,
  size: number,
  token: string | undefined,
): { members: T[]; next: string | undefined } {
  const after = token === undefined ? "" : Buffer.from(token, "base64url").toString("utf8");
  if (token !== undefined && (token === "" || Buffer.from(after).toString("base64url") !== token)) {
    throw refusal("constraint", "Invalid pagination token given.");
  }
  const rest = [...all].filter(([name]) => name > after).sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = rest.slice(0, size);
  const last = shown.at(-1)?.[0];
  const next =
    rest.length > shown.length && last !== undefined ? Buffer.from(last).toString("base64url") : undefined;
  return { members: shown.map(([, member]) => member), next };
}
