export interface Bar {
  readonly name: string;
  readonly label: string;
  /** Seconds: the dark part of the bar, and where the pale part behind it ends. */
  readonly least: number;
  readonly most: number;
  /** Blue rather than grey. */
  readonly isBlue: boolean;
}

/** Sizes in pixels. */
const width = 860;
const rowHeight = 46;
const barHeight = 26;
const plot = { left: 230, right: 830, top: 70 };
const colours = {
  blue: { dark: "#0072b2", pale: "#a6cbe3" },
  grey: { dark: "#8c8c8c", pale: "#d4d4d4" },
};

/** Draws bars on a logarithmic axis of seconds, as SVG. */
export function barChart(title: string, legend: string, bars: readonly Bar[]): string {
  // Whole powers of ten around all bars, the shortest of which is still one.
  const from = Math.floor(Math.log10(Math.min(...bars.map(({ least }) => least)) / 2));
  const to = Math.ceil(Math.log10(Math.max(...bars.map(({ most }) => most))));
  const at = (seconds: number): number =>
    Math.round(plot.left + ((plot.right - plot.left) * (Math.log10(seconds) - from)) / (to - from));
  const bottom = plot.top + rowHeight * bars.length;
  const decades = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${bottom + 40}" font-family="sans-serif" font-size="12" fill="#333333">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="12" y="26" font-size="16" font-weight="bold">${escaped(title)}</text>
<text x="12" y="50" fill="#6b6b6b">${escaped(legend)}</text>
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
  { name, label, least, most, isBlue }: Bar,
  top: number,
  at: (seconds: number) => number,
): string {
  const { dark, pale } = isBlue ? colours.blue : colours.grey;
  const [y, baseline] = [top + (rowHeight - barHeight) / 2, top + rowHeight / 2 + 4];
  // Where it would leave the picture it stands in the bar.
  const fits = at(most) + 5 + label.length * 6.5 < width;
  const rect = (end: number, colour: string): string =>
    `<rect x="${plot.left}" y="${y}" width="${end - plot.left}" height="${barHeight}" fill="${colour}"/>`;
  return `<text x="${plot.left - 8}" y="${baseline}" text-anchor="end">${escaped(name)}</text>
${rect(at(most), pale)}${rect(at(least), dark)}
${fits ? `<text x="${at(most) + 5}"` : `<text x="${at(least) - 5}" text-anchor="end" fill="#ffffff"`} y="${baseline}">${escaped(label)}</text>`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;" })[character] ?? "&gt;");
