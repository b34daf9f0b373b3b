import type { IncomingMessage } from "node:http";
import { tableOfKey } from "../../../functions/ingest/chooseTable";
import { GroundworkError } from "../../../infra/error";
import { readTables } from "../../../infra/tables";
import { uploadStream } from "../../load/upload";
import { keyOfFile } from "../../shared/keyOfFile";
import { formatBytes } from "../../shared/terminal";
import type { Connections } from "../connections";
import { type Html, html } from "../html";
import { jobQuery } from "./jobParts";

/**
 * Passes a file that a browser sends on to the bucket, part by part, so that it stands nowhere whole.
 *
 * @throws GroundworkError for a file that no table takes, and one of unknown length
 */
export async function takeFile(
  connections: Connections,
  name: string,
  request: IncomingMessage,
): Promise<Html> {
  const length = request.headers["content-length"];
  if (length === undefined) throw new GroundworkError("The file's length must be given");
  const key = keyFor(name, connections.stack);
  const to = { bucket: await connections.bucket(), key, body: request, size: Number(length) };
  const etag = await uploadStream(to, () => undefined, connections.closed);
  return html`<p class="done">
    <a href="/job?${jobQuery({ key, etag })}">${key}</a> is in the bucket (${formatBytes(to.size)}).
  </p>`;
}

function keyFor(name: string, stack: string): string {
  const tables = readTables();
  const key = keyOfFile(tables, name);
  if (key !== "" && tableOfKey(tables, key)) return key;
  const taken = tables.map(({ name: table, files }) => `${table} takes ${files.prefix}${files.pattern}`);
  throw new GroundworkError(
    `No table takes a file named ${name}: ${taken.join(", ")}. Rename it, or load it with npm run load -- FILE --key KEY --stack ${stack}`,
  );
}
