import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GroundworkError } from "../../infra/error";
import { freePort } from "../../local/freePort";
import { findEnvironment } from "../../local/runningEnvironment";
import type { Session } from "../../local/session";
import { root } from "../../programs/programs";
import { enterAws, stackOutputs } from "../shared/stackOutputs";
import { writeRdsAuthorities } from "../tunnel/access";
import { databaseAnswers } from "../tunnel/probe";

/** How to connect: TLS is verified for `host`, wherever the connection goes. */
export interface DatabaseAccess {
  readonly host: string;
  /** The IP address to connect to. */
  readonly address: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** The authorities that verify the server, a PEM file. */
  readonly caFile: string;
}

interface OpenDatabase {
  readonly access: DatabaseAccess;
  readonly password: string;
}

/**
 * Finds the way to an environment's database, as its master user: at its own port for `local`, through a tunnel of its
 * own, which the session ends, elsewhere.
 *
 * @throws GroundworkError where the environment isn't up or deployed, the tunnel fails, or the secret can't be read
 */
export async function openDatabase(
  session: Session,
  stack: string,
  { key, stop }: { key: string | undefined; stop: AbortSignal },
): Promise<OpenDatabase> {
  const output = await stackOutputs(stack, "database");
  const [host, database] = [output("endpoint"), output("databaseName")];
  enterAws(stack);
  const { username: user, password } = await readLogin(output("secretArn"));
  const local = stack === "local" ? findEnvironment(stack) : undefined;
  if (local) {
    const access = {
      host,
      address: "127.0.0.1",
      port: output("port"),
      database,
      user,
      caFile: local.databaseCaFile,
    };
    return { access, password };
  }
  const port = await freePort();
  await untilUp(startTunnel(session, stack, port, key), port, stop);
  const caFile = writeRdsAuthorities(path.join(root, ".cache", "rds-ca.pem"));
  return { access: { host, address: "127.0.0.1", port, database, user, caFile }, password };
}

async function readLogin(SecretId: string): Promise<{ username: string; password: string }> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient({});
  try {
    const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId }));
    return JSON.parse(SecretString) as { username: string; password: string };
  } catch (error) {
    // A parse error would quote the secret.
    const reason = error instanceof SyntaxError ? "it is no JSON" : (error as Error).message;
    throw new GroundworkError(`The master user's secret ${SecretId} can't be read: ${reason}`);
  } finally {
    client.destroy();
  }
}

/** `npm run tunnel` as a process of its own, which says on stderr what it does and what fails. */
function startTunnel(session: Session, stack: string, port: number, key: string | undefined): ChildProcess {
  const register = path.join(root, "programs", "register.js");
  const args = [
    "-r",
    register,
    path.join(root, "scripts", "tunnel"),
    "--stack",
    stack,
    "--port",
    String(port),
  ];
  if (key !== undefined) args.push("--key", key);
  const tunnel = session.spawn(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  session.onClose(async () => {
    if (tunnel.exitCode !== null || tunnel.signalCode !== null) return;
    tunnel.kill();
    await once(tunnel, "exit");
  });
  return tunnel;
}

async function untilUp(tunnel: ChildProcess, port: number, stop: AbortSignal): Promise<void> {
  while (!(await databaseAnswers(port))) {
    stop.throwIfAborted();
    if (tunnel.exitCode !== null || tunnel.signalCode !== null)
      throw new GroundworkError("The tunnel to the database did not come up: see above");
    await sleep(200, undefined, { signal: stop });
  }
}
