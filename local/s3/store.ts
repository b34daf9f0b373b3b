import { createHash, randomBytes, randomUUID } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { replaceFile } from "../files";
import { AwsError } from "../http";
import type { StoredBody } from "./body";

/** One version of an object. Its file never changes, so a reader is not disturbed by what is written after. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  readonly lastModified: Date;
  /** Without quotes. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  readonly file: string;
  /** What the writer sent to be given to readers: content-type, x-amz-meta-…, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum?: StoredBody["checksum"];
  /** A delete marker hides the versions before it and has no content. */
  readonly deleteMarker: boolean;
}

/** What a writer gives; the bucket adds the version's id and time. */
export type NewObject = Omit<ObjectVersion, "versionId" | "lastModified" | "deleteMarker">;

interface Part {
  readonly etag: string;
  readonly size: number;
  readonly file: string;
}

/** A multipart upload under way: parts by their number, from 1 to 10,000. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Part>;
}

/** A line of a kept bucket's book. */
type Entry = { readonly put: ObjectVersion } | { readonly removed: string };

/**
 * A bucket with versioning on. The index is in memory, the objects' bytes are files in `dir`; a kept bucket also writes
 * down there what comes and goes, and knows it when it is made again.
 */
export class Bucket {
  readonly created = new Date();
  readonly uploads = new Map<string, Upload>();
  /** Versions by key, the newest last; no key has an empty list. */
  private readonly versions = new Map<string, ObjectVersion[]>();

  constructor(
    readonly name: string,
    private readonly dir: string,
    private readonly kept = false,
  ) {
    if (!kept || !existsSync(this.book)) return;
    // A process that was killed may have left half a line at the end.
    const lines = readFileSync(this.book, "utf8").split("\n").slice(0, -1);
    const entries = lines.map((line) => JSON.parse(line) as Entry);
    const removed = new Set(entries.flatMap((entry) => ("removed" in entry ? [entry.removed] : [])));
    const puts = entries.flatMap((entry) =>
      "put" in entry && !removed.has(entry.put.versionId) ? [entry] : [],
    );
    replaceFile(this.book, puts.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    const files = new Set([this.book]);
    for (const { put } of puts) {
      // The folder may have moved.
      const file = put.file && join(dir, basename(put.file));
      this.index({ ...put, lastModified: new Date(put.lastModified), file });
      files.add(file);
    }
    // Uploads that were under way, and what was to be removed.
    const others = readdirSync(dir).map((name) => join(dir, name));
    for (const file of others) if (!files.has(file)) rmSync(file);
  }

  private get book(): string {
    return join(this.dir, "versions.jsonl");
  }

  private write(entry: Entry): void {
    if (this.kept) appendFileSync(this.book, `${JSON.stringify(entry)}\n`);
  }

  /** A path for new bytes; object keys are no file names. */
  newFile(): string {
    return join(this.dir, randomUUID());
  }

  get isEmpty(): boolean {
    return this.versions.size === 0;
  }

  put(object: NewObject): ObjectVersion {
    return this.push({ ...object, ...newVersion(), deleteMarker: false });
  }

  /** Hides an object as DELETE without a version does: by a marker, even where there was no object. */
  hide(key: string): ObjectVersion {
    const nothing = { etag: "", size: 0, file: "", headers: {} };
    return this.push({ key, ...nothing, ...newVersion(), deleteMarker: true });
  }

  /** Removes one version for good; undefined where there is none. */
  async remove(key: string, versionId: string): Promise<ObjectVersion | undefined> {
    const all = this.versions.get(key) ?? [];
    const version = all.find((candidate) => candidate.versionId === versionId);
    if (!version) return undefined;
    this.write({ removed: versionId });
    const others = all.filter((candidate) => candidate !== version);
    if (others.length > 0) this.versions.set(key, others);
    else this.versions.delete(key);
    if (!version.deleteMarker) await rm(version.file, { force: true });
    return version;
  }

  /** The newest version of a key, unless that is a delete marker. */
  current(key: string): ObjectVersion | undefined {
    const newest = this.versions.get(key)?.at(-1);
    return newest?.deleteMarker ? undefined : newest;
  }

  /**
   * The version that a reader asks for.
   * @throws AwsError NoSuchKey, NoSuchVersion, MethodNotAllowed (a delete marker has nothing to read)
   */
  read(key: string, versionId: string | undefined): ObjectVersion {
    const version =
      versionId === undefined
        ? this.current(key)
        : this.versions.get(key)?.find((candidate) => candidate.versionId === versionId);
    if (version?.deleteMarker) {
      throw new AwsError(
        "MethodNotAllowed",
        405,
        "The specified method is not allowed against this resource.",
      );
    }
    if (version) return version;
    if (versionId === undefined) {
      throw new AwsError("NoSuchKey", 404, "The specified key does not exist.", { Key: key });
    }
    const details = { Key: key, VersionId: versionId };
    throw new AwsError("NoSuchVersion", 404, "The specified version does not exist.", details);
  }

  /** The newest versions of all objects, ordered by their keys' UTF-8 bytes, as S3 lists them. */
  list(): ObjectVersion[] {
    return [...this.versions.keys()]
      .map((key) => ({ version: this.current(key), bytes: Buffer.from(key) }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      .flatMap(({ version }) => version ?? []);
  }

  private push(version: ObjectVersion): ObjectVersion {
    this.write({ put: version });
    return this.index(version);
  }

  private index(version: ObjectVersion): ObjectVersion {
    const all = this.versions.get(version.key);
    if (all) all.push(version);
    else this.versions.set(version.key, [version]);
    return version;
  }
}

/** The ETag of a multipart upload: the MD5 of its parts' MD5s, and their number. */
export function multipartETag(parts: readonly { etag: string }[]): string {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(etag, "hex");
  return `${hash.digest("hex")}-${parts.length}`;
}

function newVersion() {
  return { versionId: randomBytes(24).toString("base64url"), lastModified: new Date() };
}
