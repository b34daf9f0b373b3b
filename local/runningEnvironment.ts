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
type Announced = Pick<Environment, "stack"> & {
  readonly outputs: RunningEnvironment["outputs"];
  readonly services: Pick<Environment["services"], "environment" | "bastion">;
  readonly database: Pick<Environment["database"], "user" | "password"> & {
    readonly server: Pick<Environment["database"]["server"], "caFile" | "host" | "port" | "database">;
  };
};

/**
 * Announces an environment of this process to other commands on this machine, until its session closes.
 *
 * A process that is killed leaves the file behind: who reads it looks whether its process is alive.
 *
 * @returns what it announces
 * @throws GroundworkError when another process holds an environment of that name
 */
export function publishEnvironment(
  session: Session,
  environment: Announced,
  dir = announcements,
): RunningEnvironment {
  const { stack, outputs, services, database } = environment;
  const other = findEnvironment(stack, dir);
  if (other && other.pid !== process.pid) {
    throw new GroundworkError(
      `The environment ${stack} is already up, in process ${other.pid}: end that one first (Ctrl-C in its terminal)`,
    );
  }
  const file = fileOf(stack, dir);
  const content: RunningEnvironment = {
    pid: process.pid,
    outputs,
    environment: services.environment(),
    databaseUrl: databaseUrl(database),
    databaseCaFile: database.server.caFile,
    ...(services.bastion && { bastion: bastionOf(services.bastion) }),
  };
  mkdirSync(dir, { recursive: true });
  // Under another name first: a reader never sees half a file.
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
  session.onClose(() => {
    if (findEnvironment(stack, dir)?.pid === process.pid) rmSync(file, { force: true });
    return Promise.resolve();
  });
  return content;
}

/** The environment of that name that is up on this machine; undefined when there is none. */
export function findEnvironment(stack: string, dir = announcements): RunningEnvironment | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(stack, dir), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const announced = JSON.parse(text) as { pid?: number };
  // Looked at first: what a process of another version left behind may have another shape.
  return isAlive(announced.pid ?? 0) ? schema.parse(announced) : undefined;
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
