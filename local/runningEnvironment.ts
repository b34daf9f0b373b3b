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
  /** What an AWS SDK or CLI needs in its environment to talk to the services of this machine. */
  environment: z.record(z.string(), z.string()),
  /** The authority (a PEM file) that verifies the local PostgreSQL. */
  databaseCaFile: z.string(),
  /** Where the SSH server of the bastion listens, the key to sign in with, and its process. */
  bastion: z.object({ port: z.int(), keyFile: z.string().optional(), pid: z.int().optional() }).optional(),
});

/** What other commands may know of an environment that is up: addresses, and no secret. */
export type RunningEnvironment = z.infer<typeof schema>;

/** What is announced of an environment. */
type Announced = Pick<Environment, "stack" | "region"> & {
  readonly outputs: RunningEnvironment["outputs"];
  readonly services: Pick<Environment["services"], "endpoints" | "bastion">;
  readonly database: { readonly server: Pick<Environment["database"]["server"], "caFile"> };
};

/**
 * Announces an environment of this process to other commands on this machine, until its session closes.
 *
 * A process that is killed leaves the file behind: who reads it looks whether its process is alive.
 *
 * @throws GroundworkError when another process holds an environment of that name
 */
export function publishEnvironment(session: Session, environment: Announced, dir = announcements): void {
  const { stack, outputs, services, database, region } = environment;
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
    environment: {
      ...services.endpoints(),
      AWS_REGION: region,
      // The services here ask for a signature, as AWS does, and take any.
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    },
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
  const announced = schema.parse(JSON.parse(text));
  return isAlive(announced.pid) ? announced : undefined;
}

function bastionOf({ port, keyFile, pid }: LocalBastion): NonNullable<RunningEnvironment["bastion"]> {
  const process = pid();
  return { port, ...(keyFile !== undefined && { keyFile }), ...(process !== undefined && { pid: process }) };
}

const fileOf = (stack: string, dir: string): string => path.join(dir, `${stack}.json`);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // Alive, and another user's.
  }
}
