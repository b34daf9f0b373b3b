import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

/** A folder in which an environment's database and files outlive it: PostgreSQL's `postgres/`, S3's `s3/`. */
export interface KeptData {
  readonly dir: string;
  /** Of the master user, who is in the database already when it comes up again. */
  readonly password: string;
}

/** Makes the folder where it isn't there. Others may pass through it: PostgreSQL's account may be one of them. */
export function openKeptData(dir: string): KeptData {
  mkdirSync(dir, { recursive: true, mode: 0o711 });
  const file = path.join(dir, "password");
  try {
    writeFileSync(file, newPassword(), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return { dir, password: readFileSync(file, "utf8") };
}

export const newPassword = (): string => randomBytes(18).toString("base64url");
