import * as echarts from "echarts";
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

const width = 860;
const rowHeight = 46;
const colours = {
  measured: { dark: "#0072b2", pale: "#a6cbe3" },
  told: { dark: "#8c8c8c", pale: "#d4d4d4" },
};

/** Draws the loads as bars on a logarithmic axis of seconds, as SVG: the work dark, with its start pale. */
export function picture(figures: readonly Figures[], runs: number): string {
  const bars = [...figures.map(measuredBar), ...references.map((each) => toldBar(each, figures[0]?.rows))];
  const height = 110 + rowHeight * bars.length;
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption(optionOf(bars, titleOf(figures[0]?.rows ?? 0, runs)));
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose();
  }
}

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

function titleOf(rows: number, runs: number): { text: string; subtext: string } {
  return {
    text: `${formatCount(rows)} rows of CSV into PostgreSQL`,
    subtext: `Seconds, on a logarithmic axis. Blue: npm run compare on one machine, medians of ${runs}; grey: told by the research`,
  };
}

function optionOf(bars: readonly Bar[], title: { text: string; subtext: string }): echarts.EChartsOption {
  const colourOf = ({ isMeasured }: Bar): typeof colours.told =>
    isMeasured ? colours.measured : colours.told;
  // Whole powers of ten around all bars, the shortest of which is still one.
  const from = 10 ** Math.floor(Math.log10(Math.min(...bars.map(({ least }) => least)) / 2));
  const to = 10 ** Math.ceil(Math.log10(Math.max(...bars.map(({ most }) => most))));
  const series = { type: "bar", barWidth: "55%", barGap: "-100%" } as const;
  return {
    animation: false,
    backgroundColor: "#ffffff",
    title: { ...title, left: 12, top: 8, textStyle: { fontSize: 16 }, subtextStyle: { fontSize: 12 } },
    grid: { left: 210, right: 30, top: 70, bottom: 34 },
    xAxis: {
      type: "log",
      min: from,
      max: to,
      startValue: from,
      axisLabel: { formatter: (seconds: number) => `${seconds.toLocaleString("en-US")} s` },
      splitLine: { lineStyle: { color: "#e4e4e4" } },
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: bars.map(({ name }) => name),
      axisTick: { show: false },
      axisLabel: { fontSize: 12, color: "#333333" },
    },
    series: [
      {
        ...series,
        data: bars.map((bar) => ({ value: bar.most, itemStyle: { color: colourOf(bar).pale } })),
        label: {
          show: true,
          position: "right",
          color: "#333333",
          formatter: ({ dataIndex }: { dataIndex: number }) => bars[dataIndex]?.label ?? "",
        },
      },
      {
        ...series,
        data: bars.map((bar) => ({ value: bar.least, itemStyle: { color: colourOf(bar).dark } })),
      },
    ],
  };
}
