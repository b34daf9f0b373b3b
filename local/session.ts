import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What requests to the services of a run are signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * What a run of the environment holds on this machine: one temporary folder and some child processes.
 *
 * All of it is gone after `close()`. A guard, a shell that waits on a pipe from this process, sees to it when
 * this process can't: the pipe closes however it ends, `kill -9` included.
 */
export class Session {
  /** The folder of this run, its owner's alone. Where that is root, PostgreSQL's account may pass through as well. */
  readonly dir = mkdtempSync(join(tmpdir(), "groundwork-"));
  /** Of this run alone: any program and any page in a browser can reach a port of this machine. */
  readonly credentials: Credentials = {
    accessKeyId: `LOCAL${randomBytes(8).toString("hex").slice(1).toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString("base64url"),
  };
  private readonly guard = startGuard(this.dir);
  private readonly closers: (() => Promise<void>)[] = [];
  private closing: Promise<void> | undefined;

  /** Registers what to do at `close()`; the last registered runs first. */
  onClose(closer: () => Promise<void>): void {
    this.closers.push(closer);
  }

  /**
   * Starts a child in a process group of its own: a Ctrl-C on the terminal reaches this process alone.
   * @throws Error after `close()`, when nobody would end it
   */
  spawn(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    if (this.closing) throw new Error(`The environment is closing: ${command} doesn't start any more`);
    const child = spawn(command, args, { ...options, detached: true });
    if (child.pid !== undefined) {
      const pid = child.pid;
      this.tellGuard(`+${pid}`);
      child.once("exit", () => this.tellGuard(`-${pid}`));
    }
    return child;
  }

  /** Ends everything, in reverse order of its start. Safe to call more than once. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const closer of this.closers.reverse()) {
      await closer().catch((error: unknown) => failures.push(error));
    }
    rmSync(this.dir, { recursive: true, force: true });
    this.guard.stdin?.end();
    if (failures.length > 0) throw new AggregateError(failures, "The environment did not close cleanly");
  }

  private tellGuard(line: string): void {
    if (this.guard.stdin?.writable) this.guard.stdin.write(`${line}\n`);
  }
}

/**
 * Reads `+pid` and `-pid` lines. At the end of its input it ends the processes still listed (SIGQUIT is
 * PostgreSQL's immediate shutdown; whoever is left after a second gets SIGKILL) and removes the folder.
 */
const guardScript = `
pids=" "
while read -r line; do
  pid="\${line#?}"
  case "$line" in
    +*) pids="$pids$pid " ;;
    -*) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
if [ -n "\${pids# }" ]; then
  kill -QUIT $pids 2>/dev/null
  sleep 1
  kill -KILL $pids 2>/dev/null
fi
rm -rf "$1"
`;

function startGuard(dir: string): ChildProcess {
  const guard = spawn("/bin/sh", ["-c", guardScript, "groundwork-guard", dir], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.stdin?.on("error", () => undefined); // The guard was killed: close() still does its work.
  guard.unref();
  (guard.stdin as { unref?: () => void } | null)?.unref?.();
  return guard;
}
