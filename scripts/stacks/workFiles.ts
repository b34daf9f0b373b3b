import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { environmentOf, readEnvironmentFile } from "../../programs/environments";

/** The files that the CLI writes into while it works on one stack. */
export interface WorkFiles {
  readonly dir: string;
  /** The engine's events, when there are some. */
  readonly events: string;
  /**
   * A copy of the environment's config: the CLI rewrites the file that it reads, to keep the salt of the stack's
   * secrets in it. What it writes stands in the stack's state as well, and the checkout stays clean.
   */
  readonly config: string;
}

/** Lends the files for one start of the CLI. */
export async function withWorkFiles<T>(stack: string, use: (files: WorkFiles) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(path.join(tmpdir(), "groundwork-pulumi-"));
  const config = path.join(dir, `Pulumi.${environmentOf(stack)}.yaml`);
  try {
    copyFileSync(readEnvironmentFile(stack).file, config);
    return await use({ dir, config, events: path.join(dir, "events.json") });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
