import { type JsonWebKey, type KeyObject, generateKeyPair, randomBytes, sign, verify } from "node:crypto";
import { promisify } from "node:util";

/** What a pool signs its tokens with. Made at random, and new in each run unless users are kept. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export async function newSigningKey(): Promise<SigningKey> {
  const pair = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return { id: randomBytes(32).toString("base64"), ...pair };
}

/** The key as a pool publishes it. */
export function publicJwk({ id, publicKey }: SigningKey): JsonWebKey {
  return { ...publicKey.export({ format: "jwk" }), alg: "RS256", kid: id, use: "sig" };
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A JSON Web Token, signed by RS256. */
export function signToken({ id, privateKey }: SigningKey, claims: object): string {
  const signed = `${encode({ kid: id, alg: "RS256" })}.${encode(claims)}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
}

/** What a token says; undefined for one that this key did not sign. Whether it has expired isn't looked at. */
export function signedClaims({ publicKey }: SigningKey, token: string): unknown {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify("RSA-SHA256", signed, publicKey, Buffer.from(signature, "base64url"))) return undefined;
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
}
