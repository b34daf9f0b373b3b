import { readFileSync } from "node:fs";
import { type SecureContext, createSecureContext } from "node:tls";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Client } from "pg";
import { rdsAuthorities } from "./authorities";

export interface ConnectOptions {
  /** The longest a statement may run, milliseconds; 0: no limit. */
  statementTimeoutMs?: number;
  /** The longest a statement may wait for a lock, milliseconds. */
  lockTimeoutMs?: number;
}

/**
 * Connects to the database that the function's environment names: `DATABASE_HOST`, `DATABASE_PORT`,
 * `DATABASE_NAME`, `DATABASE_SECRET_ARN` (a secret with JSON `username` and `password`) and, beside the RDS
 * bundle, `DATABASE_CA` (PEM text or a file's path). TLS is always verified. The caller ends the client.
 *
 * @throws Error that names the variable or the secret when one is missing or malformed; what pg and the SDK throw.
 */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  return connector(options)();
}

/**
 * As `connect`, for several connections: the secret is read and the authorities are parsed once for all of them.
 * A password that is refused is read again: in the middle of a rotation the database has the new one a moment before
 * or after the secret.
 */
export function connector(options: ConnectOptions = {}): () => Promise<Client> {
  let login: Promise<Login> | undefined;
  return async () => {
    const pauses = [1000, 4000, 10_000];
    for (;;) {
      const known = (login ??= readLogin());
      try {
        return await connectOnce(await known, options);
      } catch (error) {
        if (login === known) login = undefined;
        const pause = pauses.shift();
        // invalid_password: https://www.postgresql.org/docs/current/errcodes-appendix.html
        if (pause === undefined || (error as { code?: string }).code !== "28P01") throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  };
}

/** Connects once as somebody else than the secret of the environment says. */
export function connectAs(login: { username: string; password: string }): Promise<Client> {
  return connectOnce({ ...login, secureContext: createSecureContext({ ca: authorities() }) }, {});
}

interface Login {
  username: string;
  password: string;
  /** Several connections share one: to parse the authorities takes as long as a connection. */
  secureContext: SecureContext;
}

async function readLogin(): Promise<Login> {
  const secret = readSecret(required("DATABASE_SECRET_ARN"));
  secret.catch(() => undefined); // It is awaited below, and may fail before.
  // While the secret is on its way.
  const secureContext = createSecureContext({ ca: authorities() });
  return { ...(await secret), secureContext };
}

async function connectOnce(login: Login, options: ConnectOptions): Promise<Client> {
  const client = new Client({
    host: required("DATABASE_HOST"),
    port: Number(required("DATABASE_PORT")),
    database: required("DATABASE_NAME"),
    user: login.username,
    password: login.password,
    ssl: { secureContext: login.secureContext },
    application_name: process.env.AWS_LAMBDA_FUNCTION_NAME ?? "groundwork",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: sessionSettings(options),
  });
  // A connection that breaks between two queries fails the next one; without a listener it would end the process.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/**
 * A function that is killed leaves its connection open without a word, and its transaction with the row locks it
 * holds. The server finds out in half a minute by keepalive, and ends a transaction that waits for its client in
 * ten seconds, so that the retry (a minute later on Lambda) finds the way free.
 */
function sessionSettings({ statementTimeoutMs = 120_000, lockTimeoutMs = 30_000 }: ConnectOptions): string {
  const settings = {
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: 10_000,
    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 5,
    tcp_keepalives_count: 4,
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" ");
}

async function readSecret(arn: string): Promise<{ username: string; password: string }> {
  const client = new SecretsManagerClient({});
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    const { username, password } = JSON.parse(SecretString ?? "{}") as Record<string, unknown>;
    if (typeof username === "string" && typeof password === "string") return { username, password };
  } catch (error) {
    // A parse error would quote the secret.
    if (!(error instanceof SyntaxError)) throw error;
  } finally {
    client.destroy();
  }
  throw new Error(`The secret ${arn} (DATABASE_SECRET_ARN) must be JSON with a username and a password`);
}

function authorities(): string[] {
  const known = rdsAuthorities(process.env.AWS_REGION);
  const extra = process.env.DATABASE_CA;
  if (!extra) return known;
  return [...known, extra.includes("-----BEGIN") ? extra : readFileSync(extra, "utf8")];
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set in the function's environment`);
  return value;
}
