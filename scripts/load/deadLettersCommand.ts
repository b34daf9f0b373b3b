import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { writeColumns } from "../shared/columns";
import { formatCount } from "../shared/terminal";
import type { DeadLetter, DeadLetters } from "./deadLetters";
import type { JobsClient } from "./jobsClient";

/** How a letter's file is now: the same version, another one, none; or the event named none. */
type FileState = "as it was" | "replaced since" | "gone" | "no file";

/** Lists what the function gave up on; with `retry` goes on with what is as it was, and forgets the rest but for files that are gone. */
export async function showDeadLetters(
  { jobs, letters }: { jobs: JobsClient; letters: DeadLetters },
  { retry, json }: { retry: boolean; json: boolean },
): Promise<void> {
  const s3 = new S3Client({});
  try {
    const found = await letters.read();
    const rows: { letter: DeadLetter; state: FileState; done: string }[] = [];
    for (const letter of found) {
      const state = await stateOf(s3, letter);
      rows.push({ letter, state, done: retry ? await goOn(jobs, letters, letter, state) : "" });
    }
    const out = rows.map(({ letter: { key, reason }, state, done }) => ({
      key,
      state,
      reason,
      ...(done && { done }),
    }));
    if (json) process.stdout.write(`${JSON.stringify(out)}\n`);
    else if (out.length === 0) process.stdout.write("no dead letters\n");
    else {
      const cells = out.map(({ key, state, reason, done = "" }) => [
        key,
        state,
        ...(retry ? [done] : []),
        reason,
      ]);
      const titles = ["file", "now", ...(retry ? ["done"] : []), "reason"];
      writeColumns([titles, ...cells], process.stdout);
      process.stderr.write(
        `${formatCount(out.length)} dead letters${retry ? "" : "; --retry goes on with those whose file is as it was"}\n`,
      );
    }
  } finally {
    s3.destroy();
  }
}

/** @throws what S3 says, but for a file that is gone */
export async function stateOf(s3: S3Client, { bucket, key, etag }: DeadLetter): Promise<FileState> {
  if (key === "") return "no file";
  try {
    const { ETag = "" } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return etag === undefined || ETag.replaceAll('"', "") === etag ? "as it was" : "replaced since";
  } catch (error) {
    if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404)
      return "gone";
    throw error;
  }
}

/**
 * Goes on with a file that is as it was, and forgets one that was replaced, and an event that names none, such as a sweep,
 * of which another one comes; answers with what it did.
 */
export async function goOn(
  jobs: JobsClient,
  letters: DeadLetters,
  letter: DeadLetter,
  state: FileState,
): Promise<string> {
  if (state === "gone") return "left";
  const { bucket, key, etag } = letter;
  // Another version has had an event of its own.
  if (state === "as it was")
    await jobs.ask<"resume">({ action: "resume", bucket, key, ...(etag && { etag }) });
  await letters.remove(letter);
  return state === "as it was" ? "started again" : "forgotten";
}
