import { giveUp } from "../shared/giveUp";
import type { Source } from "../shared/source";

/** What an event asks for: any number of files. */
export interface Request {
  sources: Source[];
  /** Files that a notification tells of and that are not this function's. */
  skipped?: Source[];
}

/**
 * Reads an event: a notification from S3 (its keys are URL-encoded, with + for a space), or
 * `{"bucket", "key"}` with or without the rest of a `Source`, which is also what one hop sends to the next.
 *
 * @param skipPrefix of keys that a notification does not ask for: S3's filters name what to send, not what to leave
 *   out. Who names such a key himself means it.
 * @throws GiveUp when it names no file.
 */
export function readEvent(event: unknown, skipPrefix?: string): Request {
  const { Records: records, Event: name } = object(event);
  // S3 sends one when a notification is configured.
  if (name === "s3:TestEvent") return { sources: [] };
  if (!Array.isArray(records)) {
    const source = sourceOf(event);
    if (source === undefined) throw giveUp("the event has no bucket and key");
    return { sources: [source] };
  }
  const created = records.filter((record) =>
    /^(s3:)?ObjectCreated:/.test(text(object(record).eventName) ?? ""),
  );
  const sources = created.map(sourceOfRecord);
  const known = sources.filter((source) => source !== undefined);
  if (known.length < sources.length) throw giveUp("a record of the notification has no bucket and key");
  const isSkipped = ({ key }: Source): boolean => skipPrefix !== undefined && key.startsWith(skipPrefix);
  const skipped = known.filter(isSkipped);
  return {
    sources: known.filter((source) => !isSkipped(source)),
    ...(skipped.length > 0 && { skipped }),
  };
}

function sourceOfRecord(record: unknown): Source | undefined {
  const s3 = object(object(record).s3);
  const file = object(s3.object);
  const key = text(file.key);
  return sourceOf({
    bucket: object(s3.bucket).name,
    key: key && decodeURIComponent(key.replaceAll("+", " ")),
    versionId: file.versionId,
    etag: file.eTag,
    size: file.size,
  });
}

function sourceOf(event: unknown): Source | undefined {
  const { bucket, key, versionId, etag, offset, size, waits, swept } = object(event);
  if (!text(bucket) || !text(key)) return undefined;
  return {
    bucket: bucket as string,
    key: key as string,
    ...(text(versionId) && { versionId: versionId as string }),
    ...(text(etag) && { etag: (etag as string).replaceAll('"', "") }),
    ...(isWhole(offset) && offset > 0 && { offset }),
    ...(isWhole(size) && { size }),
    ...(isWhole(waits) && waits > 0 && { waits }),
    ...(swept === true && { swept }),
  };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
