import { randomBytes } from "node:crypto";
import { refusal } from "./errors";
import type { SchemaAttribute, UserPoolClientInputs, UserPoolInputs } from "./inputs";
import { wholeSchema } from "./schema";
import { type SigningKey, newSigningKey } from "./signing";
import { type Exchange, type Verifier, isPassword, newVerifier } from "./srp";

/*
 * What the pools of this machine hold, in memory; keptUsers.ts keeps most of it from one run to the next, where it is
 * asked to. Times are seconds since 1970, as in Cognito's answers.
 */

interface Dates {
  readonly creationDate: number;
  readonly lastModifiedDate: number;
}

export interface Client extends Dates, Readonly<UserPoolClientInputs> {
  readonly id: string;
  /** Of a client that has one. */
  readonly secret?: string | undefined;
}

export interface Group extends Dates {
  readonly groupName: string;
  readonly description?: string | undefined;
  readonly precedence?: number | undefined;
  readonly roleArn?: string | undefined;
}

export interface User {
  readonly username: string;
  /** `sub` among them. */
  readonly attributes: Map<string, string>;
  readonly groups: Set<string>;
  readonly created: number;
  modified: number;
  password: Verifier;
  /** When the password was set: a temporary one is good for some days only. */
  passwordSet: number;
  status: "CONFIRMED" | "FORCE_CHANGE_PASSWORD" | "RESET_REQUIRED";
  enabled: boolean;
  /** The code by which a forgotten password is replaced. */
  resetCode?: Code | undefined;
  /** By attribute: the codes that prove who reads there. */
  readonly attributeCodes: Map<string, Code>;
  /** The authenticator app that he has. */
  softwareToken?: SoftwareToken | undefined;
}

export interface Code {
  readonly code: string;
  readonly expires: number;
}

export interface SoftwareToken {
  readonly secret: string;
  /** Whether a code of it was right once. */
  isVerified: boolean;
  /** Whether it is asked for where the pool leaves that to the user. */
  isEnabled: boolean;
  isPreferred: boolean;
  /** The period of the last code that was taken: each is good once. */
  lastPeriod?: number | undefined;
}

/** One sign-in: what a user has let a client have. All tokens that come of it name its id. */
export interface Grant {
  readonly id: string;
  readonly refreshToken: string;
  readonly client: Client;
  readonly user: User;
  readonly scopes: readonly string[];
  readonly authTime: number;
  expires: number;
  isRevoked: boolean;
}

export type ChallengeName =
  "SELECT_CHALLENGE" | "PASSWORD_VERIFIER" | "NEW_PASSWORD_REQUIRED" | "MFA_SETUP" | "SOFTWARE_TOKEN_MFA";

/** What a user has to answer before the sign-in goes on. */
export interface Challenge {
  readonly name: ChallengeName;
  readonly client: Client;
  /** Undefined for who isn't there, and may not learn it before he has answered. */
  readonly user: User | undefined;
  /** The name that the answer has to bear. */
  readonly username: string;
  readonly exchange?: Exchange | undefined;
  /** The authenticator app that is being set up. */
  softwareToken?: SoftwareToken | undefined;
  readonly expires: number;
}

export interface Pool extends Dates {
  readonly id: string;
  readonly settings: UserPoolInputs;
  readonly schema: readonly SchemaAttribute[];
  readonly arn: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
  key: SigningKey;
  /** The scopes that its clients may have. */
  readonly scopes: Set<string>;
  /** Whether it has a hosted UI. */
  hasDomain: boolean;
  readonly clients: Map<string, Client>;
  /** By name, in small letters where case doesn't count. */
  readonly users: Map<string, User>;
  readonly groups: Map<string, Group>;
  readonly grants: Map<string, Grant>;
  /** By session. */
  readonly challenges: Map<string, Challenge>;
}

/** A message that Cognito would send. */
export interface Message {
  readonly username: string;
  /** An address or a phone number. */
  readonly to: string;
  readonly text: string;
}

