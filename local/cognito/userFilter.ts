import { own } from "../own";
import { refusal } from "./errors";
import type { User } from "./store";

/** What a user is asked for that is no attribute of his. */
const properties: Readonly<Record<string, (user: User) => string>> = {
  username: ({ username }) => username,
  "cognito:user_status": ({ status }) => status,
  status: ({ enabled }) => (enabled ? "Enabled" : "Disabled"),
};

/** The filter of ListUsers, such as `email ^= "a"`: `=` is the whole value, `^=` its beginning. */
export function userFilter(filter = ""): (user: User) => boolean {
  if (filter.trim() === "") return () => true;
  const [, name, operator, quoted] = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/.exec(filter) ?? [];
  if (name === undefined || quoted === undefined || name.startsWith("custom:"))
    throw refusal("filterInvalid");
  const wanted = quoted.replace(/\\(.)/g, "$1");
  const valueOf = own(properties, name) ?? (({ attributes }: User) => attributes.get(name));
  return (user) => {
    const value = valueOf(user);
    return operator === "=" ? value === wanted : value?.startsWith(wanted) === true;
  };
}
