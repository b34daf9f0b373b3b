import {
  createDiffieHellman,
  createHash,
  createHmac,
  getDiffieHellman,
  hkdfSync,
  randomBytes,
} from "node:crypto";
import { isSame } from "../isSame";

/*
 * The Secure Remote Password protocol as Cognito has it: RFC 5054 with its group of 3072 bits (the prime of RFC 3526,
 * group 15, with the generator 2), SHA-256, and a session key that HKDF derives. Numbers are hashed as two's
 * complement: with a zero byte in front where the first bit is set.
 */

/** What proves a password without being it, both in hexadecimal. */
export interface Verifier {
  readonly salt: string;
  readonly verifier: string;
}

/** One exchange, from the client's public value to its proof. */
export interface Exchange {
  /** SRP_B, hexadecimal. */
  readonly publicValue: string;
  /** SECRET_BLOCK, base64: the challenge that the client signs. */
  readonly secretBlock: string;
  readonly sessionKey: Buffer;
}

const prime = getDiffieHellman("modp15").getPrime();
const modulus = number(prime);
const generator = 2n;
const multiplier = hashed(padded(modulus), padded(generator));

/** @param name the user's own in the pool, not one that he is also known by */
export function newVerifier(poolId: string, name: string, password: string): Verifier {
  return verifierOf(poolId, name, password, randomBytes(16).toString("hex"));
}

export function isPassword(poolId: string, name: string, password: string, kept: Verifier): boolean {
  return verifierOf(poolId, name, password, kept.salt).verifier === kept.verifier;
}

function verifierOf(poolId: string, name: string, password: string, salt: string): Verifier {
  const identity = sha256(Buffer.from(`${namespaceOf(poolId)}${name}:${password}`));
  const exponent = hashed(padded(hex(salt)), identity);
  return { salt, verifier: power(generator, exponent).toString(16) };
}

/**
 * Answers a client's public value; undefined for one that proves nothing: a multiple of the prime.
 * @param clientValue SRP_A, hexadecimal
 */
export function openExchange(clientValue: string, { verifier }: Verifier): Exchange | undefined {
  if (!/^[0-9a-f]{1,800}$/i.test(clientValue) || hex(clientValue) % modulus <= 1n) return undefined;
  const [v, a, b] = [hex(verifier), hex(clientValue), number(randomBytes(64))];
  const publicValue = (multiplier * v + power(generator, b)) % modulus;
  const scrambler = hashed(padded(a), padded(publicValue));
  const shared = power(a * power(v, scrambler), b);
  const sessionKey = hkdfSync("sha256", padded(shared), padded(scrambler), "Caldera Derived Key", 16);
  return {
    publicValue: publicValue.toString(16),
    secretBlock: randomBytes(256).toString("base64"),
    sessionKey: Buffer.from(sessionKey),
  };
}

/** Whether the client knows the password: its signature over the challenge and its time is that of the session key. */
export function isProof(
  { sessionKey, secretBlock }: Exchange,
  claim: { poolId: string; name: string; timestamp: string; signature: string },
): boolean {
  const right = createHmac("sha256", sessionKey)
    .update(`${namespaceOf(claim.poolId)}${claim.name}`)
    .update(Buffer.from(secretBlock, "base64"))
    .update(claim.timestamp)
    .digest();
  return isSame(Buffer.from(claim.signature, "base64"), right);
}

/** `us-east-1_AbC` counts as `AbC`. */
const namespaceOf = (poolId: string): string => poolId.split("_")[1] ?? "";

/** By OpenSSL: with BigInt it would take a hundred times as long. */
function power(base: bigint, exponent: bigint): bigint {
  const group = createDiffieHellman(prime, Number(generator));
  group.setPrivateKey(padded(exponent));
  return number(group.computeSecret(padded(base % modulus)));
}

function padded(value: bigint): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  return (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
}

function sha256(...parts: Buffer[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

function hashed(...parts: Buffer[]): bigint {
  return number(sha256(...parts));
}

function number(bytes: Buffer): bigint {
  return hex(bytes.toString("hex"));
}

function hex(digits: string): bigint {
  return BigInt(`0x${digits}`);
}
