import { availableParallelism, cpus } from "node:os";
import { GroundworkError } from "../../infra/error";
import type { PeerFigures } from "../../trials/bench/peers/figures";
import type { PeersOptions, PeersResult } from "../../trials/bench/peers/run";
import { barChart } from "../shared/barChart";
import { markdownTable } from "../shared/columns";
import { formatCount } from "../shared/terminal";

type Variant = Pick<PeersOptions, "apart" | "indexes" | "runs">;

export const titles = ["load", "rate", "seconds", "range", "CPU", "server's", "version"];

/** A row of the table. */
export function cells({
  name,
  ratio,
  ms,
  range,
  functionCpuMs,
  serverCpuMs,
  version,
}: PeerFigures): string[] {
  const [least, most] = range.map(seconds);
  return [
    name,
    ratio.toFixed(2),
    seconds(ms),
    `${least} to ${most}`,
    functionCpuMs === undefined ? "" : seconds(functionCpuMs),
    serverCpuMs === undefined ? "" : seconds(serverCpuMs),
    version,
  ];
}

/** A line for each reason. */
export function leftOutLines(leftOut: PeersResult["leftOut"]): string[] {
  const whys = [...new Set(leftOut.map(({ why }) => why))];
  return whys.map((reason) => {
    const names = leftOut.filter(({ why }) => why === reason).map(({ name }) => name);
    return `Left out: ${names.join("; ")}: ${reason.replaceAll(/\s+/g, " ").replace(/\.$/, "")}.`;
  });
}

/**
 * The page with the result between the marks of its variant, and with its other variants as they were.
 *
 * @throws GroundworkError where the page has no such marks
 */
export function pageWith(page: string, result: PeersResult, variant: Variant): string {
  const { rows, serverVersion, figures, leftOut } = result;
  const options = [...(variant.apart ? ["--apart"] : []), ...(variant.indexes ? [] : ["--no-indexes"])];
  // A comment of HTML has no two dashes in a row.
  const name = ["peers", ...options.map((option) => option.slice(2))].join(" ");
  const command = ["npm run bench -- --peers", ...options, `--runs ${variant.runs}`].join(" ");
  const text = [
    `\`${command}\`: ${formatCount(rows)} rows, PostgreSQL ${serverVersion}, ${machine()}.`,
    markdownTable(titles, figures.map(cells)).trimEnd(),
    ...leftOutLines(leftOut),
  ].join("\n\n");
  return placedBetween(page, name, text);
}

/**
 * The page with a text between the marks of a name, and all else as it was.
 *
 * @throws GroundworkError where the page has no such marks
 */
export function placedBetween(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from)
    throw new GroundworkError(`The page has no place for the table: add ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

/** Bars from the fastest load to the slowest. */
export function picture({ rows, figures }: PeersResult, runs: number): string {
  return barChart(
    `${formatCount(rows)} rows of CSV into PostgreSQL`,
    `Seconds, on a logarithmic axis, less is faster. Dark: median of ${runs}; pale: the slowest; (rate, of the reference's). Blue: ours`,
    figures.map(({ name, ms, range: [, most], ratio, functionCpuMs }) => ({
      name,
      label: `${seconds(ms)} s (${ratio.toFixed(2)})`,
      least: ms / 1000,
      most: most / 1000,
      isBlue: functionCpuMs !== undefined,
    })),
  );
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2);

// Before --apart leaves this process one of them.
const cores = availableParallelism();

export const machine = (): string => `${cores} cores of ${cpus()[0]?.model ?? "an unknown processor"}`;
