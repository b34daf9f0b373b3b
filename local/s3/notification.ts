import { randomUUID } from "node:crypto";
import type { S3Event } from "aws-lambda";
import type { ObjectVersion } from "./store";

/** Which events a bucket's notification is for, in the terms of its configuration. */
export interface NotificationFilter {
  readonly prefix?: string;
  readonly suffix?: string;
  /** Such as `s3:ObjectCreated:*` or `s3:ObjectCreated:Put`. */
  readonly events: readonly string[];
}

/** The ways an object comes to be, as event names call them. */
export type CreatedBy = "Put" | "Copy" | "CompleteMultipartUpload";

/** Whether an event of this object passes a filter; prefix and suffix are compared with the key itself. */
export function passes(filter: NotificationFilter, key: string, createdBy: CreatedBy): boolean {
  const names = ["s3:ObjectCreated:*", `s3:ObjectCreated:${createdBy}`];
  return (
    key.startsWith(filter.prefix ?? "") &&
    key.endsWith(filter.suffix ?? "") &&
    filter.events.some((event) => names.includes(event))
  );
}

interface Notified {
  readonly region: string;
  readonly bucket: string;
  readonly version: ObjectVersion;
  readonly createdBy: CreatedBy;
  /** Grows with every write of this server. */
  readonly sequence: number;
  readonly requestId: string;
}

/** The document that S3 hands to a function, in the format of event version 2.1. */
export function notificationOf(notified: Notified): S3Event {
  const { region, bucket, version, createdBy, sequence, requestId } = notified;
  const object = {
    key: encodeKey(version.key),
    size: version.size,
    eTag: version.etag,
    versionId: version.versionId,
    sequencer: sequence.toString(16).toUpperCase().padStart(18, "0"),
  };
  return {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: region,
        eventTime: version.lastModified.toISOString(),
        eventName: `ObjectCreated:${createdBy}`,
        userIdentity: { principalId: "AWS:LOCAL" },
        requestParameters: { sourceIPAddress: "127.0.0.1" },
        responseElements: { "x-amz-request-id": requestId, "x-amz-id-2": randomUUID() },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId: "local",
          bucket: { name: bucket, ownerIdentity: { principalId: "LOCAL" }, arn: `arn:aws:s3:::${bucket}` },
          object,
        },
      },
    ],
  };
}

/** Keys in notifications are form-encoded except for slashes: a blank is `+`, everything unusual `%XX`. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, "+")
    .replace(/%2F/g, "/");
}
