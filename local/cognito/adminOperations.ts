import { randomUUID } from "node:crypto";
import { z } from "zod";
import {
  type Attribute,
  checkAttributes,
  deleteAttributes,
  updateAttributes,
  userDescription,
} from "./attributes";
import { refusal } from "./errors";
import { mfaDescription } from "./mfaOperations";
import {
  type Operation,
  admin,
  adminOfUser,
  attributes,
  limit,
  newPassword,
  newUsername,
  nothing,
  page,
} from "./operation";
import { checkPassword, sendResetCode, setPassword } from "./passwords";
import { newVerifier } from "./srp";
import { type Pool, type User, findUser, keptName, now, removeUser, signOut } from "./store";
import { userFilter } from "./userFilter";

/** What administrators do with users. */
export const adminOperations: Readonly<Record<string, Operation>> = {
  AdminCreateUser: admin(
    z.object({
      Username: newUsername,
      UserAttributes: attributes,
      TemporaryPassword: newPassword.optional(),
      MessageAction: z.literal("SUPPRESS").optional(),
    }),
    ({ pool, store, input }) => {
      const { Username, UserAttributes, TemporaryPassword, MessageAction } = input;
      const password = TemporaryPassword ?? `Aa1!${randomUUID()}`;
      checkPassword(pool, password);
      const user = addUser(pool, Username, UserAttributes, password);
      const to = user.attributes.get("email") ?? user.attributes.get("phone_number");
      if (MessageAction !== "SUPPRESS" && to !== undefined) {
        const text = `Your username is ${Username} and temporary password is ${password}`;
        store.deliver({ username: user.username, to, text });
      }
      return { User: userDescription(user) };
    },
  ),
  AdminGetUser: adminOfUser(nothing, ({ user }) => {
    const { Attributes: UserAttributes, ...rest } = userDescription(user);
    return { ...rest, UserAttributes, ...mfaDescription(user) };
  }),
  AdminDeleteUser: adminOfUser(nothing, ({ pool, user }) => removeUser(pool, user)),
  AdminEnableUser: adminOfUser(nothing, ({ user }) => {
    user.enabled = true;
  }),
  AdminDisableUser: adminOfUser(nothing, ({ user }) => {
    user.enabled = false;
  }),
  AdminSetUserPassword: adminOfUser(
    z.object({ Password: newPassword, Permanent: z.boolean().default(false) }),
    ({ pool, user, input }) => setPassword(pool, user, input.Password, input.Permanent),
  ),
  AdminResetUserPassword: adminOfUser(nothing, ({ pool, user, store }) => {
    if (user.status === "FORCE_CHANGE_PASSWORD") throw refusal("resetTooEarly");
    sendResetCode(pool, user, store.deliver);
    user.status = "RESET_REQUIRED";
    signOut(pool, user);
  }),
  AdminUpdateUserAttributes: adminOfUser(z.object({ UserAttributes: attributes }), ({ pool, user, input }) =>
    updateAttributes(pool, user, input.UserAttributes),
  ),
  AdminDeleteUserAttributes: adminOfUser(
    z.object({ UserAttributeNames: z.array(z.string()) }),
    ({ pool, user, input }) => deleteAttributes(pool, user, input.UserAttributeNames),
  ),
  AdminUserGlobalSignOut: adminOfUser(nothing, ({ pool, user }) => signOut(pool, user)),
  ListUsers: admin(
    z.object({
      AttributesToGet: z.array(z.string()).optional(),
      Filter: z.string().optional(),
      Limit: limit,
      PaginationToken: z.string().optional(),
    }),
    ({ pool, input: { AttributesToGet, Filter, Limit, PaginationToken } }) => {
      const matches = userFilter(Filter);
      const found = [...pool.users].filter(([, user]) => matches(user));
      const { members, next } = page(found, Limit, PaginationToken);
      return { Users: members.map((user) => userDescription(user, AttributesToGet)), PaginationToken: next };
    },
  ),
};

/** Throws Cognito's error for a user who can't be. */
export function addUser(
  pool: Pool,
  name: string,
  given: readonly Attribute[],
  password: string,
  sub: string = randomUUID(),
): User {
  const isEmail = pool.settings.usernameAttributes.length > 0;
  const all = isEmail
    ? [{ Name: "email", Value: name }, ...given.filter(({ Name }) => Name !== "email")]
    : given;
  if (isEmail && !name.includes("@")) throw refusal("usernameNotEmail");
  if (findUser(pool, name)) throw refusal("userExists");
  checkAttributes(pool, all);
  const username = isEmail ? sub : keptName(pool, name);
  const user: User = {
    username,
    attributes: new Map([["sub", sub], ...all.map(({ Name, Value }) => [Name, Value] as const)]),
    groups: new Set(),
    created: now(),
    modified: now(),
    password: newVerifier(pool.id, username, password),
    passwordSet: now(),
    status: "FORCE_CHANGE_PASSWORD",
    enabled: true,
    attributeCodes: new Map(),
  };
  pool.users.set(username, user);
  return user;
}
