import { type Bar, barChart } from "../shared/barChart";
import { formatCount, formatDuration } from "../shared/terminal";
import { type Figures, references } from "../../trials/compare/figures";

/** Draws the loads as bars: the work dark, with its start pale. */
export function picture(figures: readonly Figures[], runs: number): string {
  const rows = figures[0]?.rows;
  return barChart(
    `${formatCount(rows ?? 0)} rows of CSV into PostgreSQL`,
    `Seconds, on a logarithmic axis. Blue: npm run compare on one machine, medians of ${runs}; grey: told by the research`,
    [...figures.map(measuredBar), ...references.map((each) => toldBar(each, rows))],
  );
}

function measuredBar({ name, seconds, workSeconds, startSeconds }: Figures): Bar {
  const work = duration(workSeconds);
  const label = startSeconds === undefined ? work : `${work}, ${duration(seconds)} with its start`;
  return { name, label, least: workSeconds, most: seconds, isBlue: true };
}

/** What the research told, for as many rows as were loaded here. */
function toldBar({ name, rows, seconds }: (typeof references)[number], loaded = rows): Bar {
  const [least, most] = seconds.map((each) => (each * loaded) / rows) as [number, number];
  const ends = [...new Set([least, most].map(duration))];
  const same = loaded === rows ? "" : `, at its rate for ${formatCount(rows)} rows`;
  return { name, label: `${ends.join(" to ")}${same}`, least, most, isBlue: false };
}

const duration = (seconds: number): string => formatDuration(seconds * 1000).replace(/ min 0 s$/, " min");
