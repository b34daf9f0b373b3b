import { AwsError } from "../http";
import type { Call } from "./call";
import { type ListRequest, listPage } from "./list";
import { sendXml } from "./xml";

/** HeadBucket. */
export function headBucket({ response }: Call, region: string): void {
  response.writeHead(200, { "x-amz-bucket-region": region }).end();
}

/** GetBucketLocation: the oldest region answers with an empty element. */
export function bucketLocation({ response }: Call, region: string): void {
  sendXml(response, "LocationConstraint", region === "us-east-1" ? {} : { "#text": region });
}

/** ListObjectsV2. */
export function listObjects({ bucket, query, response }: Call): void {
  if (query.get("list-type") !== "2") {
    throw new AwsError("NotImplemented", 501, "Only version 2 of ListObjects is served on this machine");
  }
  const request = listRequest(query);
  const { contents, commonPrefixes, nextToken } = listPage(bucket.list(), request);
  const asUrl = query.get("encoding-type") === "url";
  const encode = (text: string) => (asUrl ? encodeURIComponent(text).replace(/%2F/g, "/") : text);
  sendXml(response, "ListBucketResult", {
    Name: bucket.name,
    Prefix: encode(request.prefix),
    Delimiter: request.delimiter === "" ? undefined : encode(request.delimiter),
    StartAfter: request.startAfter === "" ? undefined : encode(request.startAfter),
    EncodingType: asUrl ? "url" : undefined,
    MaxKeys: request.maxKeys,
    KeyCount: contents.length + commonPrefixes.length,
    IsTruncated: nextToken !== undefined,
    ContinuationToken: request.continuationToken,
    NextContinuationToken: nextToken,
    Contents: contents.map((version) => ({
      Key: encode(version.key),
      LastModified: version.lastModified.toISOString(),
      ETag: `"${version.etag}"`,
      Size: version.size,
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

function listRequest(query: URLSearchParams): ListRequest {
  const maxKeys = Number(query.get("max-keys") ?? 1000);
  if (!Number.isInteger(maxKeys) || maxKeys < 0) {
    throw new AwsError("InvalidArgument", 400, "Provided max-keys not an integer or within integer range");
  }
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    startAfter: query.get("start-after") ?? "",
    maxKeys: Math.min(maxKeys, 1000),
    continuationToken: query.get("continuation-token") ?? undefined,
  };
}
