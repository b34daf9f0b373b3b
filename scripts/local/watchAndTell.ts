import * as path from "node:path";
import type { Environment } from "../../local/environment";
import { publishEnvironment } from "../../local/runningEnvironment";
import type { Session } from "../../local/session";
import type { Made } from "../../local/watch/apply";
import { type Change, watchPrograms } from "../../local/watch/watch";
import { root } from "../../programs/programs";
import type { ConfigOverrides } from "../shared/configOption";
import { printable } from "../shared/printable";
import { formatDuration, paint } from "../shared/terminal";

const tables = path.join(root, "tables", path.sep);

/** Changes that are kept for the console. */
const kept = 50;

/** Lines of an error that are shown: the first ones say what to mend. */
const shownProblems = 5;

interface WatchAndTell {
  readonly session: Session;
  readonly environment: Environment;
  readonly made: Made;
  readonly config: ConfigOverrides;
  /** Gets each change, the newest first. */
  readonly changes: Change[];
}

/** Deploys what is saved, and says so on stderr and to whoever reads `changes`. */
export function watchAndTell({ session, environment, made, config, changes }: WatchAndTell): void {
  watchPrograms(session, {
    environment,
    made,
    config,
    tell(change) {
      // A file that is dropped on the console goes to a table as they are now.
      for (const file of Object.keys(require.cache))
        if (file.startsWith(tables)) Reflect.deleteProperty(require.cache, file);
      changes.unshift(change);
      changes.splice(kept);
      process.stderr.write(toldOf(change));
    },
    publish: (outputs) => void publishEnvironment(session, { ...environment, outputs }),
  });
  process.stderr.write("watching: what you save is deployed\n");
}

/** @returns lines for a terminal */
function toldOf({ at, milliseconds, deployed, problems }: Change): string {
  const time = `${at.toTimeString().slice(0, 8)} `;
  const took = formatDuration(milliseconds);
  const good =
    deployed.length > 0
      ? `${time}deployed in ${took}: ${deployed.join(", ")}\n`
      : problems.length > 0
        ? ""
        : `${time}saved, and nothing of the environment changes\n`;
  const lines = problems.flatMap((problem) => problem.split("\n"));
  const more = lines.length - shownProblems;
  const shown = lines.slice(0, shownProblems).map((line) => `${time}${printable(line)}`);
  if (more > 0) shown.push(`${time}and ${more} more`);
  return good + shown.map((line) => `${paint("red", line, process.stderr)}\n`).join("");
}
