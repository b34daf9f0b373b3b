import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import { type Mutant, mutantsOf } from "./mutants";
import type { Answer, Request } from "./runner";

const left = new Set(["node_modules", ".git", ".cache", "coverage"]);

/** Runs test files in a process of its own, which is ended where they don't end. */
class Runner {
  private child: ChildProcess | undefined;

  constructor(private readonly root: string) {}

  /** Undefined where they ended in none. */
  run(request: Request, milliseconds: number): Promise<Answer | undefined> {
    const child = (this.child ??= this.start());
    return new Promise((resolve) => {
      const end = (answer?: Answer): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        if (answer === undefined) this.close();
        resolve(answer);
      };
      const timer = setTimeout(end, milliseconds);
      child.once("message", end).once("exit", () => end());
      child.send(request);
    });
  }

  private start(): ChildProcess {
    return spawn(process.execPath, ["-r", "./programs/register.js", "trials/mutation/runner"], {
      cwd: this.root,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      detached: true,
    });
  }

  /** Ends it with the servers that its tests started. */
  close(): void {
    if (this.child?.pid !== undefined && this.child.exitCode === null)
      process.kill(-this.child.pid, "SIGKILL");
    this.child = undefined;
  }
}

/**
 * Runs tests on mutants, in a copy of the repository: of each file those test files that load it, quick ones first.
 *
 * @param most so many of all mutants, evenly spread.
 * @param survived hears of each that no test noticed.
 * @throws GroundworkError when the tests fail without a mutant.
 */
export async function mutate(
  root: string,
  files: readonly string[],
  tests: readonly string[],
  most: number,
  survived: (mutant: Mutant) => void,
  stop: AbortSignal,
): Promise<{ tried: number; killed: number }> {
  const all = files.flatMap((file) => mutantsOf(file, readFileSync(path.join(root, file), "utf8")));
  const step = Math.max(1, all.length / most);
  const copy = mkdtempSync(path.join(tmpdir(), "mutation-"));
  const runner = new Runner(copy);
  stop.addEventListener("abort", () => runner.close());
  try {
    cpSync(root, copy, { recursive: true, filter: (from) => !left.has(path.relative(root, from)) });
    symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
    const times = new Map<string, number>();
    const loads = new Map<string, readonly string[]>();
    for (const test of tests) {
      // The first time it is compiled and its packages are loaded.
      for (let i = 0; i < 2; i++) {
        const started = Date.now();
        const answer = await runner.run({ test }, 600_000);
        stop.throwIfAborted();
        if (answer?.failed !== undefined || answer === undefined)
          throw new GroundworkError(
            `${test} fails without a mutant: ${answer?.failed ?? "it ended its process"}`,
          );
        times.set(test, Date.now() - started);
        loads.set(test, answer.loaded);
      }
    }
    const quickFirst = [...tests].sort((a, b) => times.get(a)! - times.get(b)!);
    const result = { tried: 0, killed: 0 };
    for (let i = 0; i < all.length; i += step) {
      const mutant = all[Math.floor(i)]!;
      result.tried++;
      const target = path.join(copy, mutant.file);
      const text = readFileSync(target, "utf8");
      writeFileSync(target, text.slice(0, mutant.at) + mutant.instead + text.slice(mutant.end));
      let noticed = false;
      for (const test of quickFirst.filter((each) => loads.get(each)!.includes(mutant.file))) {
        // A mutant that never ends is noticed too.
        const answer = await runner.run({ test }, 5_000 + 4 * times.get(test)!);
        stop.throwIfAborted();
        noticed = answer === undefined || answer.failed !== undefined;
        if (noticed) break;
      }
      writeFileSync(target, text);
      if (noticed) result.killed++;
      else survived(mutant);
    }
    return result;
  } finally {
    runner.close();
    rmSync(copy, { recursive: true });
  }
}