/** The scope of a token that may read and change its user. */
export const adminScope = "aws.cognito.signin.user.admin";

export const now = (): number => Math.floor(Date.now() / 1000);

const dates = (): Dates => ({ creationDate: now(), lastModifiedDate: now() });

export class Store {
  readonly pools = new Map<string, Pool>();

  constructor(
    private readonly url: string,
    readonly deliver: (message: Message) => void,
  ) {}

  async addPool(settings: UserPoolInputs): Promise<Pool> {
    const { id } = settings;
    const pool: Pool = {
      id,
      settings,
      schema: wholeSchema(settings.schemas),
      ...dates(),
      arn: `arn:aws:cognito-idp:${id.split("_")[0]}:000000000000:userpool/${id}`,
      issuer: `${this.url}/${id}`,
      key: await newSigningKey(),
      scopes: new Set(["openid", "profile", "email", "phone", adminScope]),
      hasDomain: false,
      clients: new Map(),
      users: new Map(),
      groups: new Map(),
      grants: new Map(),
      challenges: new Map(),
    };
    this.pools.set(id, pool);
    return pool;
  }

  pool(id: string): Pool {
    const pool = this.pools.get(id);
    if (!pool) throw refusal("poolMissing", id);
    return pool;
  }

  client(id: string): { pool: Pool; client: Client } {
    const found = this.findClient(id);
    if (!found) throw refusal("clientMissing", id);
    return found;
  }

  findClient(id: string): { pool: Pool; client: Client } | undefined {
    for (const pool of this.pools.values()) {
      const client = pool.clients.get(id);
      if (client) return { pool, client };
    }
    return undefined;
  }
}

export function addClient(pool: Pool, inputs: UserPoolClientInputs): Client {
  const secret = inputs.generateSecret ? { secret: randomBytes(32).toString("hex").slice(0, 52) } : {};
  const client = { ...inputs, ...dates(), id: inputs.id ?? randomBytes(13).toString("hex"), ...secret };
  pool.clients.set(client.id, client);
  return client;
}

export function addGroup(pool: Pool, settings: Omit<Group, keyof Dates>): Group {
  if (pool.groups.has(settings.groupName)) throw refusal("groupExists");
  const group = { ...settings, ...dates() };
  pool.groups.set(group.groupName, group);
  return group;
}

export function clientOf({ clients }: Pool, id: string): Client {
  const client = clients.get(id);
  if (!client) throw refusal("clientMissing", id);
  return client;
}

export function groupOf(pool: Pool, name: string): Group {
  const group = pool.groups.get(name);
  if (!group) throw refusal("groupMissing");
  return group;
}

/** A user's name as the pool keeps it. */
export function keptName({ settings }: Pool, name: string): string {
  return settings.usernameConfiguration.caseSensitive ? name : name.toLowerCase();
}

/** The user by his name, or by what stands for a name in this pool, such as his e-mail address. */
export function findUser(pool: Pool, name: string): User | undefined {
  const kept = keptName(pool, name);
  const isAlso = ({ attributes }: User): boolean =>
    pool.settings.usernameAttributes.some((one) => keptName(pool, attributes.get(one) ?? "") === kept);
  return pool.users.get(kept) ?? [...pool.users.values()].find(isAlso);
}

export function userOf(pool: Pool, name: string): User {
  const user = findUser(pool, name);
  if (!user) throw refusal("userMissing");
  return user;
}

export const hasPassword = ({ id }: Pool, { username, password }: User, given: string): boolean =>
  isPassword(id, username, given, password);

export function keepPassword({ id }: Pool, user: User, password: string): void {
  user.password = newVerifier(id, user.username, password);
  user.passwordSet = now();
}

/** His sign-ins end with him: another user may come to have his name. */
export function removeUser(pool: Pool, user: User): void {
  signOut(pool, user);
  pool.users.delete(user.username);
}

/** Ends all sign-ins of a user. */
export function signOut(pool: Pool, user: User): void {
  for (const grant of pool.grants.values()) if (grant.user === user) grant.isRevoked = true;
}
