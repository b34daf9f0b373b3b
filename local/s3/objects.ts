import { createReadStream } from "node:fs";
import { link, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError } from "../http";
import { readDocument, receiveBody, writeBody } from "./body";
import { type Call, type Fault, header, headersToKeep } from "./call";
import { checkRead, checkWrite, conditionsOf } from "./conditions";
import { type ByteRange, parseRange } from "./range";
import type { ObjectVersion } from "./store";
import { parseXml, sendXml } from "./xml";

/** Large reads: with Node's default of 64 KiB the time goes into calls, not into bytes. */
const READ_SIZE = 1024 * 1024;

/** GetObject and HeadObject. */
export async function getObject(call: Call): Promise<void> {
  const { bucket, key, query, request, response } = call;
  const version = bucket.read(key, query.get("versionId") ?? undefined);
  const conditions = conditionsOf(request.headers);
  if (checkRead(conditions, version) === "not-modified") {
    response.writeHead(304, identityHeaders(version)).end();
    return;
  }
  const asked = parseRange(header(call, "range"), version.size);
  const range = asked && call.fault === "another-range" ? { ...asked, start: asked.start + 1 } : asked;
  response.writeHead(range ? 206 : 200, contentHeaders(call, version, range));
  if (request.method === "HEAD" || version.size === 0) response.end();
  else await sendContent(call, version, range);
}

async function sendContent(call: Call, version: ObjectVersion, range: ByteRange | undefined): Promise<void> {
  const { start, end } = range ?? { start: 0, end: version.size - 1 };
  const open = (last: number) =>
    createReadStream(version.file, { highWaterMark: READ_SIZE, start, end: last });
  const { cutAfterBytes: cut = Infinity, onCut, pauseMs = 0 } = objectFault(call.fault);
  if (pauseMs > 0) return pipeline(open(end), (content) => inBursts(content, pauseMs), call.response);
  if (start + cut > end) return pipeline(open(end), call.response);
  if (cut > 0) await pipeline(open(start + cut - 1), call.response, { end: false });
  else call.response.flushHeaders();
  call.response.socket?.destroySoon();
  onCut?.();
}

function objectFault(fault: Fault | undefined): {
  cutAfterBytes?: number;
  onCut?: () => void;
  pauseMs?: number;
} {
  return typeof fault === "object" ? fault : {};
}

async function* inBursts(content: AsyncIterable<Buffer>, pauseMs: number): AsyncGenerator<Buffer> {
  for await (const bytes of content) {
    for (let at = 0; at < bytes.length; at += 65_536) {
      await sleep(pauseMs);
      yield bytes.subarray(at, at + 65_536);
    }
  }
}

