import type { FileName, JobStatus, RejectedRecord } from "../../../functions/jobs/request";
import { GroundworkError } from "../../../infra/error";
import { rate } from "../../load/view";
import { formatBytes, formatCount, formatDuration } from "../../shared/terminal";
import type { Area, Asked, Panel } from "../area";
import { type Html, html } from "../html";
import { dataTable, done, facts, panel, problem } from "../page";
import { jobBar, jobQuery } from "./jobParts";
import { cutAtField } from "./markField";

/** Rejects on a page. */
const pageSize = 100;

/** One file's job. */
export const job: Area = {
  title: "Job",
  page: (query) => {
    const name = jobQuery(nameIn(query));
    return html`<p><a href="/files">All files</a></p>
      ${panel(query.get("key") ?? "", `/job/status?${name}`)}
      ${panel("Rejected records", `/job/rejects?${name}&after=${encodeURIComponent(query.get("after") ?? "-1")}`)}`;
  },
  panels: {
    async status(asked): Promise<Panel> {
      const found = await findJob(asked);
      if (!found) {
        const body = html`<p>
          There is no job for this file yet: its event is on the way. Where none comes,
          <a href="/functions">the functions’ log and the dead letters</a> say why.
        </p>`;
        return { body, again: 1000 };
      }
      return { body: standing(found), ...nextLook(found, 1000) };
    },
    async rejects(asked): Promise<Panel> {
      const found = await findJob(asked);
      if (!found) return { body: html`<p class="quiet">None yet.</p>`, again: 2000 };
      const next = nextLook(found, 3000);
      if (found.rejected === 0) {
        const body = html`<p class="quiet">
          None${found.status === "running" && " yet"}: a record that doesn’t fit its columns would stand here,
          with the reason.
        </p>`;
        return { body, ...next };
      }
      return { body: await rejectsOf(asked, found), ...next };
    },
  },
  actions: {
    async resume({ connections, query }): Promise<Html> {
      const { bucket, key, etag } = { ...nameIn(query), bucket: await connections.bucket() };
      const request = { action: "resume", bucket, key, ...(etag !== undefined && { etag }) } as const;
      const { job: before } = await (await connections.jobs()).ask<"resume">(request);
      if (before?.status === "done") return problem("The job is done: there is nothing to go on with.");
      return done(before ? `It goes on from byte ${formatCount(before.offset)}.` : "It was started.");
    },
  },
};

/** Milliseconds to the next look: to what failed or was undone more seldom, and never to what is done. */
const nextLook = ({ status }: JobStatus, running: number): Pick<Panel, "again"> =>
  status === "done" ? {} : { again: status === "running" ? running : 5000 };

/** @throws GroundworkError where the address names no file */
function nameIn(query: URLSearchParams): Pick<FileName, "key" | "etag"> {
  const key = query.get("key") ?? "";
  if (key === "") throw new GroundworkError("The address must name a file: begin at the list of files");
  const etag = query.get("etag") ?? "";
  return { key, ...(etag !== "" && { etag }) };
}

/** The job that an address names; null where there is none. */
export async function findJob({
  connections,
  query,
}: Pick<Asked, "connections" | "query">): Promise<JobStatus | null> {
  const name = { ...nameIn(query), bucket: await connections.bucket() };
  return (await (await connections.jobs()).ask<"status">({ action: "status", ...name })).job;
}

function standing(found: JobStatus): Html {
  const { status, reason } = found;
  const said =
    status === "done"
      ? done(found.rejected > 0 ? "Loaded, but for the rejected records below." : "Loaded.")
      : status === "running"
        ? html`<p>It runs.</p>`
        : problem(
            `It ${status === "failed" ? "failed" : "was undone"}: ${reason ?? "no reason is known"}. Mend the file and load it again; or mend the cause, and resume.`,
          );
  // One that runs may have stalled; two functions of one job do no harm.
  const resume =
    status !== "done" &&
    html`<form method="post" action="/job/resume?${jobQuery(found)}">
      <button id="resume">Resume</button>
    </form>`;
  return html`${said}${jobBar(found)}
  ${facts([
    ["Table", found.table],
    ["Rows", formatCount(found.rows)],
    ["Rejected", formatCount(found.rejected)],
    ["Skipped", formatCount(found.skipped)],
    ["Hops", formatCount(found.hops)],
    ["Time", formatDuration(found.seconds * 1000)],
    ["Rows a second", rate(found)],
    ["Size", formatBytes(found.size)],
    ["Started", found.startedAt.slice(0, 19).replace("T", " ")],
  ])}${resume}`;
}

async function rejectsOf({ connections, query }: Asked, found: JobStatus): Promise<Html> {
  const after = Number(query.get("after") ?? "-1");
  const jobs = await connections.jobs();
  const answer = await jobs.ask<"rejects">({ action: "rejects", job: found.job, after });
  const shown = answer.rejects.slice(0, pageSize);
  const last = shown.at(-1)?.byteOffset ?? after;
  const rows = shown.map((reject) => [
    reject.line === null ? "" : formatCount(reject.line),
    reject.reason,
    html`<pre>${record(reject, answer.header)}</pre>`,
    formatCount(reject.byteOffset),
  ]);
  const name = jobQuery(found);
  return html`<p class="buttons">
      <a href="/job/rejects.csv?${name}" download>Save them as a CSV file to mend</a>
      <a href="/job/rejects.csv?${name}&what=reasons" download>Save the reasons</a>
    </p>
    ${dataTable("Rejected records, in the file’s order", ["#Line", "Reason", "Record", "#Byte"], rows)}
    ${(answer.more || answer.rejects.length > shown.length) && html`<p><a href="/job?${name}&after=${last}">Next ${pageSize}</a></p>`}`;
}

/** A record's text, with the field marked that didn't fit, where it can be told. */
function record({ record: text, column, value }: RejectedRecord, header: string | null): Html {
  const cut = column !== null && value !== null && header !== null && cutAtField(text, header, column, value);
  if (!cut) return html`${text}`;
  const [before, field, after] = cut;
  return html`${before}<mark>${field === "" ? "(empty)" : field}</mark>${after}`;
}
