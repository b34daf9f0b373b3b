import { readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { GroundworkError } from "./error";

/** Folders and files of npm packages that `require` never reads. */
const unneededFolders = new Set(["esm", "test", "tests", "docs", "examples"]);
const neededFile = /\.c?js$|\.json$|^licen[cs]e/i;
const unneededFile = /(^|\.)(min|test|bench)\.js$/;

/**
 * A resource transformation that rebuilds the archive of a callback function.
 *
 * Pulumi keys its entries by their path from the program's folder. A program in `stacks/ingest` with
 * `node_modules` at the root gets `../../node_modules/pg`, which Lambda unpacks outside the function. Here
 * the keys begin at the root, and only the files that `require` can reach go in. The paths that the
 * engine reads stay as they are.
 */
export function packageFunction({
  type,
  props,
  opts,
}: pulumi.ResourceTransformationArgs): pulumi.ResourceTransformationResult {
  const inputs = props as Record<string, unknown>;
  if (type !== "aws:lambda/function:Function") return { props: inputs, opts };
  const code = (inputs.code as pulumi.Output<pulumi.asset.AssetArchive>).apply(rootedArchive);
  return { props: { ...inputs, code }, opts };
}

/** Which of the root's `dependencies` a function leaves out that needs only these. */
export function unusedPackages(needed: readonly string[]): string[] {
  const manifest = JSON.parse(readFileSync(path.join(__dirname, "../package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const all = Object.keys(manifest.dependencies);
  const unknown = needed.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    throw new GroundworkError(
      `A function needs ${unknown.join(", ")}, which package.json lacks: add it there under "dependencies".`,
    );
  }
  return all.filter((name) => !needed.includes(name));
}

async function rootedArchive(archive: pulumi.asset.AssetArchive): Promise<pulumi.asset.AssetArchive> {
  const entries: pulumi.asset.AssetMap = {};
  for (const [key, value] of Object.entries(await archive.assets)) {
    if (isFolder(value)) {
      const folder = await value.path;
      for (const file of requirableFiles(folder)) {
        entries[fromRoot(path.posix.join(key, file))] = new pulumi.asset.FileAsset(path.join(folder, file));
      }
    } else {
      entries[fromRoot(key)] = value;
    }
  }
  return new pulumi.asset.AssetArchive(entries);
}

/** An Output's value is a copy of what went in, which `instanceof` doesn't know. */
function isFolder(value: pulumi.asset.Asset | pulumi.asset.Archive): value is pulumi.asset.FileArchive {
  return pulumi.asset.Archive.isInstance(value) && "path" in value;
}

/** Where node_modules is a link, the paths of some packages lead over the folder that it links to. */
function fromRoot(key: string): string {
  return key.replace(/^(\.\.\/)+((?!node_modules\/).*?\/(?=node_modules\/))?/, "");
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
