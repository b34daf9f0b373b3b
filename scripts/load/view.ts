import type { JobStatus } from "../../functions/jobs/request";
import { columns } from "../shared/columns";
import { printable } from "../shared/printable";
import { formatBytes, formatCount, formatDuration } from "../shared/terminal";

/**
 * Bytes of the object that are in the database, as far as that can be told: of one that was packed, or in another
 * encoding than UTF-8, the checkpoint counts the text that came of it.
 */
export const reached = ({ status, offset, size }: Pick<JobStatus, "status" | "offset" | "size">): number =>
  status === "done" ? size : Math.min(offset, size);

/** Rows a second. */
export const rate = ({ rows, seconds }: { readonly rows: number; readonly seconds: number }): string =>
  formatCount(seconds > 0 ? rows / seconds : 0);

/** How long one that runs still takes at the pace that it has had; nothing before its first checkpoint. */
function left(job: JobStatus): string {
  const done = reached(job);
  if (job.status !== "running" || done === 0) return "";
  return formatDuration(((job.size - done) / done) * job.seconds * 1000);
}

/** What a person wants to know of a job, for `table`. */
export function summaryRows(job: JobStatus, note: string): [string, string][] {
  return [
    ["file", `${printable(job.key)}, ${formatBytes(job.size)}`],
    ["status", note || (job.reason === null ? job.status : `${job.status}: ${printable(job.reason)}`)],
    ["rows", formatCount(job.rows)],
    ["rejected", formatCount(job.rejected)],
    ...(job.skipped > 0 ? [["skipped", formatCount(job.skipped)] satisfies [string, string]] : []),
    ["hops", formatCount(job.hops)],
    ["time", formatDuration(job.seconds * 1000)],
    ["rate", `${rate(job)} rows/s`],
  ];
}

/** One line a job, newest first, in columns. */
export function listLines(jobs: readonly JobStatus[], stack: string, width?: number): string[] {
  if (jobs.length === 0) return [`no jobs yet: npm run load -- FILE --stack ${stack}`];
  return columns(
    [
      ["started", "status", "done", "rows", "rejected", "hops", "time", "rows/s", "left", "key"],
      ...jobs.map((job) => [
        job.startedAt.slice(0, 19).replace("T", " "),
        job.status,
        `${job.size === 0 ? 100 : Math.floor((reached(job) / job.size) * 100)}%`,
        formatCount(job.rows),
        formatCount(job.rejected),
        formatCount(job.hops),
        formatDuration(job.seconds * 1000),
        rate(job),
        left(job),
        job.reason === null ? job.key : `${job.key}: ${job.reason}`,
      ]),
    ],
    [],
    width,
  );
}
