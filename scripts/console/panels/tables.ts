import type { TableState } from "../../../functions/jobs/request";
import { GroundworkError } from "../../../infra/error";
import { rate } from "../../load/view";
import { formatBytes, formatCount } from "../../shared/terminal";
import type { Area, Panel } from "../area";
import type { Connections } from "../connections";
import { type Html, html } from "../html";
import { dataTable, facts, panel } from "../page";
import { jobAddress } from "./jobParts";

/** Milliseconds to the next look, and loads that a table's page shows. */
const again = 5000;
const shownLoads = 20;

/** What is in the tables that files are loaded into. */
export const tables: Area = {
  title: "Tables",
  page: () => html`${panel("Tables", "/tables/list")} ${panel("With psql", "/tables/psql")}`,
  panels: {
    async list({ connections }): Promise<Panel> {
      const rows = (await statesOf(connections)).map((table) => [
        html`<a href="/table?name=${encodeURIComponent(table.name)}">${table.name}</a>`,
        countOf(table),
        formatBytes(table.bytes),
        formatCount(table.columns.length),
      ]);
      return { body: dataTable("Tables", ["Table", "#Rows", "#Size", "#Columns"], rows), again };
    },
    async psql({ connections }): Promise<Panel> {
      const psql = `npm run psql -- --stack ${connections.stack}`;
      const lines = [
        ["psql, through the tunnel where there is one", psql],
        [
          "A port of this machine that leads to the database, for other programs",
          await connections.tunnelCommand(),
        ],
      ] as const;
      return {
        body: html`${lines.map(
          ([what, line]) =>
            html`<p class="quiet">${what}</p>
              <p class="buttons">
                <code>${line}</code><button type="button" class="plain" data-copy="${line}">Copy</button>
              </p>`,
        )}`,
      };
    },
  },
  actions: {},
};

/** One table: its columns, a page of its rows, and the files that were loaded into it. */
export const table: Area = {
  title: "Table",
  page: (query) => {
    const name = nameIn(query);
    const address = (part: string): string => `/table/${part}?name=${encodeURIComponent(name)}`;
    const after = query.get("after");
    return html`<p><a href="/tables">All tables</a></p>
      ${panel(name, address("columns"))}
      ${panel("Rows", `${address("rows")}${after === null ? "" : `&after=${encodeURIComponent(after)}`}`)}
      ${panel("Loads, the newest first", address("loads"))}`;
  },
  panels: {
    async columns({ connections, query }): Promise<Panel> {
      const found = (await statesOf(connections)).find(({ name }) => name === nameIn(query));
      if (!found)
        throw new GroundworkError(`There is no table ${nameIn(query)}: begin at the list of tables`);
      const columns = found.columns.map(({ name, type }) => [name, type]);
      return {
        body: html`${facts([
          ["Rows", countOf(found)],
          ["Size", formatBytes(found.bytes)],
        ])}
        ${dataTable("Columns", ["Column", "Type"], columns)}`,
      };
    },
    async rows({ connections, query }): Promise<Panel> {
      const name = nameIn(query);
      const after = query.get("after");
      const jobs = await connections.jobs();
      const page = await jobs.ask<"rows">({ action: "rows", table: name, ...(after !== null && { after }) });
      if (page.rows.length === 0) {
        const body = html`<p class="quiet">
          No row${after !== null && " more"}. <a href="/files">Drop a file</a> that the table takes, and its
          rows appear here.
        </p>`;
        return { body };
      }
      const rows = page.rows.map((row) => row.map((cell) => cell ?? html`<span class="quiet">NULL</span>`));
      const next =
        page.next !== null &&
        html`<a href="/table?name=${encodeURIComponent(name)}&after=${encodeURIComponent(page.next)}"
          >Next</a
        >`;
      const first = after !== null && html`<a href="/table?name=${encodeURIComponent(name)}">First</a>`;
      const body = html`${dataTable("Rows, as they lie in the table", page.columns, rows)}
        <p class="buttons">${first}${next}</p>`;
      return { body };
    },
    async loads({ connections, query }): Promise<Panel> {
      const jobs = await connections.jobs();
      const { jobs: found } = await jobs.ask<"list">({
        action: "list",
        bucket: await connections.bucket(),
        limit: shownLoads,
        table: nameIn(query),
      });
      if (found.length === 0)
        return { body: html`<p class="quiet">No file was loaded into it yet.</p>`, again };
      const rows = found.map((job) => [
        html`<a href="${jobAddress(job)}">${job.key}</a>`,
        job.status,
        formatCount(job.rows),
        formatCount(job.rejected),
        rate(job),
        job.startedAt.slice(0, 19).replace("T", " "),
      ]);
      const columns = ["File", "Status", "#Rows", "#Rejected", "#Rows/s", "Started"];
      return { body: dataTable("Loads", columns, rows), again };
    },
  },
  actions: {},
};

const statesOf = async (connections: Connections): Promise<TableState[]> =>
  (await (await connections.jobs()).ask<"tables">({ action: "tables" })).tables;

/** @throws GroundworkError where the address names none */
function nameIn(query: URLSearchParams): string {
  const name = query.get("name") ?? "";
  if (name !== "") return name;
  throw new GroundworkError("The address must name a table: begin at the list of tables");
}

function countOf({ count, isExact }: TableState): Html {
  if (count === null) return html`not known until PostgreSQL has analyzed it`;
  return html`${isExact ? "" : "about "}${formatCount(count)}
    <span class="quiet">${isExact ? "counted" : "estimated"}</span>`;
}
