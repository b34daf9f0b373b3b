import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

/** Where the processes of a run, which mocha may start several of, write what they leave out. */
const folder = (process.env.GROUNDWORK_NOT_RUN ??= mkdtempSync(path.join(tmpdir(), "groundwork-not-run-")));
const book = path.join(folder, "needs");

/**
 * Leaves a test out, or from a hook before all the tests of its suite, for what this machine lacks: says so there, and in
 * one line at the end of the run.
 *
 * @param needs what isn't there, such as `ssh`
 */
export function notRun(test: Mocha.Context, needs: string): never {
  // Its types don't say that hooks have one.
  const own = test.runnable() as Mocha.Runnable & { readonly type: "hook" | "test" };
  const count = own.type === "hook" && own.parent ? own.parent.total() : 1;
  appendFileSync(book, `${needs}\n`.repeat(count));
  process.stderr.write(`      skipped: this machine has no ${needs}\n`);
  return test.skip();
}

/** Mocha calls it once, in the process that was started, when all is over. */
export function mochaGlobalTeardown(): void {
  const needed = readNeeds();
  rmSync(folder, { recursive: true, force: true });
  const counts = [...new Set(needed)].map(
    (needs) => `${needed.filter((each) => each === needs).length} that need ${needs}`,
  );
  if (counts.length > 0) process.stdout.write(`not run: ${counts.join(", ")}\n`);
}

function readNeeds(): string[] {
  try {
    return readFileSync(book, "utf8").trimEnd().split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
