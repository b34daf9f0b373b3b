import type { Change } from "../../../local/watch/watch";
import { formatDuration } from "../../shared/terminal";
import type { Area, Asked, Panel } from "../area";
import { type Html, html } from "../html";
import { dataTable, panel } from "../page";

/** Milliseconds to the next look. */
const again = 500;

/** What was deployed as it was saved, and what was wrong with it. */
export const watch: Area = {
  title: "Watch",
  page: () => panel("Changes", "/watch/changes"),
  panels: {
    changes({ connections: { changes } }: Asked): Promise<Panel> {
      if (!changes) {
        const body = html`<p>
          Nothing is watched: <code>npm run local -- --watch</code> deploys what you save.
        </p>`;
        return Promise.resolve({ body });
      }
      if (changes.length === 0) {
        const body = html`<p>
          Nothing was saved yet. Change a function in <code>functions/</code>, a table in
          <code>tables/</code>, or add a migration to <code>functions/sql/</code>: it is deployed as you save
          it, and the database keeps its rows.
        </p>`;
        return Promise.resolve({ body, again });
      }
      const rows = changes.map((change) => [
        html`${change.deployed.join(", ")}${problemsOf(change)}`,
        formatDuration(change.milliseconds),
        timeOf(change),
      ]);
      return Promise.resolve({
        body: dataTable("Changes, the newest first", ["What", "#Took", "Time"], rows),
        again,
      });
    },
    /** In a line, on every page. */
    last({ connections: { changes = [] } }: Asked): Promise<Panel> {
      const [change] = changes;
      const said =
        change === undefined
          ? "Watching"
          : change.problems.length > 0
            ? html`<span class="error">${timeOf(change)} not deployed: ${change.problems[0]}</span>`
            : `${timeOf(change)} ${change.deployed.length > 0 ? `deployed ${change.deployed.join(", ")}` : "saved, and nothing changes"}`;
      return Promise.resolve({ body: html`<a href="/watch">${said}</a>`, again });
    },
  },
  actions: {},
};

const timeOf = ({ at }: Change): string => at.toTimeString().slice(0, 8);

const problemsOf = ({ problems }: Change): Html | false =>
  problems.length > 0 && html`<pre class="error">${problems.join("\n")}</pre>`;
