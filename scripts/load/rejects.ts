import { once } from "node:events";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { JobsClient } from "./jobsClient";

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;

/** Writes a job's rejects as CSV with the header byte_offset,reason,record, page by page; returns their number. */
export async function saveRejects(
  jobs: Pick<JobsClient, "ask">,
  job: string,
  out: Writable,
): Promise<number> {
  const ended = finished(out);
  ended.catch(() => undefined); // Awaited below; a file that can't be opened fails before.
  let count = 0;
  out.write("byte_offset,reason,record\n");
  for (let after = -1; ;) {
    const { rejects, more } = await jobs.ask<"rejects">({ action: "rejects", job, after });
    for (const { byteOffset, reason, record } of rejects) {
      const line = `${byteOffset},${quoted(reason)},${quoted(record)}\n`;
      if (!out.write(line)) await Promise.race([once(out, "drain"), ended]);
      after = byteOffset;
    }
    count += rejects.length;
    if (!more || rejects.length === 0) break;
  }
  out.end();
  await ended;
  return count;
}
