import type { FileName, JobStatus } from "../../../functions/jobs/request";
import { reached } from "../../load/view";
import { formatBytes } from "../../shared/terminal";
import { type Html, html } from "../html";

/** The address of a job's page. */
export const jobAddress = (file: Pick<JobStatus, "key" | "etag">): string => `/job?${jobQuery(file)}`;

/** What names a job in an address, whatever signs its file's name has. */
export function jobQuery({ key, etag }: Pick<FileName, "key" | "etag">): string {
  return new URLSearchParams({ key, ...(etag !== undefined && { etag }) }).toString();
}

/** How far the checkpoint is. */
export function jobBar(job: JobStatus): Html {
  const [offset, size] = [reached(job), job.size];
  const standing = `${formatBytes(offset)} of ${formatBytes(size)}`;
  return html`<progress max="${Math.max(size, 1)}" value="${size === 0 ? 1 : offset}" aria-label="Checkpoint">
      ${standing}</progress
    ><span class="quiet">${standing}</span>`;
}
