import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type Readable, addAbortSignal } from "node:stream";
import { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";

/** S3 takes 10,000 parts of 5 MiB to 5 GiB. */
const leastPart = 5 * 1024 * 1024;
const mostParts = 10_000;

/** Bytes of a part for a file of that size. */
function partSizeOf(size: number): number {
  return Math.max(leastPart, Math.ceil(size / mostParts));
}

/**
 * The ETag that S3 will give to the file, without its quotes: the MD5 of the whole, or, of a file in parts, that of
 * their MD5s with their number behind it. Holds for buckets encrypted with SSE-S3, as ours is.
 */
export async function etagOf(file: string, size: number): Promise<string> {
  const partSize = partSizeOf(size);
  const digests: Buffer[] = [];
  let hash = createHash("md5");
  let filled = 0;
  for await (const piece of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    for (let rest = piece as Buffer; rest.length > 0;) {
      const part = rest.subarray(0, partSize - filled);
      hash.update(part);
      filled += part.length;
      rest = rest.subarray(part.length);
      if (filled < partSize) continue;
      digests.push(hash.digest());
      hash = createHash("md5");
      filled = 0;
    }
  }
  // A file of exactly one part is sent whole, as lib-storage does with what fits into one.
  if (digests.length === 0) return hash.digest("hex");
  if (filled > 0) digests.push(hash.digest());
  const whole = size <= partSize ? digests[0]! : undefined;
  if (whole) return whole.toString("hex");
  return `${createHash("md5").update(Buffer.concat(digests)).digest("hex")}-${digests.length}`;
}

/** Puts a file into a bucket, as `uploadStream` does. */
export function upload(
  { file, ...to }: { bucket: string; key: string; file: string; size: number },
  onProgress: (bytes: number) => void,
  stop: AbortSignal,
): Promise<string> {
  return uploadStream({ ...to, body: createReadStream(file) }, onProgress, stop);
}

/**
 * Puts what comes from a stream, `size` bytes, into a bucket, in parts. A stop before its last byte was read, or a stream
 * that breaks off, takes back the parts that are there.
 *
 * @param onProgress told how many bytes are there
 * @returns the ETag, without its quotes
 */
export async function uploadStream(
  { bucket, key, body, size }: { bucket: string; key: string; body: Readable; size: number },
  onProgress: (bytes: number) => void,
  stop: AbortSignal,
): Promise<string> {
  const client = new S3Client({});
  const put = new Upload({
    client,
    // Not by put.abort(), which leaves the parts that are there: S3 would keep them, unseen and paid for.
    params: { Bucket: bucket, Key: key, Body: addAbortSignal(stop, body) },
    partSize: partSizeOf(size),
  });
  put.on("httpUploadProgress", ({ loaded }) => onProgress(loaded ?? 0));
  try {
    const { ETag } = await put.done();
    onProgress(size);
    return (ETag ?? "").replaceAll('"', "");
  } finally {
    client.destroy();
  }
}
