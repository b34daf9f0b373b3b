import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import Mocha from "mocha";

/** Runs one test file until its first failure. */
export interface Request {
  readonly test: string;
}

export interface Answer {
  /** What failed, and why. */
  readonly failed?: string;
  /** The repository's own files that were loaded. */
  readonly loaded: readonly string[];
  /** In bytes: what Pulumi's runtime keeps of one run it keeps for good. */
  readonly memory: number;
}

const root = process.cwd();
const load = createRequire(path.join(root, "package.json"));
/** What mocha's own command loads first. */
const settings = JSON.parse(readFileSync(".mocharc.json", "utf8")) as { readonly require: readonly string[] };
for (const file of settings.require) load(file);

process.on("message", ({ test }: Request) => {
  // What the repository itself has is loaded anew, packages are kept.
  for (const file of Object.keys(require.cache))
    if (file.startsWith(root) && file !== __filename) Reflect.deleteProperty(require.cache, file);
  const answer = (failed?: string): void => {
    const loaded = Object.keys(require.cache).map((file) => path.relative(root, file));
    const memory = process.memoryUsage.rss();
    process.send!({ ...(failed !== undefined && { failed }), loaded, memory } satisfies Answer);
  };
  let failed: string | undefined;
  try {
    const mocha = new Mocha({ bail: true, timeout: 60_000, reporter: "dot" });
    mocha.addFile(path.resolve(test));
    mocha
      .run(() => {
        // Otherwise it goes on listening for rejections, and hands each to those of the other runs, which do the same.
        mocha.dispose();
        answer(failed);
      })
      .on("fail", (tried, error: Error) => {
        failed ??= `${tried.fullTitle()}: ${error.message}`;
      });
  } catch (error) {
    answer(String(error));
  }
});
