import { createHmac } from "node:crypto";
import { refusal } from "./errors";
import type { Client } from "./store";

/** Throws Cognito's error unless a client that has a secret knows it, or a client without one sends none. */
export function checkSecret({ id, secret }: Client, given: string | undefined): void {
  if (secret === undefined && given !== undefined) throw refusal("secretUnexpected", id);
  if (secret !== given) throw refusal("secretWrong", id);
}

/** The same where a client sends a hash over the user's name instead of its secret. */
export function checkSecretHash({ id, secret }: Client, username: string, given: string | undefined): void {
  if (secret === undefined) {
    if (given !== undefined) throw refusal("secretUnexpected", id);
    return;
  }
  if (given === undefined) throw refusal("secretHashMissing", id);
  const right = createHmac("sha256", secret).update(`${username}${id}`).digest("base64");
  if (given !== right) throw refusal("secretHashWrong", id);
}
