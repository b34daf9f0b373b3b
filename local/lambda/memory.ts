import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** How often a running process is measured, in milliseconds; `ps` costs a process each time. */
export const MEMORY_POLL_MS = process.platform === "linux" ? 50 : 250;

/**
 * The resident memory of a process in bytes: on Linux its peak so far, elsewhere what it is now. 0 once the
 * process is gone.
 */
export async function residentBytes(pid: number): Promise<number> {
  try {
    if (process.platform !== "linux") {
      const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
      return Number(stdout.trim()) * 1024;
    }
    const status = await readFile(`/proc/${pid}/status`, "latin1");
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
