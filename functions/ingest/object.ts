import { Readable } from "node:stream";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { giveUp } from "../shared/giveUp";
import { kept } from "../shared/kept";
import type { Source } from "../shared/source";

/** One version of an S3 object, being read from `offset` on. */
export interface OpenObject {
  /** Without the quotes. */
  etag: string;
  versionId: string | undefined;
  /** Bytes of the whole object. */
  size: number;
  offset: number;
  /** When it was uploaded, milliseconds since 1970. */
  uploadedAt: number;
  body: Readable;
}

/** A process keeps its client, with a connection that is open already. */
export function s3Client(): S3Client {
  const here = kept<{ client: S3Client }>("s3");
  return (here.client ??= new S3Client({
    // TLS and the length protect the bytes; a checksum in JavaScript would cost a tenth of the load.
    responseChecksumValidation: "WHEN_REQUIRED",
    // An endpoint of one's own may have no DNS name for each bucket.
    forcePathStyle: (process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL) !== undefined,
  }));
}

/**
 * Opens the version of the object that the source names; without a name, the present one. Where the object has no
 * byte `offset` it is opened at 0.
 *
 * @throws GiveUp when that version does not exist; what the SDK throws for everything else.
 */
export async function openObject(s3: S3Client, source: Source, offset: number): Promise<OpenObject> {
  const { bucket, key, versionId, etag } = source;
  try {
    const answer = await s3.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        VersionId: versionId,
        IfMatch: etag && `"${etag}"`,
        // An empty object has no range.
        Range: offset > 0 ? `bytes=${offset}-` : undefined,
      }),
    );
    const body = answer.Body;
    if (!(body instanceof Readable)) throw new Error(`S3 sent no body for ${bucket}/${key}`);
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.ContentRange ?? "");
    if (offset > 0 && Number(range?.[1]) !== offset)
      throw new Error(`S3 sent another range of ${bucket}/${key}`);
    return {
      etag: (answer.ETag ?? "").replaceAll('"', ""),
      versionId: answer.VersionId,
      size: range ? Number(range[2]) : (answer.ContentLength ?? 0),
      offset,
      uploadedAt: answer.LastModified?.getTime() ?? Date.now(),
      body,
    };
  } catch (error) {
    const { name } = error as Error;
    if (name === "NoSuchKey" || name === "NoSuchVersion" || name === "NoSuchBucket") {
      throw giveUp(`there is no ${bucket}/${key}: ${name}`);
    }
    if (name === "InvalidRange" && offset > 0) return openObject(s3, source, 0);
    if (name === "PreconditionFailed") throw giveUp(`${bucket}/${key} was replaced by another version`);
    throw error;
  }
}
