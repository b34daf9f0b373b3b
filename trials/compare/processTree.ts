import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { promisify } from "node:util";

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Resident, in bytes. */
  readonly bytes: number;
}

/**
 * The resident memory of a process and of all that it started, now, in bytes. What processes share counts in each.
 */
export async function treeBytes(root: number): Promise<number> {
  const processes = process.platform === "linux" ? await fromProc() : await fromPs();
  const inTree = new Set([root]);
  // A parent may stand behind its child: as often as that finds another one.
  for (let size = 0; size !== inTree.size;) {
    size = inTree.size;
    for (const { pid, parent } of processes) if (inTree.has(parent)) inTree.add(pid);
  }
  return processes.reduce((sum, { pid, bytes }) => sum + (inTree.has(pid) ? bytes : 0), 0);
}

async function fromProc(): Promise<Process[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Gone since the listing.
      const status = await readFile(`/proc/${pid}/status`, "latin1").catch(() => "");
      const [, parent] = /^PPid:\s+(\d+)/m.exec(status) ?? [];
      const [, kilobytes = "0"] = /^VmRSS:\s+(\d+)/m.exec(status) ?? [];
      return parent === undefined
        ? []
        : [{ pid: Number(pid), parent: Number(parent), bytes: Number(kilobytes) * 1024 }];
    }),
  );
  return found.flat();
}

async function fromPs(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,rss="]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [pid = 0, parent = 0, kilobytes = 0] = line.trim().split(/\s+/).map(Number);
      return { pid, parent, bytes: kilobytes * 1024 };
    });
}
