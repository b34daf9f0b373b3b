import type { IncomingMessage, ServerResponse } from "node:http";
import type { Signature } from "../signature";
import type { CreatedBy } from "./notification";
import type { Bucket, NewObject, ObjectVersion } from "./store";

/** What a test can make of a request instead of its proper answer. */
export type Fault =
  /** An InternalError, as S3 has them now and then. */
  | "500"
  /** The 503 of a client that asks too often. */
  | "slow-down"
  /** A byte less than was asked for, from the front: what no S3 should send, and a reader must notice. */
  | "another-range"
  /** The connection breaks after so many bytes of an object's content, and `onCut` hears of it; at once if there is none to send. */
  | { readonly cutAfterBytes: number; readonly onCut?: () => void }
  /** An object's content comes 64 KiB at a time, so many milliseconds apart. */
  | { readonly pauseMs: number };

/** One request for an object or a bucket, and what its operation needs to answer it. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly signature: Signature;
  /** What the request says of its body: its SHA-256 in hex, or one of S3's words for a body without. */
  readonly payloadHash: string;
  readonly query: URLSearchParams;
  readonly bucket: Bucket;
  /** "" where the bucket itself is meant. */
  readonly key: string;
  readonly fault: Fault | undefined;
  /** @throws AwsError NoSuchBucket */
  findBucket(name: string): Bucket;
  /** Makes an object visible, and tells who waits for it. */
  publish(object: NewObject, createdBy: CreatedBy): ObjectVersion;
}

/** A request's header; Node joins repeated ones. */
export function header(call: Call, name: string): string | undefined {
  return call.request.headers[name] as string | undefined;
}

/** What of a writer's headers is kept and given to readers. */
export function headersToKeep(call: Call): Record<string, string> {
  const kept: Record<string, string> = { "content-type": "binary/octet-stream" };
  for (const [name, value] of Object.entries(call.request.headers)) {
    if (KEPT.has(name) || name.startsWith("x-amz-meta-")) kept[name] = String(value);
  }
  // aws-chunked is how the body travelled, not what the object is.
  const encoding = (kept["content-encoding"] ?? "").split(",").map((part) => part.trim());
  const own = encoding.filter((part) => part !== "" && part !== "aws-chunked").join(", ");
  if (own === "") delete kept["content-encoding"];
  else kept["content-encoding"] = own;
  return kept;
}

const KEPT = new Set([
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
]);
