import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { GroundworkError } from "../../../infra/error";
import { runProgram } from "./program";

/** What Linux counts CPU in, for every program to read: hundredths of a second. */
const tickMs = 10;

/** The PostgreSQL server of a data directory and its processes of now. */
function serverPids(dataDir: string): number[] {
  const [postmaster = ""] = readFileSync(path.join(dataDir, "postmaster.pid"), "utf8").split("\n");
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8");
  return [postmaster, ...children.trim().split(" ")].filter(Boolean).map(Number);
}

/** Milliseconds of CPU that a server has taken so far, with those of its processes that have ended; undefined without /proc. */
export function serverCpuMs(dataDir: string): number | undefined {
  if (!existsSync("/proc/self/stat")) return undefined;
  return serverPids(dataDir).reduce((sum, pid, index) => sum + cpuMs(pid, index === 0), 0);
}

/** One that has just ended stands in its parent's count at the next look. */
function cpuMs(pid: number, withEnded: boolean): number {
  try {
    return ticksIn(readFileSync(`/proc/${pid}/stat`, "utf8"), withEnded) * tickMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

/** A process's ticks of /proc's stat, user and system, with those of children that it has waited for if told so. */
export function ticksIn(stat: string, withEnded: boolean): number {
  // The program's name stands in parentheses and may hold blanks: count from behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, withEnded ? 15 : 13).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/**
 * Puts the server onto one core, and this process with all that it starts from now on onto another.
 *
 * @throws GroundworkError where there is no taskset or only one core.
 */
export async function setApart(dataDir: string): Promise<void> {
  const affinity = await runProgram("taskset", ["-cp", String(process.pid)]).catch(
    (error: GroundworkError) => {
      throw new GroundworkError(
        `--apart needs taskset, of Linux (Debian's package util-linux): ${error.message}`,
      );
    },
  );
  const [servers, others] = coresIn(affinity);
  if (servers === undefined || others === undefined) {
    throw new GroundworkError("--apart needs two cores, one for the server: this process may use one");
  }
  for (const pid of serverPids(dataDir)) await runProgram("taskset", ["-acp", String(servers), String(pid)]);
  await runProgram("taskset", ["-acp", String(others), String(process.pid)]);
}

/** The cores of taskset's answer: 0, 2, 3 and 4 of `pid 7's current affinity list: 0,2-4`. */
export function coresIn(answer: string): number[] {
  const list = answer.slice(answer.lastIndexOf(":") + 1).trim();
  return list.split(",").flatMap((part) => {
    const [first = NaN, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
