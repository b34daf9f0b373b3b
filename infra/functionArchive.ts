import { existsSync, readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { GroundworkError } from "./error";

const root = path.join(__dirname, "..");

/** The file that a callback is serialized into, and what that file exports: the names that CallbackFunction gives. */
const [file, exportName] = ["__index", "handler"];

/** What Lambda calls. */
export const entryPoint = `${file}.${exportName}`;

/** Folders and files of npm packages that `require` never reads. */
const unneededFolders = new Set(["esm", "test", "tests", "docs", "examples"]);
const neededFile = /\.c?js$|\.json$|^licen[cs]e/i;
const unneededFile = /(^|\.)(min|test|bench)\.js$/;

/**
 * What is deployed of a callback: it and what it captures in one file, and of the npm packages that it imports the
 * files that `require` can reach.
 *
 * The callback is serialized as `aws.lambda.CallbackFunction` does it, which isn't used for two reasons: it reads the
 * whole of node_modules for each function, a second of CPU and more; and in a program in `stacks/ingest` with
 * `node_modules` at the root it keys what it finds `../../node_modules/pg`, which Lambda unpacks outside the function.
 *
 * @param packages of the `dependencies` in package.json
 * @throws GroundworkError when a package isn't among them or isn't installed; Pulumi's when the callback captures what
 *   can't be serialized, or a secret, which would stand in the archive in clear
 */
export async function functionArchive(
  callback: object,
  packages: readonly string[],
): Promise<pulumi.asset.AssetArchive> {
  // From the program's folder: what the engine keeps of it is the same on every machine.
  const toRoot = path.relative(process.cwd(), root);
  const files: pulumi.asset.AssetMap = {};
  for (const folder of packageFolders(packages))
    for (const own of requirableFiles(path.join(root, folder)))
      files[path.posix.join(folder, own)] = new pulumi.asset.FileAsset(path.join(toRoot, folder, own));
  const { text } = await pulumi.runtime.serializeFunction(callback as (...args: unknown[]) => unknown, {
    exportName,
  });
  return new pulumi.asset.AssetArchive({ [`${file}.js`]: new pulumi.asset.StringAsset(text), ...files });
}

function dependenciesOf(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8")) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  return Object.keys(manifest.dependencies ?? {});
}

/**
 * The folders of these packages and of all that they depend on, without what is optional, as paths from the root with
 * forward slashes.
 */
function packageFolders(names: readonly string[]): Set<string> {
  const ours = dependenciesOf("");
  const unknown = names.filter((name) => !ours.includes(name));
  if (unknown.length > 0) {
    throw new GroundworkError(
      `A function needs ${unknown.join(", ")}, which package.json lacks: add it there under "dependencies".`,
    );
  }
  const found = new Set<string>();
  const add = (name: string, from: string): void => {
    const folder = folderOf(name, from);
    if (folder === undefined)
      throw new GroundworkError(`The npm package ${name} is not installed: run npm ci in this folder.`);
    if (found.has(folder)) return;
    found.add(folder);
    for (const dependency of dependenciesOf(folder)) add(dependency, folder);
  };
  for (const name of names) add(name, "");
  return found;
}

/** Where `require` finds a package that is required in this folder. */
function folderOf(name: string, from: string): string | undefined {
  const folder = path.posix.join(from, "node_modules", name);
  if (existsSync(path.join(root, folder))) return folder;
  return from === "" || from === "." ? undefined : folderOf(name, path.posix.dirname(from));
}

/** Paths below the folder, with forward slashes, sorted so that the archive is the same on every machine. */
function requirableFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      if (entry.isDirectory()) {
        if (unneededFolders.has(entry.name)) return [];
        return requirableFiles(path.join(folder, entry.name)).map((file) => `${entry.name}/${file}`);
      }
      return neededFile.test(entry.name) && !unneededFile.test(entry.name) ? [entry.name] : [];
    })
    .sort();
}
