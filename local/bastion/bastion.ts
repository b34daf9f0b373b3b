import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GroundworkError } from "../../infra/error";
import type { Session } from "../session";
import { makeKeyPair } from "./keyPair";
import type { Question, Setup } from "./protocol";

/** The user that Amazon Linux has. */
const user = "ec2-user";
/** As long as EC2 takes to notice and start again what failed, made short. */
const restartDelay = 500;

interface BastionOptions {
  /** The public key that may sign in. Default: of a key pair that is made here, as EC2 makes one. */
  readonly authorizedKey?: string | undefined;
  /** Whether the server may connect to this address: what the security groups decide on AWS. */
  readonly mayReach: (destination: { host: string; port: number }) => boolean;
}

/** An SSH server that forwards to the database, in a process of its own, started again when that dies after it has served. */
export interface LocalBastion {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Its public key, in OpenSSH's form: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** The private key to sign in with, where it was made here. */
  readonly keyFile: string | undefined;
  /** Of the process that serves now; undefined while there is none. */
  readonly pid: () => number | undefined;
  /** Ends the server's process like a crash, and leaves it away until `start`. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/**
 * Starts the stand-in for the bastion on 127.0.0.1 at a free port, which stays the same over restarts, as does the
 * host key.
 *
 * @param name of its folder within the session's
 */
export async function startBastion(
  session: Session,
  name: string,
  { authorizedKey, mayReach }: BastionOptions,
): Promise<LocalBastion> {
  const dir = path.join(session.dir, name);
  mkdirSync(dir, { mode: 0o700 });
  const hostKey = makeKey(dir, "host_key");
  const pair = authorizedKey === undefined ? makeKey(dir, "id_ed25519") : undefined;
  const serving = new Serving(
    session,
    {
      port: 0,
      hostKeyFile: hostKey.file,
      user,
      authorizedKey: authorizedKey ?? pair?.publicKey ?? "",
    },
    mayReach,
  );
  await serving.start();
  session.onClose(() => serving.stop());
  return {
    host: "127.0.0.1",
    port: serving.port,
    user,
    hostKey: hostKey.publicKey,
    keyFile: pair?.file,
    pid: () => serving.pid,
    stop: () => serving.stop(),
    start: () => serving.start(),
  };
}

class Serving {
  port = 0;
  private child: ChildProcess | undefined;
  private wanted = false;

  constructor(
    private readonly session: Session,
    private readonly setup: Setup,
    private readonly mayReach: BastionOptions["mayReach"],
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  async start(): Promise<void> {
    this.wanted = true;
    if (this.child) return;
    const child = this.session.spawn(process.execPath, this.argv(), {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.child = child;
    child.once("exit", () => (this.child = undefined));
    this.port = await listening(child);
    // Not before: what has failed to start once would fail for ever.
    child.once("exit", () => void this.startAgain());
    child.on("message", ({ id, ...destination }: Question) => {
      if (child.connected) child.send({ id, allowed: this.mayReach(destination) });
    });
  }

  async stop(): Promise<void> {
    this.wanted = false;
    const { child } = this;
    if (!child) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  private async startAgain(): Promise<void> {
    await sleep(restartDelay, undefined, { ref: false });
    if (!this.wanted || this.child) return;
    await this.start().catch((error: unknown) => {
      if (this.wanted) process.stderr.write(`${(error as Error).message}, and is not started again\n`);
    });
  }

  private argv(): string[] {
    const setup = { ...this.setup, port: this.port };
    return [
      "-r",
      path.join(__dirname, "../../programs/register.js"),
      path.join(__dirname, "server.ts"),
      JSON.stringify(setup),
    ];
  }
}

async function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("message", ({ listening: port }: { listening: number }) => resolve(port));
    child.once("exit", (code) => {
      reject(new GroundworkError(`The SSH server of the local bastion did not start (exit code ${code})`));
    });
  });
}

/** Writes an Ed25519 key, for its owner only; OpenSSH refuses a private key that others may read. */
function makeKey(dir: string, name: string): { file: string; publicKey: string } {
  const pair = makeKeyPair();
  const file = path.join(dir, name);
  writeFileSync(file, pair.private, { mode: 0o600 });
  chmodSync(file, 0o600);
  return { file, publicKey: pair.public };
}
