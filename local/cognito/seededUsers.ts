import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { GroundworkError } from "../../infra/error";
import { parseYaml } from "../../programs/environments";
import { AwsError } from "../http";
import { addUser } from "./adminOperations";
import { checkPassword } from "./passwords";
import { type Pool, addGroup, findUser } from "./store";

const schema = z.strictObject({
  groups: z.array(z.string()).default([]),
  users: z
    .array(
      z.strictObject({
        username: z.string(),
        password: z.string(),
        /** Whether he has to choose a password of his own. */
        temporary: z.boolean().default(false),
        attributes: z.record(z.string(), z.coerce.string()).default({}),
        groups: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});

/**
 * Makes the users and groups of a YAML or JSON file, where they aren't there yet. A user's `sub` comes of his name, so
 * that it is the same in every run. Throws GroundworkError with everything that Cognito would refuse.
 */
export function seedUsers(pool: Pool, file: string): void {
  const parsed = schema.safeParse(parseYaml(`local:users: ${file}`, textOf(file)));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw GroundworkError.all(`local:users: ${file}`, problems);
  }
  const { users, groups } = parsed.data;
  const missing = groups.filter((groupName) => !pool.groups.has(groupName));
  for (const groupName of missing) addGroup(pool, { groupName });
  const problems = users.flatMap((user) => refusalOf(pool, user));
  if (problems.length > 0) throw GroundworkError.all(`local:users: ${file}`, problems);
}

function refusalOf(pool: Pool, seeded: z.infer<typeof schema>["users"][number]): string[] {
  const { username, password, temporary, attributes, groups } = seeded;
  if (findUser(pool, username)) return [];
  const unknown = groups.filter((name) => !pool.groups.has(name));
  if (unknown.length > 0) return [`${username}: there is no group ${unknown.join(", ")}`];
  try {
    checkPassword(pool, password);
    const given = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
    const user = addUser(pool, username, given, password, subOf(pool, username));
    if (!temporary) user.status = "CONFIRMED";
    for (const name of groups) user.groups.add(name);
    return [];
  } catch (error) {
    if (error instanceof AwsError) return [`${username}: ${error.message}`];
    throw error;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new GroundworkError(`local:users: ${file} can't be read: ${(error as Error).message}`);
  }
}

/** A UUID by name: RFC 9562, version 8. */
function subOf({ id }: Pool, username: string): string {
  const digits = createHash("sha256").update(`${id} ${username}`).digest("hex");
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-8$3-8$4-$5");
}
