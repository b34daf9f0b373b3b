import { constants } from "node:os";
import { inspect, styleText } from "node:util";
import { type Options, SingleBar } from "cli-progress";
import { GroundworkError } from "../../infra/error";
import { printable } from "./printable";

/** Where output goes: `process.stdout`, `process.stderr`, or what a test gives. */
export interface Out {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** How wide the terminal is. */
  readonly columns?: number;
}

/** What fits into a line of it: a pipe and a file take any, and so do terminals that don't know, which say 0. */
export const widthOf = ({ isTTY, columns }: Out): number => (isTTY === true && columns ? columns : Infinity);

/** Whole numbers with thousands separators: `478,817`. */
export const formatCount = (count: number): string => Math.round(count).toLocaleString("en-US");

/** Decimal units, as disks and networks are sold: `25.9 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["kB", "MB", "GB", "TB"];
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  let value = bytes / 1000;
  let unit = 0;
  // 999.95 would print as 1000.0 of the smaller unit.
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** From milliseconds: `840 ms`, `12.3 s`, `3 min 5 s`, `2 h 14 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

type Format = Parameters<typeof styleText>[0];

/** The text in a colour or weight on a terminal; as it is elsewhere, or where NO_COLOR is set (no-color.org). */
export function paint(format: Format, text: string, out: Out): string {
  const plain = out.isTTY !== true || (process.env.NO_COLOR ?? "") !== "";
  return plain ? text : styleText(format, text, { validateStream: false });
}

/** Writes keys and values in two columns, the keys as wide as the widest; a further line of a value is indented. */
export function table(rows: readonly (readonly [key: string, value: string])[], out: Out): void {
  const printed = rows.map(([key, value]) => [printable(key), value] as const);
  const width = Math.max(0, ...printed.map(([key]) => key.length));
  const indent = " ".repeat(width + 2);
  for (const [key, value] of printed) {
    const lines = value.split("\n").map(printable).join(`\n${indent}`);
    out.write(`${paint("dim", key.padEnd(width), out)}  ${lines}\n`);
  }
}

export interface Progress {
  /** How much is done now, of the total; not how much more. */
  update(done: number): void;
  /** Ends the bar, or writes the last plain line. Safe to call more than once. */
  stop(): void;
}

interface ProgressOptions {
  /** Default stderr: stdout belongs to the command's result. */
  readonly out?: NodeJS.WriteStream | Out;
  /** The clock, in milliseconds. */
  readonly now?: () => number;
}

/** What lies between two plain lines at least: a log should not drown in them. */
const plainLineInterval = 2000;

/**
 * Shows how far something is: a bar on a terminal, elsewhere a plain line every two seconds at most, and one at
 * the end. With the unit `bytes` numbers print as kB, MB, GB.
 */
export function progress(
  title: string,
  total: number,
  unit: string,
  options: ProgressOptions = {},
): Progress {
  const { out = process.stderr, now = Date.now } = options;
  return "cursorTo" in out && out.isTTY
    ? bar(title, total, unit, out)
    : plainLines((done) => `${title}: ${standing(done, total, unit)}\n`, out, now);
}

function bar(title: string, total: number, unit: string, stream: NodeJS.WriteStream): Progress {
  const format: Options["format"] = (options, state) => {
    const filled = Math.round(state.progress * (options.barsize ?? 0));
    const drawn = "█".repeat(filled) + "░".repeat((options.barsize ?? 0) - filled);
    return `${title} ${paint("cyan", drawn, stream)} ${standing(state.value, total, unit)}`;
  };
  const single = new SingleBar({ stream, format, barsize: 24, fps: 10, emptyOnZero: true });
  single.start(total, 0);
  return { update: (done) => single.update(done), stop: () => single.stop() };
}

function plainLines(line: (done: number) => string, out: Out, now: () => number): Progress {
  let latest = 0;
  let stopped = false;
  let written = now();
  return {
    update(done) {
      latest = done;
      if (stopped || now() - written < plainLineInterval) return;
      written = now();
      out.write(line(done));
    },
    stop() {
      if (!stopped) out.write(line(latest));
      stopped = true;
    },
  };
}

/** `120,000 of 478,817 rows (25%)`. The percentage is rounded down, because 100% means done. */
function standing(done: number, total: number, unit: string): string {
  const percent = total === 0 ? 100 : Math.min(100, Math.floor((done / total) * 100));
  const amounts =
    unit === "bytes"
      ? `${formatBytes(done)} of ${formatBytes(total)}`
      : `${formatCount(done)} of ${formatCount(total)} ${unit}`;
  return `${amounts} (${percent}%)`;
}

/**
 * Runs a command to its end and exits: 0, or what `main` made process.exitCode, when it resolves; 1 for a GroundworkError, printed as it is; 70
 * (EX_SOFTWARE) for any other error, printed with its stack.
 *
 * The first Ctrl-C or SIGTERM aborts `stop`, lets `main` clean up, and then exits with 130 or 143; the second,
 * or as many as `signalsToExit` says, exits at once. A reader of stdout that went away (`| head`) stops the command likewise, with 141.
 */
export function runCommand(main: (stop: AbortSignal) => Promise<void>, { signalsToExit = 2 } = {}): void {
  const controller = new AbortController();
  let stopCode: number | undefined;
  let signals = 0;
  const stopBy = (signal: "SIGINT" | "SIGTERM" | "SIGPIPE"): void => {
    const code = 128 + constants.signals[signal];
    if (signal !== "SIGPIPE" && ++signals >= signalsToExit) process.exit(code);
    stopCode ??= code;
    controller.abort();
  };
  process.on("SIGINT", stopBy);
  process.on("SIGTERM", stopBy);
  process.stdout.on("error", () => stopBy("SIGPIPE"));
  process.stderr.on("error", () => undefined); // There is nobody left to tell.

  const fail = (error: unknown): void => {
    const stopped = stopCode !== undefined;
    // A command that was told to stop fails with what the stop broke: not its error, and not a bug.
    if (!(stopped && isAbort(error, controller.signal))) report(error, { isBug: !stopped });
    process.exit(stopCode ?? (error instanceof GroundworkError ? 1 : 70));
  };
  // What is thrown outside of main's promise, in a callback, is a bug as well.
  process.on("uncaughtException", fail);
  main(controller.signal).then(() => process.exit(stopCode ?? process.exitCode ?? 0), fail);
}

const isAbort = (error: unknown, stop: AbortSignal): boolean =>
  error === stop.reason || (error instanceof Error && error.name === "AbortError");

function report(error: unknown, { isBug }: { isBug: boolean }): void {
  const out = process.stderr;
  if (error instanceof GroundworkError) {
    // The lines are ours, what stands in them may be a user's, a file's or a server's.
    out.write(`${paint("red", error.message.split("\n").map(printable).join("\n"), out)}\n`);
    return;
  }
  out.write(`${inspect(error)}\n`);
  if (isBug)
    out.write(`${paint("red", "This is a bug in Groundwork: please report the lines above.", out)}\n`);
}
