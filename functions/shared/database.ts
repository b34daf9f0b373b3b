import { readFileSync } from "node:fs";
import { type SecureContext, createSecureContext } from "node:tls";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Client } from "pg";
import { rdsAuthorities } from "./authorities";
import { ingestLogins } from "./logins";
import { kept } from "./kept";

export interface ConnectOptions {
  /** The longest a statement may run, milliseconds; 0: no limit. */
  statementTimeoutMs?: number;
  /** The longest a statement may wait for a lock, milliseconds. */
  lockTimeoutMs?: number;
  /** For how many milliseconds more it may wait for a connection; a minute from the start unless told. */
  mayWaitMs?: () => number;
  /** Told of each pause before a further try, milliseconds. */
  onPause?: (ms: number) => void;
  /** So many connections of its role it leaves to others, where the role has a limit. */
  leaves?: number;
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

/** "spare": at once or not at all, and only while half of the role's connections are free. */
export type Connect = (which?: "spare") => Promise<Client>;

/**
 * As `connect`, for several connections. Where the server has none left, restarts or can't be reached, it tries again at
 * random moments of ever longer spans, so that a thousand functions don't come at once; what is thrown in the end is told by
 * `isUnreachable`. A password that is refused is read again: in the middle of a rotation the database has the new one a
 * moment before or after the secret.
 */
export function connector(options: ConnectOptions = {}): Connect {
  return async (which) => {
    const until = Date.now() + 60_000;
    const mayWaitMs = options.mayWaitMs ?? (() => until - Date.now());
    const refusals = [1000, 4000, 10_000];
    for (let tries = 0; ; tries++) {
      const login = await readLogin();
      try {
        const client = await connectOnce(login, options);
        return await leavingRoom(client, options.leaves, which === "spare");
      } catch (error) {
        const { code } = error as { code?: unknown };
        // invalid_password: https://www.postgresql.org/docs/current/errcodes-appendix.html
        const refused = code === "28P01";
        if (refused) delete kept<KeptLogin>("database").login;
        else if (!isOutOfReach(error as Error, code)) throw error;
        // Full jitter: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
        const pause = refused ? refusals.shift() : Math.random() * Math.min(20_000, 500 * 2 ** tries);
        if (which === "spare" || pause === undefined) throw error;
        if (pause > mayWaitMs()) throw refused ? error : Object.assign(error as Error, { unreachable: true });
        options.onPause?.(pause);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  };
}

/** Connects once as somebody else than the secret of the environment says. */
export function connectAs(login: { username: string; password: string }): Promise<Client> {
  return connectOnce({ ...login, secureContext: createSecureContext({ ca: authorities() }) }, {});
}

/** Whether there was no connection to be had in all the time that was given: another function may have more luck. */
export function isUnreachable(error: unknown): error is Error {
  return (error as { unreachable?: boolean } | undefined)?.unreachable === true;
}

/** No room, a shutdown, a start; no way there, as while a standby takes over. */
function isOutOfReach({ message }: Error, code: unknown): boolean {
  if (typeof code === "string") {
    return /^(53300|57P0[123]|E(CONN(REFUSED|RESET)|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|AI_AGAIN)|ENOTFOUND)$/.test(
      code,
    );
  }
  // pg's own words.
  return /^(Connection terminated|timeout expired)/.test(message);
}

interface Login {
  username: string;
  password: string;
  /** All connections share one: to parse the authorities takes as long as a connection. */
  secureContext: SecureContext;
}

/** A connection is not kept: while nothing comes it would be one that others lack. */
interface KeptLogin {
  login: { of: string; until: number; made: Promise<Login> };
}

/** The secret is asked for again after five minutes. */
async function readLogin(): Promise<Login> {
  const arn = required("DATABASE_SECRET_ARN");
  const of = `${arn} ${process.env.DATABASE_CA}`;
  const here = kept<KeptLogin>("database");
  if (here.login?.of !== of || Date.now() > here.login.until) {
    here.login = { of, until: Date.now() + 300_000, made: makeLogin(arn) };
  }
  return here.login.made.catch((error: unknown) => {
    delete here.login;
    throw error;
  });
}

async function makeLogin(arn: string): Promise<Login> {
  const secret = readSecret(arn);
  secret.catch(() => undefined); // It is awaited below, and may fail before.
  // While the secret is on its way.
  const secureContext = createSecureContext({ ca: authorities() });
  return { ...(await secret), secureContext };
}

/** @throws Error with PostgreSQL's code for too many connections where too few are left to others. */
async function leavingRoom(client: Client, leaves: number | undefined, spare: boolean): Promise<Client> {
  if (leaves === undefined) return client;
  try {
    const { rows } = await client.query<{ most: number; used: number }>(
      // The logins that take turns share what is theirs: who has signed in by the last one may still be at work.
      `SELECT rolconnlimit AS most, (SELECT count(*)::int FROM pg_stat_activity
         WHERE usename IN (rolname, '${ingestLogins.join("', '")}')) AS used
       FROM pg_roles WHERE rolname = session_user AND rolconnlimit > ${leaves}`,
    );
    const [role] = rows;
    if (role === undefined) return client;
    const { most, used } = role;
    if (used <= (spare ? most / 2 : most - leaves)) return client;
    const message = `${used} of the ${most} connections of its role are taken, the others are left to others`;
    throw Object.assign(new Error(message), { code: "53300" });
  } catch (error) {
    await client.end();
    throw error;
  }
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
  try {
    await client.connect();
    return client;
  } catch (error) {
    // Where it is the client that breaks off, the server would wait for a minute, and the next try find one place less.
    await client.end();
    throw error;
  }
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
