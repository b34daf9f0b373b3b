import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { fileDefaults } from "../../functions/ingest/format";
import type { JobStatus } from "../../functions/jobs/request";
import { readTables } from "../../infra/tables";
import type { JobsClient } from "./jobsClient";

/** A field in quotes; nothing for what is not known. */
const field = (value: string | number | null): string =>
  typeof value === "string" ? `"${value.replaceAll('"', '""')}"` : String(value ?? "");

/**
 * Writes a job's rejects to `file`, as a file that can be mended and loaded as it is: the header of the file that they
 * come from, then each record's exact text. Beside it `file`.reasons.csv has a line for each of them, in the same order:
 * line and byte in that file, column, value, code, reason. Answers with their number.
 */
export async function saveRejects(
  jobs: Pick<JobsClient, "ask">,
  { job, table }: JobStatus,
  file: string,
): Promise<number> {
  // What the file must have for its table to read it.
  const { encoding, skipLines, footer } =
    readTables().find(({ name }) => name === table)?.format ?? fileDefaults;
  const records = output(file);
  const reasons = output(`${file}.reasons.csv`);
  await reasons.write("line,byte,column,value,code,reason\n");
  // Records are kept in UTF-8: a byte order mark says so to a table whose files are something else.
  await records.write(encoding === "utf-8" ? "" : "\ufeff");
  if (typeof skipLines === "number") await records.write("\n".repeat(skipLines));
  let count = 0;
  for (let after = -1; ;) {
    const { rejects, more, header } = await jobs.ask<"rejects">({ action: "rejects", job, after });
    if (after === -1 && header !== null) await records.write(`${header}\n`);
    for (const { byteOffset, line, column, value, code, reason, record } of rejects) {
      await records.write(`${record}\n`);
      await reasons.write(`${[line, byteOffset, column, value, code, reason].map(field).join(",")}\n`);
      after = byteOffset;
    }
    count += rejects.length;
    if (!more || rejects.length === 0) break;
  }
  await records.write("the footer\n".repeat(footer));
  await Promise.all([records.end(), reasons.end()]);
  return count;
}

function output(file: string): { write(text: string): Promise<void>; end(): Promise<void> } {
  const out: Writable = createWriteStream(file);
  const ended = finished(out);
  ended.catch(() => undefined); // Awaited below; a file that can't be opened fails before.
  return {
    write: async (text) => {
      if (!out.write(text)) await Promise.race([once(out, "drain"), ended]);
    },
    end: async () => {
      out.end();
      await ended;
    },
  };
}
