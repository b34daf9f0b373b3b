import { refusal } from "./errors";
import { type Pool, type User, findUser, now } from "./store";

/** A user's attribute as Cognito's API has it. */
export interface Attribute {
  readonly Name: string;
  readonly Value: string;
}

export const attributeList = (user: User): Attribute[] =>
  [...user.attributes].map(([Name, Value]) => ({ Name, Value }));

/** A user as lists have him, with the attributes named or all. */
export function userDescription(user: User, names?: readonly string[]) {
  return {
    Username: user.username,
    Attributes: attributeList(user).filter(({ Name }) => names?.includes(Name) ?? true),
    UserCreateDate: user.created,
    UserLastModifiedDate: user.modified,
    Enabled: user.enabled,
    UserStatus: user.status,
  };
}

/** Throws Cognito's error for values that the pool's schema doesn't allow. */
export function checkAttributes(pool: Pool, given: readonly Attribute[]): void {
  for (const { Name: name, Value: value } of given) {
    const attribute = pool.schema.find((one) => one.name === name);
    if (!attribute) throw refusal("attributeInvalid", `${name}: Attribute does not exist in the schema.`);
    if (name === "sub") throw refusal("attributeNotMutable", name);
    if (name === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(value)) throw refusal("emailInvalid");
    if (name === "phone_number" && !/^\+[1-9]\d{4,14}$/.test(value)) throw refusal("phoneInvalid");
    if (attribute.attributeDataType !== "String") continue;
    const { minLength: min = "0", maxLength: max = "2048" } = attribute.stringAttributeConstraints ?? {};
    const length = Array.from(value).length;
    if (length < Number(min)) {
      throw refusal("attributeInvalid", `${name}: String must have minimum length of ${min}`);
    }
    if (length > Number(max)) {
      throw refusal("attributeInvalid", `${name}: String must have maximum length of ${max}`);
    }
  }
}

/** Changes a user's attributes, or throws Cognito's error and changes none. */
export function updateAttributes(pool: Pool, user: User, given: readonly Attribute[]): void {
  checkAttributes(pool, given);
  for (const { Name, Value } of given) {
    checkMutable(pool, Name);
    const isName = pool.settings.usernameAttributes.some((one) => one === Name);
    const holder = isName ? findUser(pool, Value) : undefined;
    if (holder && holder !== user) throw refusal("aliasExists", Name);
  }
  // An address that is new is not verified, unless an administrator says so in the same breath.
  for (const { Name, Value } of given) if (user.attributes.get(Name) !== Value) unverify(user, Name);
  for (const { Name, Value } of given) user.attributes.set(Name, Value);
  user.modified = now();
}

export function deleteAttributes(pool: Pool, user: User, names: readonly string[]): void {
  for (const name of names) {
    checkMutable(pool, name);
    if (pool.schema.find((one) => one.name === name)?.required) throw refusal("attributeFixed", name);
  }
  for (const name of names) {
    unverify(user, name);
    user.attributes.delete(name);
  }
  user.modified = now();
}

/** What proved or may prove an address proves nothing of another. */
function unverify({ attributes, attributeCodes }: User, name: string): void {
  attributeCodes.delete(name);
  if (attributes.has(`${name}_verified`)) attributes.set(`${name}_verified`, "false");
}

/** Throws where a user may not write the attribute himself: only Cognito and administrators know what is verified. */
export function checkOwn(names: readonly string[]): void {
  if (names.some((name) => name.endsWith("_verified"))) throw refusal("attributeForbidden");
}

function checkMutable(pool: Pool, name: string): void {
  const attribute = pool.schema.find((one) => one.name === name);
  if (!attribute) throw refusal("attributeInvalid", `${name}: Attribute does not exist in the schema.`);
  if (!attribute.mutable) throw refusal("attributeFixed", name);
}
