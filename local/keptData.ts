import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import * as path from "node:path";
import { GroundworkError } from "../infra/error";
import { replaceFile, textIfThere } from "./files";
import { takeLock } from "./lock";
import type { Session } from "./session";

/** A folder in which an environment's database and files outlive it: PostgreSQL's `postgres/`, S3's `s3/`. */
export interface KeptData {
  readonly dir: string;
  /** Of the master user, who is in the database already when it comes up again. */
  readonly password: string;
}

/**
 * Makes the folder where it isn't there, and holds it until the session closes. Others may pass through it: PostgreSQL's
 * account may be one of them.
 *
 * @throws GroundworkError when another environment holds it
 */
export function openKeptData(session: Pick<Session, "onClose">, dir: string): KeptData {
  mkdirSync(dir, { recursive: true, mode: 0o711 });
  const lock = path.join(dir, "lock");
  const holder = takeLock(lock);
  if (holder !== undefined) {
    throw new GroundworkError(
      `${dir} is held by process ${holder}: end that one first, or keep this environment's data in another folder`,
    );
  }
  session.onClose(() => Promise.resolve(rmSync(lock, { force: true })));
  const file = path.join(dir, "password");
  const known = textIfThere(file);
  const password = known ?? newPassword();
  if (known === undefined) replaceFile(file, password);
  return { dir, password };
}

export const newPassword = (): string => randomBytes(18).toString("base64url");
