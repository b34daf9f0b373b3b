import { spawn } from "node:child_process";

export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** stdout and stderr as they came, without what a terminal alone understands. */
  readonly output: string;
}

interface CliOptions {
  readonly cwd: string;
  readonly stop: AbortSignal;
  /** Whether its output is shown as it comes. Default false. */
  readonly shown?: boolean;
}

/**
 * Runs a command to its end. Ctrl-C on a terminal reaches the CLI by itself, since it is in the same process
 * group; a SIGTERM of ours is handed on as SIGINT, at which Pulumi ends its current step and saves its state.
 *
 * @throws the error of `spawn`, with code ENOENT when the command isn't on PATH
 */
export function runCli(
  command: string,
  args: readonly string[],
  { cwd, stop, shown = false }: CliOptions,
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ["inherit", "pipe", "pipe"] });
    const interrupt = (): void => {
      // A second SIGINT makes the CLI give up its state: on a terminal it has had the first one already.
      if (!process.stdin.isTTY) child.kill("SIGINT");
    };
    stop.addEventListener("abort", interrupt, { once: true });
    let output = "";
    const take = (out: NodeJS.WriteStream) => (chunk: Buffer) => {
      output += chunk.toString("utf8");
      if (shown) out.write(chunk);
    };
    child.stdout.on("data", take(process.stdout));
    child.stderr.on("data", take(process.stderr));
    child.on("error", reject);
    child.on("close", (code) => {
      stop.removeEventListener("abort", interrupt);
      resolve({ code, output });
    });
  });
}
