import { readdirSync, statSync } from "node:fs";
import * as path from "node:path";
import { root } from "../../programs/programs";

/** What programs are made of: folders with all that is below them, and files of the root. */
export const sourceFolders = ["stacks", "infra", "functions", "tables", "policy", "programs"];
const rootFiles = ["index.ts", "package.json"];

/** By file, what is another text once it was saved. */
export type Sources = ReadonlyMap<string, string>;

/** All files that a program may read, as they are now; its config is not among them. */
export function readSources(): Sources {
  const files = sourceFolders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name)),
  );
  return new Map(
    [...files, ...rootFiles.map((file) => path.join(root, file))].map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return [file, found ? `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : ""];
    }),
  );
}

/** The files of ours that a module loaded, itself among them; not those behind `beyond`. */
export function modulesOf(file: string, beyond: ReadonlySet<string>, found = new Set<string>()): Set<string> {
  const module = require.cache[file];
  if (!module || found.has(file) || !file.startsWith(root) || file.includes("node_modules")) return found;
  found.add(file);
  for (const { id } of module.children) if (!beyond.has(id)) modulesOf(id, beyond, found);
  return found;
}
