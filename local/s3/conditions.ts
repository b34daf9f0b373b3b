import type { IncomingHttpHeaders } from "node:http";
import { AwsError } from "../http";
import type { ObjectVersion } from "./store";

/** The conditional headers of a request, or of a copy's source. */
interface Conditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
}

/** @param prefix `x-amz-copy-source-` for the source of a copy */
export function conditionsOf(headers: IncomingHttpHeaders, prefix = ""): Conditions {
  const get = (name: string) => headers[prefix + name] as string | undefined;
  return {
    ifMatch: get("if-match"),
    ifNoneMatch: get("if-none-match"),
    ifModifiedSince: get("if-modified-since"),
    ifUnmodifiedSince: get("if-unmodified-since"),
  };
}

/**
 * Whether a reader gets the object or already has it (304). An ETag outranks a date, as HTTP wants it.
 * @throws AwsError PreconditionFailed (412)
 */
export function checkRead(conditions: Conditions, version: ObjectVersion): "read" | "not-modified" {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, version.etag)) throw failed("If-Match");
  } else if (ifUnmodifiedSince !== undefined && modifiedSince(version, ifUnmodifiedSince)) {
    throw failed("If-Unmodified-Since");
  }
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, version.etag) ? "not-modified" : "read";
  const unchanged = ifModifiedSince !== undefined && !modifiedSince(version, ifModifiedSince);
  return unchanged ? "not-modified" : "read";
}

/**
 * Lets a conditional write through, or not.
 * @throws AwsError PreconditionFailed (412), NoSuchKey (If-Match without an object)
 */
export function checkWrite(conditions: Conditions, key: string, current: ObjectVersion | undefined): void {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifMatch !== undefined && !current) {
    throw new AwsError("NoSuchKey", 404, "The specified key does not exist.", { Key: key });
  }
  if (ifMatch !== undefined && current && !matches(ifMatch, current.etag)) throw failed("If-Match");
  if (ifNoneMatch !== undefined && current && matches(ifNoneMatch, current.etag))
    throw failed("If-None-Match");
}

function matches(header: string, etag: string): boolean {
  return header
    .split(",")
    .map((value) => value.trim().replace(/^W\//, "").replace(/^"|"$/g, ""))
    .some((value) => value === "*" || value === etag);
}

/** HTTP dates have whole seconds. */
function modifiedSince(version: ObjectVersion, date: string): boolean {
  return Math.floor(version.lastModified.getTime() / 1000) > Date.parse(date) / 1000;
}

function failed(condition: string): AwsError {
  const message = "At least one of the pre-conditions you specified did not hold";
  return new AwsError("PreconditionFailed", 412, message, { Condition: condition });
}
