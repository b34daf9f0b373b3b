import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { GroundworkError } from "../infra/error";
import { root } from "../programs/programs";
import type { LocalBastion } from "./bastion/bastion";
import type { Environment } from "./environment";
import type { Session } from "./session";

/** Where environments that are up are announced: one file each, for their owner only. */
const announcements = process.env.GROUNDWORK_ANNOUNCEMENTS ?? path.join(root, ".cache");

const schema = z.object({
  /** The process that holds the environment. */
  pid: z.int().positive(),
  /** What its programs run with, on top of the environment's file. */
  config: z.record(z.string(), z.string()),
  /** The outputs of each program by project, as the stacks export them. */
  outputs: z.record(z.string(), z.record(z.string(), z.unknown())),
  /** What an AWS SDK or CLI needs in its environment to call the services of this machine, with this run's keys. */
  environment: z.record(z.string(), z.string()),
  /** For libpq, with the master user's password. */
  databaseUrl: z.string(),
  /** The authority (a PEM file) that verifies the local PostgreSQL. */
  databaseCaFile: z.string(),
  /** Where the SSH server of the bastion listens, the key to sign in with, and its process. */
  bastion: z.object({ port: z.int(), keyFile: z.string().optional(), pid: z.int().optional() }).optional(),
});

/** What other commands of its owner know of an environment that is up: addresses, and what opens them. */
export type RunningEnvironment = z.infer<typeof schema>;

/** What is announced of an environment. */
type Announced = Pick<Environment, "stack" | "config"> & {
  readonly outputs: RunningEnvironment["outputs"];
  readonly services: Pick<Environment["services"], "environment" | "bastion">;
  readonly database: Pick<Environment["database"], "user" | "password"> & {
    readonly server: Pick<Environment["database"]["server"], "caFile" | "host" | "port" | "database">;
  };
};

/**
 * Holds an environment's name for this process until its session closes, before anything of it is up.
 *
 * A process that is killed leaves the file behind: who reads it looks whether its process is alive.
 *
 * @throws GroundworkError when another process holds the name
 */
export function claimEnvironment(session: Session, stack: string, dir = announcements): void {
  const holder = holderOf(stack, dir);
  if (holder && holder.pid !== process.pid) {
    throw new GroundworkError(
      `The environment ${stack} is already up, or coming up, in process ${holder.pid}: end that one first (Ctrl-C in its terminal)`,
    );
  }
  announce(stack, { pid: process.pid }, dir);
  session.onClose(() => {
    if (holderOf(stack, dir)?.pid === process.pid) rmSync(fileOf(stack, dir), { force: true });
    return Promise.resolve();
  });
}

/**
 * Announces an environment of this process to other commands on this machine, until its session closes.
 *
 * @returns what it announces
 * @throws GroundworkError when another process holds an environment of that name
 */
export function publishEnvironment(
  session: Session,
  environment: Announced,
  dir = announcements,
): RunningEnvironment {
  const { stack, config, outputs, services, database } = environment;
  claimEnvironment(session, stack, dir);
  const content: RunningEnvironment = {
    pid: process.pid,
    config,
    outputs,
    environment: services.environment(),
    databaseUrl: databaseUrl(database),
    databaseCaFile: database.server.caFile,
    ...(services.bastion && { bastion: bastionOf(services.bastion) }),
  };
  announce(stack, content, dir);
  return content;
}

function announce(stack: string, content: object, dir: string): void {
  const file = fileOf(stack, dir);
  mkdirSync(dir, { recursive: true });
  // Under another name first: a reader never sees half a file.
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

/** The environment of that name that is up on this machine; undefined when there is none. */
export function findEnvironment(stack: string, dir = announcements): RunningEnvironment | undefined {
  const announced = holderOf(stack, dir);
  return announced?.outputs === undefined ? undefined : schema.parse(announced);
}

/** What the process says that holds the name: of one that is coming up no more than its id. */
function holderOf(stack: string, dir: string): { pid: number; outputs?: unknown } | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(stack, dir), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const { pid = 0, ...announced } = JSON.parse(text) as { pid?: number };
  // Looked at first: what a process of another version left behind may have another shape.
  return isAlive(pid) ? { ...announced, pid } : undefined;
}

function databaseUrl({ user, password, server }: Announced["database"]): string {
  const { host, port, database, caFile } = server;
  const tls = new URLSearchParams({ sslmode: "verify-full", sslrootcert: caFile });
  const signIn = [user, password].map(encodeURIComponent).join(":");
  return `postgresql://${signIn}@${host}:${port}/${encodeURIComponent(database)}?${tls.toString()}`;
}

function bastionOf({ port, keyFile, pid }: LocalBastion): NonNullable<RunningEnvironment["bastion"]> {
  const process = pid();
  return { port, ...(keyFile !== undefined && { keyFile }), ...(process !== undefined && { pid: process }) };
}

const fileOf = (stack: string, dir: string): string => path.join(dir, `${stack}.json`);

/** Whether there is such a process. */
export function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // Alive, and another user's.
  }
}
