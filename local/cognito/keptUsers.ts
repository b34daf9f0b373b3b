import { createPrivateKey, createPublicKey } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { GroundworkError } from "../../infra/error";
import { replaceFile, textIfThere } from "../files";
import type { Pool } from "./store";

/*
 * What pools hold, from one run to the next: users, groups, sign-ins and the key that signs tokens. Of passwords only
 * what SRP verifies them by is kept.
 */

const code = z.object({ code: z.string(), expires: z.number() });

const userSchema = z.object({
  username: z.string(),
  attributes: z.array(z.tuple([z.string(), z.string()])),
  groups: z.array(z.string()),
  created: z.number(),
  modified: z.number(),
  password: z.object({ salt: z.string(), verifier: z.string() }),
  passwordSet: z.number(),
  status: z.enum(["CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"]),
  enabled: z.boolean(),
  resetCode: code.optional(),
  attributeCodes: z.array(z.tuple([z.string(), code])),
  softwareToken: z
    .object({
      secret: z.string(),
      isVerified: z.boolean(),
      isEnabled: z.boolean(),
      isPreferred: z.boolean(),
      lastPeriod: z.number().optional(),
    })
    .optional(),
});

const groupSchema = z.object({
  groupName: z.string(),
  description: z.string().optional(),
  precedence: z.number().optional(),
  roleArn: z.string().optional(),
  creationDate: z.number(),
  lastModifiedDate: z.number(),
});

const grantSchema = z.object({
  id: z.string(),
  refreshToken: z.string(),
  client: z.string(),
  user: z.string(),
  scopes: z.array(z.string()),
  authTime: z.number(),
  expires: z.number(),
  isRevoked: z.boolean(),
});

const privateKey = z.string().transform((pem, { issues }) => {
  try {
    return createPrivateKey(pem);
  } catch {
    issues.push({ code: "custom", input: pem, message: "no private key" });
    return z.NEVER;
  }
});

const schema = z.record(
  z.string(),
  z.object({
    key: z.object({ id: z.string(), privateKey }),
    users: z.array(userSchema),
    groups: z.array(groupSchema),
    grants: z.array(grantSchema),
  }),
);

/** Gives the pools what was kept of them. Throws GroundworkError for a file that holds something else. */
export function restorePools(pools: Iterable<Pool>, file: string): void {
  if (!existsSync(file)) return;
  const parsed = schema.safeParse(jsonOf(file));
  if (!parsed.success) {
    throw new GroundworkError(
      `${file} doesn't hold users that were kept: delete it, or set local:keepUsers to false`,
    );
  }
  for (const pool of pools) {
    const kept = parsed.data[pool.id];
    if (!kept) continue;
    pool.key = { ...kept.key, publicKey: createPublicKey(kept.key.privateKey) };
    // Those of the program are as it says now.
    const groups = kept.groups.filter(({ groupName }) => !pool.groups.has(groupName));
    for (const group of groups) pool.groups.set(group.groupName, group);
    for (const { attributes, groups, attributeCodes, ...user } of kept.users) {
      const whole = {
        ...user,
        attributes: new Map(attributes),
        groups: new Set(groups),
        attributeCodes: new Map(attributeCodes),
      };
      pool.users.set(user.username, whole);
    }
    for (const grant of kept.grants) {
      const [client, user] = [pool.clients.get(grant.client), pool.users.get(grant.user)];
      if (client && user) pool.grants.set(grant.id, { ...grant, client, user });
    }
  }
}

/** Writes what the pools hold; whoever reads the file sees it whole, and only its owner can. */
export function keepPools(pools: Iterable<Pool>, file: string): void {
  const text = JSON.stringify(Object.fromEntries([...pools].map((pool) => [pool.id, keptOf(pool)])));
  if (textIfThere(file) === text) return;
  mkdirSync(path.dirname(file), { recursive: true });
  replaceFile(file, text);
}

function keptOf({ key, users, groups, grants }: Pool): z.input<typeof schema>[string] {
  return {
    key: { id: key.id, privateKey: key.privateKey.export({ type: "pkcs8", format: "pem" }).toString() },
    users: [...users.values()].map((user) => ({
      ...user,
      attributes: [...user.attributes],
      groups: [...user.groups],
      attributeCodes: [...user.attributeCodes],
    })),
    groups: [...groups.values()],
    grants: [...grants.values()].map((grant) => ({
      ...grant,
      scopes: [...grant.scopes],
      client: grant.client.id,
      user: grant.user.username,
    })),
  };
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
