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
  readonly stop?: AbortSignal;
  /**
   * What becomes of its output, beside being returned: it is shown as it comes; or the terminal is the command's own,
   * so that it can ask, and nothing is returned. Default: nothing.
   */
  readonly output?: "shown" | "terminal";
}

/**
 * Runs the Pulumi CLI to its end. Ctrl-C on a terminal reaches it by itself, since it is in the same process
 * group; a SIGTERM of ours is handed on as SIGINT, at which it ends its current step and saves its state.
 */
export function runPulumi(
  args: readonly string[],
  { cwd, stop, output: mode }: PulumiOptions,
): Promise<PulumiResult> {
  return new Promise((resolve, reject) => {
    const out = mode === "terminal" ? "inherit" : "pipe";
    const child = spawn("pulumi", args, { cwd, stdio: ["inherit", out, out] });
    const interrupt = (): void => {
      // A second SIGINT makes the CLI give up its state: on a terminal it has had the first one already.
      if (!process.stdin.isTTY) child.kill("SIGINT");
    };
    stop?.addEventListener("abort", interrupt, { once: true });
    let output = "";
    let stdout = "";
    const take = (stream: NodeJS.WriteStream) => (text: string) => {
      output += text;
      if (stream === process.stdout) stdout += text;
      if (mode === "shown") stream.write(text);
    };
    child.stdout?.setEncoding("utf8").on("data", take(process.stdout));
    child.stderr?.setEncoding("utf8").on("data", take(process.stderr));
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") return reject(error);
      resolve({ code: 127, output: "pulumi: command not found", stdout });
    });
    child.on("close", (code) => {
      stop?.removeEventListener("abort", interrupt);
      resolve({ code, output: stripVTControlCharacters(output), stdout });
    });
  });
}

/** What a stack has as outputs, none where it isn't deployed; and what the CLI said where it failed. */
export async function readOutputs(
  stack: string,
  { cwd, stop }: PulumiOptions,
): Promise<{ outputs: Readonly<Record<string, unknown>>; failure?: string }> {
  const args = ["stack", "output", "--json", "--non-interactive", "--stack", stack];
  const { code, output, stdout } = await runPulumi(args, { cwd, ...(stop && { stop }) });
  if (code !== 0) return { outputs: {}, failure: output.trim() };
  return { outputs: JSON.parse(stdout) as Record<string, unknown> };
}
