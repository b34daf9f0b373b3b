import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { root } from "../../programs/programs";
import { type GrowthOptions, type GrowthStep } from "../../trials/bench/growth";
import { benchConfig } from "../../trials/bench/rounds";
import { columns, markdownTable } from "../shared/columns";
import { formatBytes, formatCount } from "../shared/terminal";
import { machine, placedBetween } from "./peersPage";

interface GrowthCommandOptions extends Omit<GrowthOptions, "onStep"> {
  readonly json: boolean;
  /** Into docs/scale.md. */
  readonly write: boolean;
}

const titles = [
  "rows before",
  "seconds",
  "rows/s",
  "CPU",
  "server's CPU",
  "peak memory",
  "WAL",
  "table",
  "indexes",
];

/** Loads a file into a table that grows to so many rows, and prints a line for each load. */
export async function measureGrowthOf({ json, write, ...options }: GrowthCommandOptions): Promise<void> {
  // Loaded here: --help doesn't wait for the programs and their providers.
  const { withEnvironment } = await import("../shared/localEnvironment");
  const { measureGrowth } = await import("../../trials/bench/growth");
  const onStep = (step: GrowthStep): void => {
    process.stderr.write(
      `${cells(step)
        .map((cell, column) => `${titles[column]} ${cell}`)
        .join(", ")}\n`,
    );
  };
  const steps = await withEnvironment({ config: benchConfig, signal: options.stop }, (environment, { dir }) =>
    measureGrowth(environment, dir, { ...options, onStep }),
  );
  const table = [titles, ...steps.map(cells)];
  (json ? process.stderr : process.stdout).write(`${columns(table, [...titles.keys()]).join("\n")}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ steps })}\n`);
  if (!write) return;
  const page = path.join(root, "docs/scale.md");
  const { rows, until } = options;
  const text = [
    `\`npm run bench -- --growth ${until} --rows ${rows}\`, ${machine()}: each line is one load of ${formatCount(rows)} rows by a new process.`,
    markdownTable(titles, steps.map(cells)).trimEnd(),
  ].join("\n\n");
  writeFileSync(page, placedBetween(readFileSync(page, "utf8"), "growth", text));
}

function cells({
  rowsBefore,
  rows,
  ms,
  cpuMs,
  serverCpuMs,
  peakRss,
  walBytes,
  tableBytes,
  indexBytes,
}: GrowthStep): string[] {
  const seconds = (each: number): string => `${(each / 1000).toFixed(1)} s`;
  return [
    formatCount(rowsBefore),
    (ms / 1000).toFixed(1),
    formatCount(Math.round((rows / ms) * 1000)),
    seconds(cpuMs),
    serverCpuMs === undefined ? "" : seconds(serverCpuMs),
    ...[peakRss, walBytes, tableBytes, indexBytes].map(formatBytes),
  ];
}
