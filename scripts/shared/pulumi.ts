import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

export interface PulumiResult {
  /** Null when a signal ended it; 127, as in a shell, when there is no pulumi on PATH. */
  readonly code: number | null;
  /** stdout and stderr as they came, without what a terminal alone understands. */
  readonly output: string;
  /** Of these, what is meant for programs. */
  readonly stdout: string;
}

interface PulumiOptions {
  readonly cwd: string;
  /** Not started any more once it is aborted. */
  readonly stop?: AbortSignal;
  /**
   * What becomes of its output, beside being returned: it is shown as it comes; or the terminal is the command's own,
   * so that it can ask, and nothing is returned. Default: nothing.
   */
  readonly output?: "shown" | "terminal";
}

/** What our starts of the CLI have in their environment beside the shell's. */
const settings = {
  // Lets `--event-log` through.
  PULUMI_DEBUG_COMMANDS: "true",
  // The key of a stack's secrets stands in its state: the environment's file needn't repeat it.
  PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
};

/**
 * Runs the Pulumi CLI to its end, and hands on the signals that this process gets meanwhile. At the first the CLI ends
 * its current step and saves its state; at the second it gives that step up, notes it as pending, and frees its lock.
 *
 * Ctrl-C on a terminal reaches it by itself, since it is in the same process group.
 */
export function runPulumi(
  args: readonly string[],
  { cwd, stop, output: mode }: PulumiOptions,
): Promise<PulumiResult> {
  stop?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const out = mode === "terminal" ? "inherit" : "pipe";
    const env = { ...process.env, ...settings };
    const child = spawn("pulumi", args, { cwd, env, stdio: ["inherit", out, out] });
    const interrupt = (signal: NodeJS.Signals): void => {
      if (signal === "SIGTERM" || !process.stdin.isTTY) child.kill("SIGINT");
    };
    process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
    let output = "";
    let stdout = "";
    const take = (stream: NodeJS.WriteStream) => (text: string) => {
      output += text;
      if (stream === process.stdout) stdout += text;
      if (mode === "shown") stream.write(text);
    };
    child.stdout?.setEncoding("utf8").on("data", take(process.stdout));
    child.stderr?.setEncoding("utf8").on("data", take(process.stderr));
    const ended = (): void => void process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    child.on("error", (error: NodeJS.ErrnoException) => {
      ended();
      if (error.code !== "ENOENT") return reject(error);
      resolve({ code: 127, output: "pulumi: command not found", stdout });
    });
    child.on("close", (code) => {
      ended();
      resolve({ code, output: stripVTControlCharacters(output), stdout });
    });
  });
}
