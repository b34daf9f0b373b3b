import * as path from "node:path";
import { GroundworkError } from "../../../infra/error";
import { rate } from "../../load/view";
import { formatCount, formatDuration } from "../../shared/terminal";
import type { Area, Panel } from "../area";
import { type Html, html } from "../html";
import { dataTable, done, panel } from "../page";
import { jobAddress, jobBar } from "./jobParts";

/** Milliseconds to the next look: while something runs, and while nothing does. */
const looks = { soon: 1000, later: 3000 };

/** Jobs shown at first, and as many more each time; the function gives a thousand at most. */
const pageSize = 50;
const most = 1000;

/** Of the sample that a person may begin with: small, and with some records to look at that are rejected. */
const sample = { rows: 20_000, rejects: 8 };

/** Files are dropped here; their jobs are seen moving. */
export const files: Area = {
  title: "Files",
  page: (query) =>
    html`<label id="drop"
        >Drop CSV files here, or choose them: each goes to the bucket, and its rows to the table that takes
        files of its name. <input type="file" multiple /><progress
          hidden
          value="0"
          max="1"
          aria-label="Upload"
        ></progress
      ></label>
      ${panel("Jobs", `/files/jobs?limit=${limitOf(query)}`)}`,
  panels: {
    async jobs({ connections, query }): Promise<Panel> {
      const jobs = await connections.jobs();
      const limit = limitOf(query);
      const request = { action: "list", bucket: await connections.bucket(), limit } as const;
      const { jobs: found } = await jobs.ask<"list">(request);
      if (found.length === 0) return { body: nothingYet(), again: looks.later };
      const rows = found.map((job) => [
        html`<a href="${jobAddress(job)}">${job.key}</a>`,
        job.status === "running"
          ? jobBar(job)
          : html`<span class="${job.status === "failed" && "error"}">${job.status}</span>`,
        formatCount(job.rows),
        formatCount(job.rejected),
        rate(job),
        formatCount(job.hops),
        formatDuration(job.seconds * 1000),
        job.table,
      ]);
      const columns = ["File", "Status", "#Rows", "#Rejected", "#Rows/s", "#Hops", "#Time", "Table"];
      const isMore = found.length === limit && limit < most;
      const more = isMore && html`<p><a href="/files?limit=${limit + pageSize}">Show older ones</a></p>`;
      const again = found.some(({ status }) => status === "running") ? looks.soon : looks.later;
      return { body: html`${dataTable("Jobs, the newest first", columns, rows)}${more}`, again };
    },
  },
  actions: {
    async sample({ connections }): Promise<Html> {
      const { writeSample } = await import("../../../trials/sample/sample");
      const { upload } = await import("../../load/upload");
      const { rm } = await import("node:fs/promises");
      const file = path.join(connections.dir, "sample.csv");
      try {
        const { bytes: size } = await writeSample(file, sample.rows, { rejects: sample.rejects });
        const to = { bucket: await connections.bucket(), key: "sample.csv", file, size };
        await upload(to, () => undefined, connections.closed);
      } finally {
        await rm(file, { force: true });
      }
      return done("sample.csv is in the bucket: its job appears below in a moment.");
    },
  },
};

const nothingYet = (): Html =>
  html`<p>
      No file was loaded yet. Drop one above, or begin with a sample: ${formatCount(sample.rows)} card
      transactions, and ${sample.rejects} records that don’t fit.
    </p>
    <form method="post" action="/files/sample"><button>Load the sample</button></form>`;

/** @throws GroundworkError where it isn't a number */
function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get("limit") ?? pageSize);
  if (Number.isSafeInteger(limit) && limit > 0) return Math.min(limit, most);
  throw new GroundworkError("limit must be a whole number from 1");
}