function contentHeaders(call: Call, version: ObjectVersion, range: ByteRange | undefined) {
  const size = range ? range.end - range.start + 1 : version.size;
  const headers: Record<string, string> = {
    ...version.headers,
    ...identityHeaders(version),
    "accept-ranges": "bytes",
    "content-length": String(size),
  };
  if (range) headers["content-range"] = `bytes ${range.start}-${range.end}/${version.size}`;
  // A checksum is of the whole object, so a part comes without.
  else if (version.checksum && header(call, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED") {
    headers[version.checksum.header] = version.checksum.value;
    headers["x-amz-checksum-type"] = "FULL_OBJECT";
  }
  return headers;
}

function identityHeaders(version: ObjectVersion): Record<string, string> {
  return {
    etag: `"${version.etag}"`,
    "last-modified": version.lastModified.toUTCString(),
    "x-amz-version-id": version.versionId,
  };
}

/** PutObject. */
export async function putObject(call: Call): Promise<void> {
  const { bucket, key, request, response } = call;
  const conditions = conditionsOf(request.headers);
  checkWrite(conditions, key, bucket.current(key));
  const { md5, ...body } = await receiveBody(call, bucket.newFile());
  try {
    // Again: of two conditional writes at once only the first to end may win.
    checkWrite(conditions, key, bucket.current(key));
  } catch (error) {
    await rm(body.file);
    throw error;
  }
  const version = call.publish({ key, etag: md5, headers: headersToKeep(call), ...body }, "Put");
  response.writeHead(200, {
    etag: `"${version.etag}"`,
    "x-amz-version-id": version.versionId,
    ...(version.checksum && { [version.checksum.header]: version.checksum.value }),
  });
  response.end();
}

/** The object that `x-amz-copy-source` names: `[/]bucket/key[?versionId=…]`, URL-encoded. */
export function copySource(call: Call): ObjectVersion {
  const [path = "", search] = (header(call, "x-amz-copy-source") ?? "").split("?");
  const [bucket = "", ...key] = decodeURIComponent(path).replace(/^\//, "").split("/");
  const versionId = new URLSearchParams(search).get("versionId") ?? undefined;
  const source = call.findBucket(bucket).read(key.join("/"), versionId);
  const conditions = conditionsOf(call.request.headers, "x-amz-copy-source-");
  if (checkRead(conditions, source) === "read") return source;
  throw new AwsError("PreconditionFailed", 412, "The source of the copy does not meet the conditions");
}

/** CopyObject. */
export async function copyObject(call: Call): Promise<void> {
  const { bucket, key, request, response } = call;
  const source = copySource(call);
  checkWrite(conditionsOf(request.headers), key, bucket.current(key));
  const file = bucket.newFile();
  const etag = await copyContent(source, file);
  const replace = header(call, "x-amz-metadata-directive")?.toUpperCase() === "REPLACE";
  const headers = replace ? headersToKeep(call) : source.headers;
  const copy = { key, etag, headers, file, size: source.size };
  const checksum = source.checksum && { checksum: source.checksum };
  const version = call.publish({ ...copy, ...checksum }, "Copy");
  sendXml(
    response,
    "CopyObjectResult",
    { ETag: `"${etag}"`, LastModified: version.lastModified.toISOString() },
    { "x-amz-version-id": version.versionId, "x-amz-copy-source-version-id": source.versionId },
  );
}

/** Files never change, so a second name is a copy. Only the copy of a multipart object gets another ETag. */
async function copyContent(source: ObjectVersion, file: string): Promise<string> {
  if (source.etag.includes("-")) {
    return (await writeBody(createReadStream(source.file, { highWaterMark: READ_SIZE }), file)).md5;
  }
  await link(source.file, file);
  return source.etag;
}

/** DeleteObject: a marker, or one version for good. */
export async function deleteObject(call: Call): Promise<void> {
  const deleted = await remove(call, call.key, call.query.get("versionId") ?? undefined);
  call.response.writeHead(204, {
    ...(deleted && { "x-amz-version-id": deleted.versionId }),
    ...(deleted?.deleteMarker && { "x-amz-delete-marker": "true" }),
  });
  call.response.end();
}

/** DeleteObjects: up to 1,000 keys in one request. */
export async function deleteObjects(call: Call): Promise<void> {
  const { Object: named, Quiet } = parseXml(await readDocument(call), "Delete");
  const objects = (named ?? []) as { Key: string; VersionId?: string }[];
  const Deleted: Record<string, unknown>[] = [];
  for (const { Key, VersionId } of objects) {
    const deleted = await remove(call, Key, VersionId);
    const marker = deleted?.deleteMarker && { DeleteMarker: true, DeleteMarkerVersionId: deleted.versionId };
    Deleted.push({ Key, ...(VersionId !== undefined && { VersionId }), ...marker });
  }
  sendXml(call.response, "DeleteResult", Quiet === "true" ? {} : { Deleted });
}

async function remove(call: Call, key: string, versionId: string | undefined) {
  return versionId === undefined ? call.bucket.hide(key) : call.bucket.remove(key, versionId);
}
