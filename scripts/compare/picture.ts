import { formatCount, formatDuration } from "../shared/terminal";
import { type Figures, references } from "../../trials/compare/figures";

interface Bar {
  readonly name: string;
  readonly label: string;
  /** Seconds: the dark part of the bar, and where the pale part behind it ends. */
  readonly least: number;
  readonly most: number;
  readonly isMeasured: boolean;
}

/** Sizes in pixels. */
const width = 860;
const rowHeight = 46;
const barHeight = 26;
const plot = { left: 210, right: 830, top: 70 };
const colours = {
  measured: { dark: "#0072b2", pale: "#a6cbe3" },
  told: { dark: "#8c8c8c", pale: "#d4d4d4" },
};

/** Draws the loads as bars on a logarithmic axis of seconds, as SVG: the work dark, with its start pale. */
export function picture(figures: readonly Figures[], runs: number): string {
  const rows = figures[0]?.rows;
  const bars = [...figures.map(measuredBar), ...references.map((each) => toldBar(each, rows))];
  // Whole powers of ten around all bars, the shortest of which is still one.
  const from = Math.floor(Math.log10(Math.min(...bars.map(({ least }) => least)) / 2));
  const to = Math.ceil(Math.log10(Math.max(...bars.map(({ most }) => most))));
  const at = (seconds: number): number =>
    Math.round(plot.left + ((plot.right - plot.left) * (Math.log10(seconds) - from)) / (to - from));
  const bottom = plot.top + rowHeight * bars.length;
  const decades = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${bottom + 40}" font-family="sans-serif" font-size="12" fill="#333333">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="12" y="26" font-size="16" font-weight="bold">${formatCount(rows ?? 0)} rows of CSV into PostgreSQL</text>
<text x="12" y="50" fill="#6b6b6b">Seconds, on a logarithmic axis. Blue: npm run compare on one machine, medians of ${runs}; grey: told by the research</text>
${decades.map((seconds) => decade(at(seconds), seconds, bottom)).join("\n")}
${bars.map((bar, row) => drawn(bar, plot.top + rowHeight * row, at)).join("\n")}
</svg>
`;
}

/** The line of a power of ten, with its seconds below. */
const decade = (x: number, seconds: number, bottom: number): string =>
  `<path d="M${x} ${plot.top}V${bottom}" stroke="#e4e4e4"/>
<text x="${x}" y="${bottom + 20}" text-anchor="middle">${seconds.toLocaleString("en-US")} s</text>`;

function drawn(
  { name, label, least, most, isMeasured }: Bar,
  top: number,
  at: (seconds: number) => number,
): string {
  const { dark, pale } = isMeasured ? colours.measured : colours.told;
  const [y, baseline] = [top + (rowHeight - barHeight) / 2, top + rowHeight / 2 + 4];
  const rect = (end: number, colour: string): string =>
    `<rect x="${plot.left}" y="${y}" width="${end - plot.left}" height="${barHeight}" fill="${colour}"/>`;
  return `<text x="${plot.left - 8}" y="${baseline}" text-anchor="end">${escaped(name)}</text>
${rect(at(most), pale)}${rect(at(least), dark)}
<text x="${at(most) + 5}" y="${baseline}">${escaped(label)}</text>`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;" })[character] ?? "&gt;");

function measuredBar({ name, seconds, workSeconds, startSeconds }: Figures): Bar {
  const work = duration(workSeconds);
  const label = startSeconds === undefined ? work : `${work}, ${duration(seconds)} with its start`;
  return { name, label, least: workSeconds, most: seconds, isMeasured: true };
}

/** What the research told, for as many rows as were loaded here. */
function toldBar({ name, rows, seconds }: (typeof references)[number], loaded = rows): Bar {
  const [least, most] = seconds.map((each) => (each * loaded) / rows) as [number, number];
  const ends = [...new Set([least, most].map(duration))];
  const same = loaded === rows ? "" : `, at its rate for ${formatCount(rows)} rows`;
  return { name, label: `${ends.join(" to ")}${same}`, least, most, isMeasured: false };
}

const duration = (seconds: number): string => formatDuration(seconds * 1000).replace(/ min 0 s$/, " min");
