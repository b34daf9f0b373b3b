import type { Profiler } from "node:inspector";

/** A function, or what V8 does itself. */
export interface HotPlace {
  /** Its name with file and line; in parentheses for V8's own. */
  readonly place: string;
  /** Milliseconds in it, what it calls not counted. */
  readonly ms: number;
  /** Of all the time that wasn't idle, 0 to 1. */
  readonly share: number;
}

/** Where a CPU profile spent the most time, hottest first. */
export function hottest(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  count: number,
): HotPlace[] {
  const placeOf = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, i) => {
    const place = placeOf.get(id) ?? "";
    times.set(place, (times.get(place) ?? 0) + (timeDeltas[i] ?? 0) / 1000);
  });
  times.delete("(idle)");
  const total = [...times.values()].reduce((sum, ms) => sum + ms, 0);
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([place, ms]) => ({ place, ms, share: ms / total }));
}

function nameOf({ functionName, url, lineNumber }: Profiler.Profile["nodes"][number]["callFrame"]): string {
  if (url === "") return functionName || "(unknown)";
  const file = url.replace(/^.*\/node_modules\//, "").replace(/^file:.*\//, "");
  return `${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`;
}
