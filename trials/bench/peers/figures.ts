import { median } from "../../median";

/** One load of one way, in milliseconds. */
export interface PeerLoad {
  readonly ms: number;
  /** Of CPU, of all of the server's processes; undefined where it can't be read. */
  readonly serverCpuMs: number | undefined;
  /** Of CPU, of the function's processes, start included. */
  readonly functionCpuMs?: number;
}

/** One way to load, with a load a round. */
export interface PeerRow {
  readonly name: string;
  readonly version: string;
  readonly loads: readonly PeerLoad[];
}

/** Medians over the rounds. */
export interface PeerFigures {
  readonly name: string;
  readonly version: string;
  /** Of the base's rate: its time over this one's, each round on its own. */
  readonly ratio: number;
  readonly ms: number;
  readonly range: readonly [least: number, most: number];
  readonly serverCpuMs?: number;
  readonly functionCpuMs?: number;
}

/** The fastest first. */
export function peerFigures(rows: readonly PeerRow[], base: PeerRow): PeerFigures[] {
  return rows
    .map(({ name, version, loads }) => {
      const ms = loads.map((load) => load.ms);
      const serverCpu = loads.flatMap(({ serverCpuMs }) => serverCpuMs ?? []);
      const functionCpu = loads.flatMap(({ functionCpuMs }) => functionCpuMs ?? []);
      return {
        name,
        version,
        ratio: median(ms.map((each, round) => base.loads[round]!.ms / each)),
        ms: median(ms),
        range: [Math.min(...ms), Math.max(...ms)] as const,
        ...(serverCpu.length > 0 && { serverCpuMs: median(serverCpu) }),
        ...(functionCpu.length > 0 && { functionCpuMs: median(functionCpu) }),
      };
    })
    .sort((a, b) => b.ratio - a.ratio);
}

/** The list from its n-th on, and then those before it: so that none always goes behind the same other one. */
export const rotated = <T>(list: readonly T[], n: number): T[] => [
  ...list.slice(n % list.length),
  ...list.slice(0, n % list.length),
];
