import type { FileName, JobStatus } from "../../../functions/jobs/request";
import { formatBytes, formatCount } from "../../shared/terminal";
import { type Html, html } from "../html";

/** The address of a job's page. */
export const jobAddress = (file: Pick<JobStatus, "key" | "etag">): string => `/job?${jobQuery(file)}`;

/** What names a job in an address, whatever signs its file's name has. */
export function jobQuery({ key, etag }: Pick<FileName, "key" | "etag">): string {
  return new URLSearchParams({ key, ...(etag !== undefined && { etag }) }).toString();
}

/** How far the checkpoint is. */
export function jobBar({ offset, size }: JobStatus): Html {
  const standing = `${formatBytes(offset)} of ${formatBytes(size)}`;
  return html`<progress max="${Math.max(size, 1)}" value="${size === 0 ? 1 : offset}" aria-label="Checkpoint">
      ${standing}</progress
    ><span class="quiet">${standing}</span>`;
}

/** Rows a second. */
export const rate = ({ rows, seconds }: JobStatus): string => formatCount(seconds > 0 ? rows / seconds : 0);
