import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../programs/programs";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of `scripts/` as npm would, with a temporary folder of its own to see what it leaves there. */
export class Command {
  readonly tmp = mkdtempSync(path.join(tmpdir(), "groundwork-command-"));
  private readonly children: ChildProcess[] = [];

  constructor(
    private readonly script: string,
    /** The checkout that it is run in. */
    private readonly folder = root,
  ) {
    // PostgreSQL runs as another user when this one is root, and has to get in.
    chmodSync(this.tmp, 0o755);
  }

  start(...args: string[]) {
    return this.startIn({}, ...args);
  }

  private startIn(
    variables: Readonly<Record<string, string>>,
    ...args: string[]
  ): {
    child: ChildProcess;
    ended: Promise<Ended>;
    says: (text: string) => Promise<void>;
  } {
    const child = spawn(
      process.execPath,
      ["-r", "./programs/register.js", `scripts/${this.script}`, ...args],
      {
        cwd: this.folder,
        env: { ...process.env, TMPDIR: this.tmp, NO_COLOR: "1", ...variables },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.children.push(child);
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = once(child, "close").then(() => ({ code: child.exitCode, stdout, stderr }));
    const says = async (text: string): Promise<void> => {
      while (!stdout.includes(text) && !stderr.includes(text)) {
        if (child.exitCode !== null) throw new Error(`It ended without saying ${text}:\n${stderr}`);
        await sleep(20);
      }
    };
    return { child, ended, says };
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** The same with other variables in its environment. */
  runIn(variables: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
    return this.startIn(variables, ...args).ended;
  }

  /** What is still there: folders, and processes that were started in them. */
  leftovers(): string[] {
    const processes = execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" }).split("\n");
    return [...readdirSync(this.tmp), ...processes.filter((line) => line.includes(this.tmp))];
  }

  /** The same, once there is nothing or after five seconds: a guard cleans up after a killed process. */
  async leftoversSoon(): Promise<string[]> {
    for (let tries = 0; tries < 100 && this.leftovers().length > 0; tries++) await sleep(50);
    return this.leftovers();
  }

  close(): void {
    for (const child of this.children) child.kill("SIGKILL");
    rmSync(this.tmp, { recursive: true, force: true });
  }
}
