import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { AwsError, readBody } from "../http";
import { type Signature, sha256 } from "../signature";
import { AwsChunkedDecoder } from "./chunked";

/** A body on disk. */
export interface StoredBody {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** In hex, as ETags are. */
  readonly md5: string;
  /** The checksum that the client sent and the body has, as the header it came in. */
  readonly checksum?: { readonly header: string; readonly value: string };
}

interface Checksum {
  update(data: Buffer): unknown;
  digest(): string;
}

/** What Node computes natively. CRC32C and CRC64NVME are taken as sent: in JavaScript they'd slow every upload. */
const checksums: Readonly<Record<string, () => Checksum>> = {
  "x-amz-checksum-crc32": startCrc32,
  "x-amz-checksum-sha1": () => startHash("sha1"),
  "x-amz-checksum-sha256": () => startHash("sha256"),
};

/** A request whose signature is good, as far as its body asks for it. */
interface SignedRequest {
  readonly request: IncomingMessage;
  readonly signature: Signature;
  /** What the request says of its body: its SHA-256 in hex, or one of S3's words for a body without. */
  readonly payloadHash: string;
}

/**
 * Streams a request's body into a file, undoing `aws-chunked`, and checks it against every length and checksum
 * that came with it. The file is gone again when that fails.
 * @throws AwsError BadDigest, InvalidDigest, IncompleteBody, InvalidRequest, XAmzContentSHA256Mismatch,
 *   SignatureDoesNotMatch
 */
export async function receiveBody(call: SignedRequest, file: string): Promise<StoredBody> {
  const { request, payloadHash, signature } = call;
  const isChunkSigned = payloadHash.startsWith("STREAMING-AWS4");
  const isChunked = payloadHash.startsWith("STREAMING-");
  const decoder = isChunked ? new AwsChunkedDecoder(isChunkSigned ? signature : undefined) : undefined;
  const header = checksumHeader(request.headers);
  const checksum = header === undefined ? undefined : checksums[header]?.();
  const content = isDigest(payloadHash) ? createHash("sha256") : undefined;
  try {
    const written = writeBody(decoder ?? request, file, checksum, content);
    const [{ size, md5 }] = await Promise.all([written, decoder && pipeline(request, decoder)]);
    checkLength(request.headers, size);
    checkMd5(request.headers, md5);
    if (content) checkPayload(payloadHash, content.digest("hex"));
    if (header === undefined || checksum === undefined) return { file, size, md5 };
    const sent = request.headers[header] ?? decoder?.trailers.get(header);
    const value = checksum.digest();
    if (sent !== value) {
      const name = header.replace("x-amz-checksum-", "").toUpperCase();
      throw new AwsError(
        "BadDigest",
        400,
        `The ${name} you specified did not match the calculated checksum.`,
      );
    }
    return { file, size, md5, checksum: { header, value } };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** Streams bytes into a file that does not exist yet; size in bytes, MD5 in hex. */
export async function writeBody(
  source: Readable,
  file: string,
  ...checksums: (Pick<Checksum, "update"> | undefined)[]
): Promise<{ file: string; size: number; md5: string }> {
  const md5 = createHash("md5");
  let size = 0;
  const measure = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      size += chunk.length;
      md5.update(chunk);
      for (const checksum of checksums) checksum?.update(chunk);
      yield chunk;
    }
  };
  await pipeline(source, measure, createWriteStream(file, { flags: "wx", highWaterMark: 1024 * 1024 }));
  return { file, size, md5: md5.digest("hex") };
}

/** A whole body of XML, and the one that was signed. */
export async function readDocument({
  request,
  payloadHash,
}: Pick<SignedRequest, "request" | "payloadHash">): Promise<Buffer> {
  const body = await readBody(request);
  if (isDigest(payloadHash)) checkPayload(payloadHash, sha256(body));
  return body;
}

const isDigest = (payloadHash: string): boolean => /^[0-9a-f]{64}$/.test(payloadHash);

function checkPayload(said: string, actual: string): void {
  if (said === actual) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  throw new AwsError("XAmzContentSHA256Mismatch", 400, message);
}

/** The checksum header that comes with this request, be it at the front or as a trailer. */
function checksumHeader(headers: IncomingHttpHeaders): string | undefined {
  const trailer = String(headers["x-amz-trailer"]).toLowerCase();
  return Object.keys(checksums).find((name) => headers[name] !== undefined || trailer.includes(name));
}

function checkLength(headers: IncomingHttpHeaders, size: number): void {
  const declared = headers["x-amz-decoded-content-length"];
  if (declared === undefined || Number(declared) === size) return;
  const message = `The request declares ${String(declared)} bytes and has ${size}`;
  throw new AwsError("IncompleteBody", 400, message);
}

function checkMd5(headers: IncomingHttpHeaders, md5: string): void {
  const sent = headers["content-md5"];
  if (sent === undefined) return;
  const digest = Buffer.from(String(sent), "base64");
  if (digest.length !== 16) {
    throw new AwsError("InvalidDigest", 400, "The Content-MD5 you specified was invalid.");
  }
  if (digest.toString("hex") !== md5) {
    throw new AwsError("BadDigest", 400, "The Content-MD5 you specified did not match what we received.");
  }
}

function startHash(algorithm: string): Checksum {
  const hash = createHash(algorithm);
  return { update: (data) => hash.update(data), digest: () => hash.digest("base64") };
}

function startCrc32(): Checksum {
  let value = 0;
  return {
    update(data) {
      value = crc32(data, value);
    },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString("base64");
    },
  };
}
