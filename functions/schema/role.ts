import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { Client } from "pg";

/** What PostgreSQL itself uses for passwords that it hashes. */
const iterations = 4096;

/**
 * Sees to it that a role of the database signs in with what its secret holds. An empty secret gets a new password,
 * made here; one that has a password keeps it, and the role is set to it again, as a database from a snapshot may
 * have another. The password itself never goes to the server: it gets the verifier that it would make of it.
 *
 * @param role its name, as the migrations create it
 * @throws Error that names the secret when it holds something else; what pg and the SDK throw.
 */
export async function setRolePassword(
  client: Pick<Client, "query" | "escapeIdentifier">,
  role: string,
  secretArn: string,
): Promise<void> {
  const password = await readOrMakePassword(role, secretArn);
  // A verifier is base64, digits, $ and colons: it needs no escaping.
  await client.query(`ALTER ROLE ${client.escapeIdentifier(role)} PASSWORD '${scramVerifier(password)}'`);
}

async function readOrMakePassword(role: string, secretArn: string): Promise<string> {
  const secrets = new SecretsManagerClient({});
  try {
    const text = await readValue(secrets, secretArn);
    if (text !== undefined) return passwordIn(text, role, secretArn);
    const password = randomBytes(32).toString("base64url");
    // First the secret, then the role: a call that ends in between leaves what the next one completes.
    await secrets.send(
      new PutSecretValueCommand({
        SecretId: secretArn,
        SecretString: JSON.stringify({ username: role, password }),
      }),
    );
    return password;
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

function passwordIn(text: string, role: string, secretArn: string): string {
  try {
    const { username, password } = JSON.parse(text) as Record<string, unknown>;
    if (username === role && typeof password === "string" && password !== "") return password;
  } catch {
    // Its message would quote the secret.
  }
  throw new Error(
    `The secret ${secretArn} must be JSON with the username ${role} and a password: delete its value, and deploy again`,
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
