import { mkdirSync, rmSync } from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { GroundworkError } from "../infra/error";
import { root } from "../programs/programs";
import type { LocalBastion } from "./bastion/bastion";
import type { Environment } from "./environment";
import { replaceFile, textIfThere } from "./files";
import { holderOf, takeLock } from "./lock";
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
 * @throws GroundworkError when another process holds the name
 */
export function claimEnvironment(
  session: Pick<Session, "onClose">,
  stack: string,
  dir = announcements,
): void {
  mkdirSync(dir, { recursive: true });
  const lock = lockOf(stack, dir);
  const holder = takeLock(lock);
  if (holder === process.pid) return;
  if (holder !== undefined) {
    throw new GroundworkError(
      `The environment ${stack} is already up, or coming up, in process ${holder}: end that one first (Ctrl-C in its terminal)`,
    );
  }
  session.onClose(() => {
    for (const file of [fileOf(stack, dir), lock]) rmSync(file, { force: true });
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
  replaceFile(fileOf(stack, dir), `${JSON.stringify(content, null, 2)}\n`);
  return content;
}

/** The environment of that name that is up on this machine; undefined when there is none. */
export function findEnvironment(stack: string, dir = announcements): RunningEnvironment | undefined {
  const holder = holderOf(lockOf(stack, dir));
  const text = textIfThere(fileOf(stack, dir));
  if (holder === undefined || text === undefined) return undefined;
  const announced = JSON.parse(text) as { pid?: number };
  // Looked at first: what a process that was killed left behind may be of another version, and of another shape.
  return announced.pid === holder ? schema.parse(announced) : undefined;
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
const lockOf = (stack: string, dir: string): string => path.join(dir, `${stack}.lock`);
