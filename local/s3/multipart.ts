import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { AwsError } from "../http";
import { readDocument, receiveBody, writeBody } from "./body";
import { type Call, header, headersToKeep } from "./call";
import { checkWrite, conditionsOf } from "./conditions";
import { copySource } from "./objects";
import { parseRange } from "./range";
import { type Upload, multipartETag } from "./store";
import { parseXml, sendXml } from "./xml";

/** S3's limit for every part but the last, in bytes. */
const SMALLEST_PART = 5 * 1024 * 1024;

type Part = Upload["parts"] extends Map<number, infer P> ? P : never;

export async function createUpload(call: Call): Promise<void> {
  const { bucket, key, response } = call;
  const upload = { id: randomUUID(), key, headers: headersToKeep(call), parts: new Map<number, Part>() };
  bucket.uploads.set(upload.id, upload);
  sendXml(response, "InitiateMultipartUploadResult", { Bucket: bucket.name, Key: key, UploadId: upload.id });
  return Promise.resolve();
}

/** UploadPart and UploadPartCopy; a part sent again replaces the one before. */
export async function uploadPart(call: Call): Promise<void> {
  const { bucket, query, response } = call;
  const upload = findUpload(call);
  const number = Number(query.get("partNumber"));
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new AwsError(
      "InvalidArgument",
      400,
      "Part number must be an integer between 1 and 10000, inclusive",
    );
  }
  const isCopy = header(call, "x-amz-copy-source") !== undefined;
  const body = isCopy ? await copyPart(call) : await receiveBody(call, bucket.newFile());
  const before = upload.parts.get(number);
  upload.parts.set(number, { etag: body.md5, size: body.size, file: body.file });
  if (before) await rm(before.file, { force: true });
  if (isCopy) {
    const LastModified = new Date().toISOString();
    sendXml(response, "CopyPartResult", { ETag: `"${body.md5}"`, LastModified });
  } else {
    response.writeHead(200, { etag: `"${body.md5}"` }).end();
  }
}

async function copyPart(call: Call) {
  const source = copySource(call);
  const range = parseRange(header(call, "x-amz-copy-source-range"), source.size);
  return writeBody(createReadStream(source.file, { ...range }), call.bucket.newFile());
}

export async function completeUpload(call: Call): Promise<void> {
  const { bucket, key, request, response } = call;
  const upload = findUpload(call);
  const listed = parseXml(await readDocument(call), "CompleteMultipartUpload").Part ?? [];
  const parts = chooseParts(upload, listed as { PartNumber: string; ETag: string }[]);
  checkWrite(conditionsOf(request.headers), key, bucket.current(key));
  bucket.uploads.delete(upload.id);
  const file = await join(parts);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const object = { key, etag: multipartETag(parts), headers: upload.headers, file, size };
  const version = call.publish(object, "CompleteMultipartUpload");
  const unused = [...upload.parts.values()].filter((part) => !parts.includes(part));
  await Promise.all(unused.map((part) => rm(part.file, { force: true })));
  const Location = `http://${request.headers.host ?? ""}/${bucket.name}/${encodeURI(key)}`;
  const result = { Location, Bucket: bucket.name, Key: key, ETag: `"${version.etag}"` };
  sendXml(response, "CompleteMultipartUploadResult", result, { "x-amz-version-id": version.versionId });
}

export async function abortUpload(call: Call): Promise<void> {
  const upload = findUpload(call);
  call.bucket.uploads.delete(upload.id);
  await Promise.all([...upload.parts.values()].map((part) => rm(part.file, { force: true })));
  call.response.writeHead(204).end();
}

function findUpload({ bucket, key, query }: Call): Upload {
  const id = query.get("uploadId") ?? "";
  const upload = bucket.uploads.get(id);
  if (upload?.key === key) return upload;
  throw new AwsError("NoSuchUpload", 404, "The specified multipart upload does not exist.", { UploadId: id });
}

function chooseParts(upload: Upload, listed: readonly { PartNumber: string; ETag: string }[]): Part[] {
  if (listed.length === 0) throw new AwsError("MalformedXML", 400, "You must specify at least one part");
  const numbers = listed.map((part) => Number(part.PartNumber));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new AwsError("InvalidPartOrder", 400, "The list of parts was not in ascending order.");
  }
  const parts = listed.map(({ ETag }, index) => {
    const part = upload.parts.get(numbers[index] ?? 0);
    if (part?.etag === ETag.replace(/"/g, "")) return part;
    throw new AwsError("InvalidPart", 400, "One or more of the specified parts could not be found.");
  });
  if (parts.slice(0, -1).some((part) => part.size < SMALLEST_PART)) {
    const message = "Your proposed upload is smaller than the minimum allowed object size.";
    throw new AwsError("EntityTooSmall", 400, message);
  }
  return parts;
}

/** Appends the other parts to the first one's file, which saves writing that one again. */
async function join([first, ...others]: readonly Part[]): Promise<string> {
  const file = first?.file ?? "";
  for (const part of others) {
    const content = createReadStream(part.file, { highWaterMark: SMALLEST_PART });
    await pipeline(content, createWriteStream(file, { flags: "a", highWaterMark: SMALLEST_PART }));
    await rm(part.file);
  }
  return file;
}
