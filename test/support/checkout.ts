import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import * as path from "node:path";
import { root } from "../../programs/programs";

/** A copy of this project in a folder, whose tables and migrations a test may change; answers with the folder. */
export function copyCheckout(folder: string): string {
  cpSync(root, folder, {
    recursive: true,
    filter: (from) => !/[\\/](node_modules|\.git|\.cache)$/.test(from),
  });
  // Hard links where they can be: what packages the functions looks for no symbolic ones.
  const packages = [path.join(root, "node_modules"), path.join(folder, "node_modules")];
  try {
    execFileSync("cp", ["-Rl", ...packages], { stdio: "ignore" });
  } catch {
    execFileSync("cp", ["-R", ...packages]);
  }
  shareCompiled(folder);
  return folder;
}

/** Has a copy take what this checkout's TypeScript was compiled to, which depends on the text alone, not on the folder. */
export function shareCompiled(checkout: string): void {
  mkdirSync(path.join(checkout, ".cache"), { recursive: true });
  symlinkSync(path.join(root, ".cache/typescript"), path.join(checkout, ".cache/typescript"));
}
