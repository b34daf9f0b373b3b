import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LambdaClient, InvokeCommand } from "@aws-sdk/client-lambda";
import type { RunningEnvironment } from "../../local/runningEnvironment";
import { root } from "../../programs/programs";
import { shareCompiled } from "./checkout";

const copied = [
  ..."functions github infra local policy programs scripts stacks tables trials".split(" "),
  ..."index.ts package.json tsconfig.json Pulumi.yaml Pulumi.local.yaml Pulumi.dev.yaml".split(" "),
];

/** A copy of this checkout, whose files a test may change, and its environment under `npm run local -- --watch`. */
export class WatchedCheckout {
  private child: ChildProcess;
  private lines: string[] = [];
  /** What was printed, line by line. */
  readonly all: string[] = [];

  constructor(
    readonly dir: string,
    private readonly options: readonly string[] = [],
  ) {
    for (const name of copied) cpSync(path.join(root, name), path.join(dir, name), { recursive: true });
    symlinkSync(path.join(root, "node_modules"), path.join(dir, "node_modules"));
    shareCompiled(dir);
    this.child = this.start();
  }

  private start(): ChildProcess {
    const { dir, options } = this;
    const args = ["-r", "./programs/register.js", "scripts/local", "--watch", ...options];
    const child = spawn(process.execPath, args, {
      cwd: dir,
      env: {
        ...process.env,
        GROUNDWORK_ENVIRONMENTS: dir,
        GROUNDWORK_ANNOUNCEMENTS: path.join(dir, ".cache"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let rest = "";
    const take = (chunk: Buffer): void => {
      const parts = (rest + chunk.toString()).split("\n");
      rest = parts.pop() ?? "";
      this.lines.push(...parts);
      this.all.push(...parts);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    return child;
  }

  /** Ends it, and brings it up again from the files as they are now. */
  async restart(): Promise<void> {
    await this.end();
    this.child = this.start();
    await this.told(/^watching/);
  }

  /** Waits for a line that wasn't there the last time that this was asked. */
  async told(pattern: RegExp): Promise<string> {
    const until = Date.now() + 90_000;
    for (;;) {
      const at = this.lines.findIndex((line) => pattern.test(line));
      const found = this.lines[at];
      this.lines = this.lines.slice(at + 1);
      if (found !== undefined) return found;
      if (this.child.exitCode !== null) throw new Error(`It ended: ${this.all.join("\n")}`);
      if (Date.now() > until) throw new Error(`No line of ${pattern} in:\n${this.all.join("\n")}`);
      await sleep(50);
    }
  }

  read(file: string): string {
    return readFileSync(path.join(this.dir, file), "utf8");
  }

  /** The address that lets a browser into its console. */
  consoleAddress(): string {
    return /Console +(\S+)/.exec(this.all.join("\n"))?.[1] ?? "";
  }

  /** @returns the text before */
  save(file: string, change: (text: string) => string): string {
    const before = this.read(file);
    writeFileSync(path.join(this.dir, file), change(before));
    return before;
  }

  /** Behind those that are there. */
  addMigration(name: string, sql: string): void {
    const folder = path.join(this.dir, "functions/sql");
    const number = String(readdirSync(folder).length + 1).padStart(3, "0");
    writeFileSync(path.join(folder, `${number}_${name}.sql`), sql);
  }

  running(): RunningEnvironment {
    return JSON.parse(this.read(".cache/local.json")) as RunningEnvironment;
  }

  /** What a function answers, or the message of its error. */
  async invoke(FunctionName: string, event: unknown): Promise<string> {
    const { AWS_ENDPOINT_URL_LAMBDA, AWS_REGION, ...keys } = this.running().environment;
    const client = new LambdaClient({
      endpoint: AWS_ENDPOINT_URL_LAMBDA!,
      region: AWS_REGION!,
      credentials: { accessKeyId: keys.AWS_ACCESS_KEY_ID!, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY! },
    });
    try {
      const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) });
      return Buffer.from((await client.send(command)).Payload ?? []).toString();
    } finally {
      client.destroy();
    }
  }

  /** As Ctrl-C does. @returns the exit code */
  async end(): Promise<number | null> {
    if (this.child.exitCode === null) {
      const gone = once(this.child, "exit");
      this.child.kill("SIGINT");
      await gone;
    }
    return this.child.exitCode;
  }
}
