import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import { GroundworkError } from "../../../infra/error";
import { saveRejects } from "../../load/rejects";
import type { Connections } from "../connections";
import { findJob } from "./job";

/** Answers with the rejects of a job as `npm run load -- --rejects` saves them: the records, or what is wrong with each. */
export async function sendRejects(
  connections: Connections,
  query: URLSearchParams,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const job = await findJob({ connections, query });
  if (!job) throw new GroundworkError(`There is no job for ${query.get("key")}`);
  const file = path.join(connections.dir, `${randomUUID()}.csv`);
  const isReasons = query.get("what") === "reasons";
  try {
    await saveRejects(await connections.jobs(), job, file);
    response.writeHead(200, {
      ...headers,
      "content-type": "text/csv;charset=UTF-8",
      "content-disposition": `attachment; filename="${isReasons ? "rejects.reasons" : "rejects"}.csv"`,
    });
    await pipeline(createReadStream(isReasons ? `${file}.reasons.csv` : file), response);
  } finally {
    for (const each of [file, `${file}.reasons.csv`]) await rm(each, { force: true });
  }
}
