import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { GroundworkError } from "../../../infra/error";
import { root } from "../../../programs/programs";
import type { Area, Panel } from "../area";
import type { Connections } from "../connections";
import { Html, html } from "../html";
import type { BoxFacts } from "../map/facts";
import type { Drawn } from "../map/drawProcess";
import { placeOf } from "../map/places";
import { facts, panel } from "../page";

/** Of the picture's own width, in percent. */
const zooms = [50, 75, 100, 150, 200];

/** The architecture as the programs make it, and what stands behind each box. */
export const map: Area = {
  title: "Map",
  page: (query) => {
    const [box, zoom] = [boxIn(query), zoomIn(query)];
    return html`${box !== "" && panel("Resource", `/map/box?box=${encodeURIComponent(box)}`)}
    ${panel("Architecture", `/map/drawing?box=${encodeURIComponent(box)}&zoom=${zoom}`)}`;
  },
  panels: {
    async drawing({ connections, query }): Promise<Panel> {
      const { svg, facts: all } = await drawn(connections);
      const [box, zoom] = [boxIn(query), zoomIn(query)];
      const links = zooms.map(
        (each) =>
          html`<a
            href="/map?box=${encodeURIComponent(box)}&zoom=${each}"
            ${each === zoom && html` aria-current="true"`}
            >${each} %</a
          >`,
      );
      const scaled = svg.replace(
        /width="([\d.]+)pt" height="([\d.]+)pt"/,
        (_, width: string, height: string) =>
          [
            ["width", width],
            ["height", height],
          ]
            .map(([name, size]) => `${name}="${(Number(size) * zoom) / 100}"`)
            .join(" "),
      );
      const boxes = Object.entries(all).filter(([, { type }]) => type !== "");
      return {
        body: html`<p class="buttons">Click a box for its facts. <span class="zoom">${links}</span></p>
          <div class="wide map" role="region" aria-label="Architecture" tabindex="0">${new Html(scaled)}</div>
          <details>
            <summary>The same as a list</summary>
            <ul>
              ${boxes.map(
                ([id, { title, stack }]) =>
                  html`<li>
                    <a href="/map?box=${encodeURIComponent(id)}&zoom=${zoom}">${title}</a> (${stack})
                  </li>`,
              )}
            </ul>
          </details>`,
      };
    },
    async box({ connections, query }): Promise<Panel> {
      const { facts: all } = await drawn(connections);
      const id = boxIn(query);
      const found = Object.hasOwn(all, id) ? all[id] : undefined;
      if (!found) throw new GroundworkError(`The map has no ${id}: choose one of its boxes`);
      return { body: await boxOf(connections, found) };
    },
  },
  actions: {},
};

async function boxOf(connections: Connections, found: BoxFacts): Promise<Html> {
  const { title, type, stack, settings, monthly, notes } = found;
  if (type === "")
    return html`<h3>${title}</h3>
      <p class="quiet">It is no resource of a stack by itself.</p>`;
  const { id, arn, page, address } = placeOf(found, await connections.known(), process.env);
  const price =
    monthly === undefined ? "not in scripts/cost" : `$${monthly.toFixed(2)} a month while nothing happens`;
  return html`<h3>${title}</h3>
    ${facts([["Name", id], ["Stack", stack], ["Type", type], ["On AWS", price], ...settings])}
    ${
      arn !== "" &&
      html`<p class="quiet">ARN</p>
        <p><code>${arn}</code></p>`
    }
    ${
      address !== undefined &&
      html`<p class="quiet">On this machine</p>
        <p><code>${address}</code></p>`
    }
    ${
      notes.length > 0 &&
      html`<ul>
        ${notes.map((note) => html`<li class="quiet">${note}</li>`)}
      </ul>`
    }
    ${page !== undefined && html`<p><a href="${page}" target="_blank" rel="noopener">Open it in the AWS console</a></p>`}`;
}

/** By console: the drawing, and of which change of the programs it is. */
const drawings = new WeakMap<Connections, { readonly of: unknown; readonly made: Promise<Drawn> }>();

/** Drawn once, and again after a change of the programs. */
function drawn(connections: Connections): Promise<Drawn> {
  const of = connections.changes?.find(({ deployed }) => deployed.length > 0);
  const kept = drawings.get(connections);
  if (kept && kept.of === of) return kept.made;
  const made = draw(connections);
  drawings.set(connections, { of, made });
  made.catch(() => drawings.delete(connections));
  return made;
}

async function draw({ stack, closed, known }: Connections): Promise<Drawn> {
  const program = path.join(__dirname, "../map/drawProcess.ts");
  const { account } = await known();
  const args = ["-r", path.join(root, "programs/register.js"), program, stack, account];
  const run = promisify(execFile)(process.execPath, args, { cwd: root, signal: closed, maxBuffer: 16e6 });
  const { stdout } = await run.catch((error: Error & { stderr?: string }) => {
    const said = error.stderr?.split("\n").find((line) => line.includes("Error: "));
    throw new GroundworkError(`The programs could not be drawn: ${said ?? error.message}`);
  });
  return JSON.parse(stdout) as Drawn;
}

const boxIn = (query: URLSearchParams): string => query.get("box") ?? "";

function zoomIn(query: URLSearchParams): number {
  const zoom = Number(query.get("zoom") ?? 75);
  return zooms.includes(zoom) ? zoom : 75;
}
