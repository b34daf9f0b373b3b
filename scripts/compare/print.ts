import { markdownTable } from "../shared/columns";
import { formatBytes, formatCount } from "../shared/terminal";
import { priceRegion, sources } from "../cost/prices";
import { type Figures, references } from "../../trials/compare/figures";

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
  const region = priceRegion;
  const date = sources.find(({ of }) => of.includes("glueDpuHour"))?.date;
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
  return markdownTable(titles, lines);
}

/** One number, or two with "to" between them. */
function range([least, most]: readonly [number, number], format: (value: number) => string): string {
  return least === most ? format(least) : `${format(least)} to ${format(most)}`;
}
