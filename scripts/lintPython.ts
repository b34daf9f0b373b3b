import { spawnSync } from "node:child_process";
import { GroundworkError } from "../infra/error";
import { pythonEnvironment, pythonLacks } from "../local/glue/pythonEnvironment";
import { root } from "../programs/programs";
import { Command } from "./shared/command";
import { runCommand } from "./shared/terminal";

new Command("npm run lint:python --")
  .description("Checks the Python of functions/glue: its format, by a linter, and its types.")
  .parse();

/** For a machine without a way to PyPI: what pip may take. */
const seconds = 120;

const checks = [
  ["ruff", "format", "--check", "--quiet", "functions/glue"],
  ["ruff", "check", "--quiet", "functions/glue"],
  ["mypy", "--cache-dir", ".cache/mypy", "--no-error-summary", "functions/glue"],
] as const;

/** Checks the Python of functions/glue; says in one line why it can't, which is no failure. */
async function lintPython(): Promise<void> {
  const missing = pythonLacks();
  if (missing !== undefined) return notRun(`${missing} is not on this machine`);
  let python: string;
  try {
    const file = "functions/glue/requirements-dev.txt";
    python = await pythonEnvironment("lint", file, "ruff and mypy", say, AbortSignal.timeout(seconds * 1000));
  } catch (error) {
    if ((error as Error).name === "AbortError") return notRun(`pip took longer than ${seconds} s`);
    if (error instanceof GroundworkError) return notRun(error.message);
    throw error;
  }
  for (const args of checks) {
    const { status, error } = spawnSync(python, ["-m", ...args], { cwd: root, stdio: "inherit" });
    if (error) throw error;
    if (status !== 0) process.exitCode = 1;
  }
}

function notRun(reason: string): void {
  say(`NOT RUN: lint:python. ${reason}`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

runCommand(lintPython);
