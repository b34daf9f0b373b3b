import { readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { zipSync } from "fflate";
import type { ResourceRequest } from "./attributes/table";

/** Each file of an archive by its path in it, with forward slashes. */
export type ArchiveFiles = ReadonlyMap<string, Uint8Array>;

/**
 * Reads what a program declared as a function's code.
 *
 * @param dir the folder that the program ran in: relative paths begin there.
 */
export async function archiveFiles(archive: pulumi.asset.Archive, dir: string): Promise<ArchiveFiles> {
  const files = new Map<string, Uint8Array>();
  await collect(archive, dir, "", files);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * A resource with what its archives and assets hold in place of them: files by their path, or the bytes of one file.
 *
 * @param dir the folder that the program runs in
 */
export async function withContents(resource: ResourceRequest, dir: string): Promise<ResourceRequest> {
  const read = async (value: unknown): Promise<unknown> => {
    if (value instanceof pulumi.asset.Archive) return archiveFiles(value, dir);
    if (!(value instanceof pulumi.asset.Asset)) return value;
    const files = new Map<string, Uint8Array>();
    await collect(value, dir, "", files);
    return files.get("");
  };
  const inputs = Object.entries(resource.inputs).map(
    async ([key, value]) => [key, await read(value)] as const,
  );
  return { ...resource, inputs: Object.fromEntries(await Promise.all(inputs)) };
}

/** The archive as a zip file, the same bytes on every machine and at every time. */
export function zip(files: ArchiveFiles): Uint8Array {
  // The first time that a zip file can name; it is counted in local time.
  const mtime = new Date(1980, 0, 1);
  return zipSync(Object.fromEntries(files), { level: 9, mtime });
}

async function collect(
  entry: pulumi.asset.Archive | pulumi.asset.Asset,
  dir: string,
  key: string,
  files: Map<string, Uint8Array>,
): Promise<void> {
  if (entry instanceof pulumi.asset.AssetArchive) {
    for (const [name, value] of Object.entries(await entry.assets)) {
      await collect(value, dir, key === "" ? name : `${key}/${name}`, files);
    }
  } else if (entry instanceof pulumi.asset.StringAsset) {
    files.set(key, Buffer.from(await entry.text));
  } else if (entry instanceof pulumi.asset.FileAsset) {
    files.set(key, readFileSync(path.resolve(dir, await entry.path)));
  } else if (entry instanceof pulumi.asset.FileArchive) {
    const folder = path.resolve(dir, await entry.path);
    for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const full = path.join(file.parentPath, file.name);
      files.set(
        path.posix.join(key, path.relative(folder, full).split(path.sep).join("/")),
        readFileSync(full),
      );
    }
  } else {
    throw new TypeError(`${key}: only text, files and folders can be read from an archive here`);
  }
}
