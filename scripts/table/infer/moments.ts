import type { Run, Shape } from "./profile";

/** A reading of a column's values as days, times of day or points in time. */
export interface MomentReading {
  readonly type: "date" | "time" | "timestamp" | "timestamptz";
  /** The pattern of the values, in the tokens of a table's format; undefined for its defaults. */
  readonly pattern: string | undefined;
  /** Values without a zone among those of a timestamptz. */
  readonly zoneless: boolean;
}

const short = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
const long = "January|February|March|April|May|June|July|August|September|October|November|December";
const whole = new RegExp(
  "^(?<day>.*?)(?:(?<gap>[T ]|, )(?<clock>0:0(?::0(?:\\.0)?)?)(?<half> ?[AaPp][Mm])?(?<zone> ?(?:Z|z|UTC|GMT|[-+]0(?::?0)?))?)?$",
);
const clockOnly = /^0:0(?::0(?:\.0)?)?$/;

interface Parts {
  readonly pattern: string;
  readonly timed: boolean;
  readonly zone: boolean;
  /** A day or month, or an hour, of one digit. */
  readonly short: boolean;
  readonly shortHour: boolean;
}

/** The readings that fit all shapes: more than one where the values don't tell day from month. */
export function readMoments(shapes: readonly Shape[]): MomentReading[] {
  if (shapes.length === 0) return [];
  if (shapes.every((shape) => clockOnly.test(shape.pattern) && isClock(shape.runs)))
    return [{ type: "time", pattern: undefined, zoneless: false }];
  const perShape = shapes.map(partsOf);
  const [first] = perShape;
  if (first === undefined || perShape.some((parts) => parts.length === 0)) return [];
  const isIso = ({ pattern, short }: Parts) => /^YYYY-MM-DD([T ]HH:mm(:ss)?)?$/.test(pattern) && !short;
  if (perShape.every((parts) => parts.some(isIso))) {
    const all = perShape.map((parts) => parts.find(isIso)!);
    return [readingOf(all, undefined)];
  }
  return first
    .map(({ pattern }) => perShape.map((parts) => parts.find((other) => other.pattern === pattern)))
    .filter((all): all is Parts[] => all.every((parts) => parts !== undefined))
    .map((all) => readingOf(all, loosen(all)));
}

function readingOf(all: readonly Parts[], pattern: string | undefined): MomentReading {
  const zones = all.filter(({ zone }) => zone).length;
  if (!all.some(({ timed }) => timed)) return { type: "date", pattern, zoneless: false };
  return {
    type: zones > 0 ? "timestamptz" : "timestamp",
    pattern,
    zoneless: zones > 0 && zones < all.length,
  };
}

/** DD and MM are two digits, D and M one or two; the same of hours. */
function loosen(all: readonly Parts[]): string {
  const { pattern } = all[0]!;
  const days = all.some(({ short }) => short)
    ? pattern.replace("DD", "D").replace(/(?<!M)MM(?!M)/, "M")
    : pattern;
  return all.some(({ shortHour }) => shortHour) ? days.replace("HH", "H").replace("hh", "h") : days;
}

/** The patterns that a shape can be read by. */
function partsOf(shape: Shape): Parts[] {
  const groups = whole.exec(shape.pattern)?.groups;
  if (groups === undefined) return [];
  const { day = "", gap = "", clock, half, zone } = groups;
  const dayRuns = day.split("0").length - 1;
  const days = dayPatterns(day, shape, dayRuns);
  const short = shape.runs.slice(0, dayRuns).some((run) => run.minLength === 1);
  if (clock === undefined)
    return days.map((pattern) => ({ pattern, timed: false, zone: false, short, shortHour: false }));
  const clockRuns = shape.runs.slice(dayRuns, dayRuns + clock.split("0").length - 1);
  if (!isClock(clockRuns) || (half !== undefined && clockRuns[0]!.max > 12)) return [];
  const seconds = clockRuns.length > 2 ? ":ss" : "";
  const hours = half === undefined ? "HH" : "hh";
  const halves = half === undefined ? "" : half.startsWith(" ") ? " A" : "A";
  const time = `${gap}${hours}:mm${seconds}${halves}`;
  const shortHour = clockRuns[0]!.minLength === 1;
  return days.map((pattern) => ({
    pattern: pattern + time,
    timed: true,
    zone: zone !== undefined,
    short,
    shortHour,
  }));
}

function isClock([hour, minute, second]: readonly Run[]): boolean {
  const two = (run: Run | undefined, max: number) =>
    run === undefined || (run.maxLength <= 2 && run.max <= max);
  return two(hour, 24) && two(minute, 59) && minute?.minLength === 2 && two(second, 60);
}

function dayPatterns(day: string, shape: Shape, runCount: number): string[] {
  const runs = shape.runs.slice(0, runCount);
  const [a, b, c] = runs;
  if (day === "0" && a?.minLength === 8 && a.maxLength === 8) return shape.notDays === 0 ? ["YYYYMMDD"] : [];
  const separator = /^0([-./ ])0\1(?:0)$/.exec(day)?.[1];
  if (separator !== undefined && a && b && c) {
    const orders = [
      { year: a, month: b, day: c, names: ["Y", "MM", "DD"] },
      { year: c, month: a, day: b, names: ["MM", "DD", "Y"] },
      { year: c, month: b, day: a, names: ["DD", "MM", "Y"] },
    ].filter(
      (order) => isMonth(order.month) && isDayOfMonth(order.day) && yearToken(order.year) !== undefined,
    );
    // Nobody writes 24-12-31 but where it can't be read otherwise.
    const usual = orders.filter((order) => yearToken(order.year) === "YYYY" || order.year === c);
    const sure = usual.length > 0 ? usual : orders;
    return sure.map(({ names, year }) =>
      names.map((name) => (name === "Y" ? (yearToken(year) as string) : name)).join(separator),
    );
  }
  const named = new RegExp(
    `^(?<start>0[-/. ]|(?<us>))(?<name>${long}|${short})(?<end>[-/. ]0|\\.? 0,? 0)$`,
    "i",
  ).exec(day);
  if (named?.groups === undefined) return [];
  const { name = "", end = "", us } = named.groups;
  const year = b && yearToken(b);
  if (!a || year === undefined || !isDayOfMonth(a)) return [];
  // May is both.
  const tokens = /^may$/i.test(name)
    ? ["MMM", "MMMM"]
    : name.length > 4 || (/^ju|^march/i.test(name) && name.length > 3)
      ? ["MMMM"]
      : ["MMM"];
  return tokens.map((token) =>
    us === undefined
      ? `DD${day[1] ?? ""}${token}${end[0] ?? ""}${year}`
      : `${token}${end.replace("0", "DD").replace("0", year)}`,
  );
}

const isMonth = (run: Run): boolean => run.maxLength <= 2 && run.min >= 1 && run.max <= 12;
const isDayOfMonth = (run: Run): boolean => run.maxLength <= 2 && run.min >= 1 && run.max <= 31;

function yearToken({ minLength, maxLength, min, max }: Run): "YYYY" | "YY" | undefined {
  if (minLength === 4 && maxLength === 4 && min >= 1000 && max <= 2999) return "YYYY";
  return minLength === 2 && maxLength === 2 ? "YY" : undefined;
}
