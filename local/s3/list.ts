import type { ObjectVersion } from "./store";

export interface ListRequest {
  readonly prefix: string;
  readonly delimiter: string;
  readonly startAfter: string;
  readonly maxKeys: number;
  readonly continuationToken: string | undefined;
}

interface ListPage {
  readonly contents: ObjectVersion[];
  readonly commonPrefixes: string[];
  /** Present when there is more. */
  readonly nextToken: string | undefined;
}

/**
 * One page of ListObjectsV2.
 * @param objects all objects of the bucket, in the order of their keys
 */
export function listPage(objects: readonly ObjectVersion[], request: ListRequest): ListPage {
  const { prefix, delimiter, maxKeys } = request;
  const after =
    request.continuationToken === undefined ? request.startAfter : decode(request.continuationToken);
  const contents: ObjectVersion[] = [];
  const commonPrefixes: string[] = [];
  let last = "";
  for (const object of objects) {
    if (!object.key.startsWith(prefix) || !isAfter(object.key, after)) continue;
    const group = groupOf(object.key, prefix, delimiter);
    if (group !== undefined && (group === last || group === after)) continue;
    if (maxKeys === 0) break;
    if (contents.length + commonPrefixes.length === maxKeys) {
      return { contents, commonPrefixes, nextToken: Buffer.from(last).toString("base64url") };
    }
    if (group === undefined) contents.push(object);
    else commonPrefixes.push(group);
    last = group ?? object.key;
  }
  return { contents, commonPrefixes, nextToken: undefined };
}

/** What a key is rolled up into: everything up to the first delimiter behind the prefix. */
function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "") return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : key.slice(0, at + delimiter.length);
}

function isAfter(key: string, marker: string): boolean {
  return marker === "" || Buffer.compare(Buffer.from(key), Buffer.from(marker)) > 0;
}

function decode(token: string): string {
  return Buffer.from(token, "base64url").toString();
}
