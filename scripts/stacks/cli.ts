import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** stdout and stderr as they came, without what a terminal alone understands. */
  readonly output: string;
  /** Of these, what is meant for programs. */
  readonly stdout: string;
}

interface CliOptions {
  readonly cwd: string;
  readonly stop: AbortSignal;
  /**
   * What becomes of its output, beside being returned: it is shown as it comes; or the terminal is the command's own,
   * so that it can ask, and nothing is returned. Default: nothing.
   */
  readonly output?: "shown" | "terminal";
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
  { cwd, stop, output: mode }: CliOptions,
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const out = mode === "terminal" ? "inherit" : "pipe";
    const child = spawn(command, args, { cwd, stdio: ["inherit", out, out] });
    const interrupt = (): void => {
      // A second SIGINT makes the CLI give up its state: on a terminal it has had the first one already.
      if (!process.stdin.isTTY) child.kill("SIGINT");
    };
    stop.addEventListener("abort", interrupt, { once: true });
    let output = "";
    let stdout = "";
    const take = (stream: NodeJS.WriteStream) => (text: string) => {
      output += text;
      if (stream === process.stdout) stdout += text;
      if (mode === "shown") stream.write(text);
    };
    child.stdout?.setEncoding("utf8").on("data", take(process.stdout));
    child.stderr?.setEncoding("utf8").on("data", take(process.stderr));
    child.on("error", reject);
    child.on("close", (code) => {
      stop.removeEventListener("abort", interrupt);
      resolve({ code, output: stripVTControlCharacters(output), stdout });
    });
  });
}
