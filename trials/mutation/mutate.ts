import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import { type Mutant, mutantsOf } from "./mutants";
import type { Answer, Request } from "./runner";

const notCopied = new Set(["node_modules", ".git", ".cache", "coverage"]);

/** In bytes: a process that has come to more is replaced. */
const mostMemory = 1024 ** 3;

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
        if (answer === undefined || answer.memory > mostMemory) this.close();
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

/** A copy of the repository of its own, with what runs tests in it. */
class Copy {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "mutation-"));
  private readonly runner = new Runner(this.folder);

  constructor(
    root: string,
    private readonly stop: AbortSignal,
  ) {
    stop.addEventListener("abort", () => this.runner.close());
    cpSync(root, this.folder, {
      recursive: true,
      filter: (from) => !notCopied.has(path.relative(root, from)),
    });
    symlinkSync(path.join(root, "node_modules"), path.join(this.folder, "node_modules"));
  }

  async run(test: string, milliseconds: number): Promise<Answer | undefined> {
    const answer = await this.runner.run({ test }, milliseconds);
    this.stop.throwIfAborted();
    return answer;
  }

  /** Has the mutant in place of its file while it does the work. */
  async with<T>({ file, at, end, instead }: Mutant, work: () => Promise<T>): Promise<T> {
    const target = path.join(this.folder, file);
    const text = readFileSync(target, "utf8");
    writeFileSync(target, text.slice(0, at) + instead + text.slice(end));
    try {
      return await work();
    } finally {
      writeFileSync(target, text);
    }
  }

  close(): void {
    this.runner.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** The mutants of files below a folder; with more than `most`, so many of them, evenly spread. */
export function mutantsIn(root: string, files: readonly string[], most: number): Mutant[] {
  const all = files.flatMap((file) => mutantsOf(file, readFileSync(path.join(root, file), "utf8")));
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]!);
}

/**
 * Runs tests on mutants, in copies of the repository: of each file those test files that load it, first the one that
 * noticed the last mutant of that file, then quick ones.
 *
 * @param jobs so many at a time, each in a copy of its own.
 * @param onTried hears of each, and whether a test noticed it.
 * @throws GroundworkError when the tests fail without a mutant.
 */
export async function mutate(
  root: string,
  mutants: readonly Mutant[],
  tests: readonly string[],
  jobs: number,
  onTried: (mutant: Mutant, noticed: boolean) => void,
  stop: AbortSignal,
): Promise<void> {
  const copies = Array.from({ length: jobs }, () => new Copy(root, stop));
  try {
    const times = new Map<string, number>();
    const loads = new Map<string, readonly string[]>();
    for (const test of tests) {
      // The first time it is compiled and its packages are loaded.
      for (let i = 0; i < 2; i++) {
        const started = Date.now();
        const answer = await copies[0]!.run(test, 600_000);
        if (answer?.failed !== undefined || answer === undefined)
          throw new GroundworkError(
            `${test} fails without a mutant: ${answer?.failed ?? "it ended its process"}`,
          );
        times.set(test, Date.now() - started);
        loads.set(test, answer.loaded);
      }
    }
    const quickFirst = [...tests].sort((a, b) => times.get(a)! - times.get(b)!);
    const noticedLast = new Map<string, string>();
    const left = [...mutants];
    await Promise.all(
      copies.map(async (copy) => {
        for (let mutant = left.shift(); mutant; mutant = left.shift()) {
          const { file } = mutant;
          const those = quickFirst.filter((test) => loads.get(test)!.includes(file));
          const last = those.indexOf(noticedLast.get(file) ?? "");
          if (last > 0) those.unshift(...those.splice(last, 1));
          const noticing = await copy.with(mutant, async () => {
            for (const test of those) {
              // A mutant that never ends is noticed too.
              const answer = await copy.run(test, 5_000 + 4 * jobs * times.get(test)!);
              if (answer === undefined || answer.failed !== undefined) return test;
            }
            return undefined;
          });
          if (noticing !== undefined) noticedLast.set(file, noticing);
          onTried(mutant, noticing !== undefined);
        }
      }),
    );
  } finally {
    for (const copy of copies) copy.close();
  }
}
