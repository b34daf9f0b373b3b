import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { root } from "../../programs/programs";
import type { PeersOptions, PeersResult } from "../../trials/bench/peers/run";
import { benchConfig } from "../../trials/bench/rounds";
import { columns } from "../shared/columns";
import { formatCount } from "../shared/terminal";
import { cells, leftOutLines, pageWith, picture, titles } from "./peersPage";

interface PeersCommandOptions extends Omit<PeersOptions, "say"> {
  readonly json: boolean;
  readonly write: boolean;
}

/** Measures, prints the table, and with `write` leaves it in docs/. */
export async function holdBesidePeers({ json, write, ...options }: PeersCommandOptions): Promise<void> {
  // Loaded here: --help doesn't wait for the programs and their providers.
  const { withEnvironment } = await import("../shared/localEnvironment");
  const { runPeers } = await import("../../trials/bench/peers/run");
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const result = await withEnvironment(
    { config: benchConfig, signal: options.stop },
    (environment, { dir }) => runPeers(environment, dir, { ...options, say }),
  );
  (json ? process.stderr : process.stdout).write(textOf(result, options.runs));
  const { apart, indexes, runs } = options;
  if (json) process.stdout.write(`${JSON.stringify({ runs, apart, indexes, ...result })}\n`);
  if (!write) return;
  const page = path.join(root, "docs/bench.md");
  writeFileSync(page, pageWith(readFileSync(page, "utf8"), result, options));
  // The other tables have no picture of their own.
  if (!apart && indexes) writeFileSync(path.join(root, "docs/bench.svg"), picture(result, runs));
}

/** At most 100 columns wide. */
function textOf({ rows, serverVersion, figures, leftOut }: PeersResult, runs: number): string {
  const numbers = titles.slice(1, -1).map((_, index) => index + 1);
  return [
    ...columns([titles, ...figures.map(cells)], numbers),
    "",
    `${formatCount(rows)} rows into PostgreSQL ${serverVersion}, medians of ${runs}. Rate: of the reference's`,
    ...leftOutLines(leftOut),
    "",
  ].join("\n");
}
