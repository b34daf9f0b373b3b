import { createHmac, randomBytes } from "node:crypto";

/*
 * One-time passwords by time (RFC 6238), as authenticator apps have them: SHA-1, six digits, a new one every 30
 * seconds.
 */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A new secret in base 32, 52 characters as Cognito's. */
export function newSecret(): string {
  const bits = [...randomBytes(32)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.padEnd(260, "0").match(/.{5}/g) ?? []).map((five) => alphabet[parseInt(five, 2)]).join("");
}

/** The period of thirty seconds, within one of now, that the code belongs to; undefined for a wrong code. */
export function periodOf(secret: string, code: string): number | undefined {
  const current = Math.floor(Date.now() / 30_000);
  return [current, current - 1, current + 1].find((period) => codeAt(secret, period) === code);
}

/** The six digits of a period. */
export function codeAt(secret: string, period: number): string {
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(period));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
