import { formatBytes, formatCount } from "../../scripts/shared/terminal";
import { prices } from "../../scripts/cost/prices";
import { type Figures, references } from "./figures";

interface Facts {
  readonly runs: number;
  readonly cores: number;
  readonly bytes: number;
  readonly rejected: number;
  readonly picture: string;
  readonly json: boolean;
}

/** The table on stdout; with `json` on stderr, and one JSON object on stdout. */
export function print(figures: readonly Figures[], { json, ...facts }: Facts): void {
  const out = json ? process.stderr : process.stdout;
  out.write(tableOf(figures));
  const { region, date } = prices;
  out.write(
    `\nMedians of ${facts.runs}, the file is ${formatBytes(facts.bytes)}. Dollars: list prices of ${region}, ${date}, ` +
      `had it taken as long on AWS; Glue bills a minute at least.\nDrawn in ${facts.picture}\n`,
  );
  if (!json) return;
  process.stdout.write(
    `${JSON.stringify({ ...facts, loads: figures, references, prices: { region, date } })}\n`,
  );
}

const titles = [
  "load",
  "rows",
  "seconds",
  "of it start",
  "work",
  "rows/s of the work",
  "COPY's time / the work's",
  "peak memory",
  "$ a million rows",
];

function tableOf(figures: readonly Figures[]): string {
  const lines = [
    ...figures.map(({ startSeconds, ofReference, peakBytes, dollarsPerMillionRows, ...figure }) => [
      figure.name,
      formatCount(figure.rows),
      figure.seconds.toFixed(2),
      startSeconds?.toFixed(2) ?? "",
      figure.workSeconds.toFixed(2),
      formatCount(figure.rowsPerSecond),
      ofReference?.toFixed(2) ?? "",
      peakBytes === undefined ? "" : formatBytes(peakBytes),
      dollarsPerMillionRows?.toFixed(5) ?? "",
    ]),
    ...references.map(({ name, rows, seconds }) => [
      name,
      formatCount(rows),
      range(seconds, formatCount),
      "",
      "",
      range([rows / seconds[1], rows / seconds[0]], formatCount),
      "",
      "",
      "",
    ]),
  ];
  const widths = titles.map((title, i) =>
    Math.max(title.length, ...lines.map((line) => line[i]?.length ?? 0)),
  );
  const row = (cells: readonly string[]): string => {
    const padded = cells.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    return `| ${padded.join(" | ")} |\n`;
  };
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [row(titles), row(rule), ...lines.map(row)].join("");
}

/** One number, or two with "to" between them. */
function range([least, most]: readonly [number, number], format: (value: number) => string): string {
  return least === most ? format(least) : `${format(least)} to ${format(most)}`;
}
