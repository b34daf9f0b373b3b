import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { Client } from "pg";
import type { Logins } from "../shared/logins";

/** What PostgreSQL itself uses for passwords that it hashes. */
const iterations = 4096;

/** What a secret holds for one who signs in. */
interface Login {
  username: string;
  password: string;
}

/**
 * Sees to it that the login whose turn it is signs in with what the secret holds. An empty secret gets a new password,
 * made here; one that has a password keeps it, and the role is set to it again, as a database from a snapshot may
 * have another. The password itself never goes to the server: it gets the verifier that it would make of it.
 *
 * @throws Error that names the secret when it holds something else; what pg and the SDK throw.
 */
export async function setRolePassword(client: RoleClient, secretArn: string, logins: Logins): Promise<void> {
  await setPassword(client, await readOrMakeLogin(secretArn, logins));
}

type RoleClient = Pick<Client, "query" | "escapeIdentifier">;

export async function setPassword(client: RoleClient, { username, password }: Login): Promise<void> {
  // A verifier is base64, digits, $ and colons: it needs no escaping.
  await client.query(`ALTER ROLE ${client.escapeIdentifier(username)} PASSWORD '${scramVerifier(password)}'`);
}

export function newLogin(username: string): Login {
  return { username, password: randomBytes(32).toString("base64url") };
}

async function readOrMakeLogin(secretArn: string, logins: Logins): Promise<Login> {
  const secrets = new SecretsManagerClient({});
  try {
    const text = await readValue(secrets, secretArn);
    if (text !== undefined) return loginIn(text, secretArn, logins);
    const login = newLogin(logins[0]);
    // First the secret, then the role: a call that ends in between leaves what the next one completes.
    await secrets.send(
      new PutSecretValueCommand({ SecretId: secretArn, SecretString: JSON.stringify(login) }),
    );
    return login;
  } finally {
    secrets.destroy();
  }
}

/** Undefined: the secret exists and has no value yet. */
async function readValue(secrets: SecretsManagerClient, secretArn: string): Promise<string | undefined> {
  try {
    return (await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }))).SecretString;
  } catch (error) {
    if ((error as Error).name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

/** @throws Error that names the secret when it holds something else. */
export function loginIn(text: string | undefined, secretArn: string, logins: Logins): Login {
  try {
    const { username, password } = JSON.parse(text ?? "") as Record<string, unknown>;
    const login = logins.find((each) => each === username);
    if (login && typeof password === "string" && password !== "") return { username: login, password };
  } catch {
    // Its message would quote the secret.
  }
  throw new Error(
    `The secret ${secretArn} must be JSON with the username ${logins.join(" or ")} and a password: delete its value, and deploy again`,
  );
}

/** What PostgreSQL stores for a password (RFC 5803). */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (text: string): Buffer => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const serverKey = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
