import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { GroundworkError } from "../../infra/error";
import type { Session } from "../../local/session";
import type { Command } from "./command";

interface LineOptions {
  /** Starts the program, and sees to it that it doesn't outlive this process, however that ends. */
  readonly session: Pick<Session, "spawn">;
  readonly command: Command;
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: AbortSignal;
  /** Whether the other end answers; asked until it does. */
  readonly answers: () => Promise<boolean>;
  /** Told each time that the other end answers on a new line. */
  readonly onUp: () => void;
  /** Told when a line is lost or did not come about: why, and in how many milliseconds the next one is tried. */
  readonly onDown: (reason: string, delay: number) => void;
  /** Milliseconds before the first new try; doubled up to `maxDelay`. Default 1000. */
  readonly firstDelay?: number;
  /** Default 30000. */
  readonly maxDelay?: number;
}

/** What trying again can't mend. */
const fatal: readonly (readonly [pattern: RegExp, fix: string])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed|host key .* has changed/i,
    "The bastion shows another host key than the pinned one, so that it may not be the bastion at all: nothing was sent to it. If you know why it changed, give the new one with --host-key",
  ],
  [/Load key .*: (invalid format|error in libcrypto)/i, "The file given with --key is no private key"],
  [/UNPROTECTED PRIVATE KEY FILE/, "ssh refuses a private key that others may read: chmod 600 it"],
  [/Identity file .* not accessible/, "The private key given with --key does not exist"],
  // Behind what is wrong with a key itself, which ssh says first and then goes on without it.
  [
    /Permission denied \(/,
    "The bastion does not take the key: name the private key of its key pair with --key",
  ],
  [
    /SessionManagerPlugin is not found/,
    "Session Manager's plugin for the AWS CLI is missing: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
  ],
  [
    /ExpiredToken|Unable to locate credentials|AccessDenied/,
    "AWS does not let you in: sign in again, or choose a profile that may call ssm:StartSession (AWS_PROFILE)",
  ],
];

/**
 * Keeps a line up until it is told to stop: starts the program, starts it again with back-off when it ends.
 *
 * @throws GroundworkError for what another try can't mend: a wrong key, a changed host key, a missing program
 */
export async function holdLine(options: LineOptions): Promise<void> {
  const { stop, onDown, firstDelay = 1000, maxDelay = 30_000 } = options;
  let delay = firstDelay;
  while (!stop.aborted) {
    const { reason, wasUp } = await runOnce(options);
    if (stop.aborted) return;
    if (wasUp) delay = firstDelay;
    onDown(reason, delay);
    await sleep(delay, undefined, { signal: stop }).catch(() => undefined);
    delay = Math.min(delay * 2, maxDelay);
  }
}

async function runOnce(options: LineOptions): Promise<{ reason: string; wasUp: boolean }> {
  const { session, command, environment, stop } = options;
  const child = session.spawn(command.program, command.args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const end = (): void => endGroup(child);
  stop.addEventListener("abort", end);
  const ended = new AbortController();
  const watching = watch(options, AbortSignal.any([ended.signal, stop]));
  try {
    const reason = await outcome(child, command.program);
    ended.abort();
    return { reason, wasUp: await watching };
  } finally {
    ended.abort();
    stop.removeEventListener("abort", end);
    endGroup(child);
  }
}

/** Ends a program with its group: Session Manager's plugin under the AWS CLI, a ProxyCommand under ssh. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return; // It never started.
  try {
    process.kill(-pid, "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // All of it has ended already.
  }
}

/** Asks until the other end answers or the line has ended; resolves to whether it answered. */
async function watch({ answers, onUp }: LineOptions, ended: AbortSignal): Promise<boolean> {
  while (!ended.aborted) {
    if ((await answers()) && !ended.aborted) {
      onUp();
      return true;
    }
    await sleep(200, undefined, { signal: ended }).catch(() => undefined);
  }
  return false;
}

/** Why the program ended, in its own words. */
async function outcome(child: ChildProcess, program: string): Promise<string> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-8192)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const known = fatal.find(([pattern]) => pattern.test(said));
  if (known) throw new GroundworkError(known[1]);
  const lastLine = said.trim().split(/\r?\n/).at(-1) ?? "";
  return lastLine === "" ? `${program} ended with ${code ?? "a signal"}` : lastLine;
}
