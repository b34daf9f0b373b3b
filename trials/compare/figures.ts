import { median } from "../median";

/** One measured load. */
export interface Measured {
  /** From its start to the commit of the last row. */
  readonly seconds: number;
  /** Of them until it could begin to read; undefined where that can't be told apart. */
  readonly startSeconds?: number;
  /** Resident, of all its processes. */
  readonly peakBytes?: number;
  /** Dollars on AWS, had it taken as long there. */
  readonly dollars?: number;
}

/** The medians of a road's loads of one file. */
export interface Figures {
  readonly name: string;
  readonly rows: number;
  readonly seconds: number;
  readonly startSeconds?: number;
  /** The seconds without the start. */
  readonly workSeconds: number;
  /** Of the work. */
  readonly rowsPerSecond: number;
  /** The reference's time over the work's, each round on its own; undefined without one. */
  readonly ofReference?: number;
  /** The most of any load. */
  readonly peakBytes?: number;
  readonly dollarsPerMillionRows?: number;
}

export function figuresOf(
  name: string,
  rows: number,
  loads: readonly Measured[],
  base: readonly Measured[],
): Figures {
  const seconds = median(loads.map((load) => load.seconds));
  const works = loads.map((load) => load.seconds - (load.startSeconds ?? 0));
  const workSeconds = median(works);
  const starts = loads.flatMap(({ startSeconds }) => startSeconds ?? []);
  const peaks = loads.flatMap(({ peakBytes }) => peakBytes ?? []);
  const dollars = loads.flatMap((load) => load.dollars ?? []);
  const ratios = works.flatMap((work, round) => {
    const first = base[round];
    return first ? first.seconds / work : [];
  });
  return {
    name,
    rows,
    seconds,
    ...(starts.length > 0 && { startSeconds: median(starts) }),
    workSeconds,
    rowsPerSecond: rows / workSeconds,
    ...(ratios.length > 0 && { ofReference: median(ratios) }),
    ...(peaks.length > 0 && { peakBytes: Math.max(...peaks) }),
    ...(dollars.length > 0 && { dollarsPerMillionRows: (median(dollars) / rows) * 1e6 }),
  };
}

/** What AWS bills, in dollars. */
export interface ComparePrices {
  readonly functionGbSecond: number;
  readonly functionRequest: number;
  readonly glueDpuHour: number;
  /** Of a run, at least. */
  readonly glueLeastSeconds: number;
}

/** Lambda bills by memory and time, and each hop as a request. */
export function lambdaDollars(
  prices: ComparePrices,
  seconds: number,
  memoryMegabytes: number,
  hops: number,
): number {
  return seconds * (memoryMegabytes / 1024) * prices.functionGbSecond + (hops + 1) * prices.functionRequest;
}

/** Glue bills each worker, the driver's too, for a minute at least. */
export function glueDollars(prices: ComparePrices, seconds: number, workers: number): number {
  return (Math.max(seconds, prices.glueLeastSeconds) / 3600) * workers * prices.glueDpuHour;
}

/** What the research that this reproduces measured on AWS, for its file of 478,817 rows. */
interface Reference {
  readonly name: string;
  readonly rows: number;
  /** The shortest and the longest that it tells. */
  readonly seconds: readonly [least: number, most: number];
}

export const references: readonly Reference[] = [
  { name: "the research's recurring Lambda", rows: 478_817, seconds: [1680, 1680] },
  { name: "the research's Glue job", rows: 478_817, seconds: [180, 300] },
];
