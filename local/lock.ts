import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";

/**
 * Takes a lock at once or not at all: a link that names this process, which removes it when it is done. One that a process
 * left behind which has ended is taken over.
 *
 * @returns the process that holds it; undefined where it is this one's now
 */
export function takeLock(file: string): number | undefined {
  for (;;) {
    try {
      symlinkSync(`${process.pid} ${startOf(process.pid)}`, file);
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = holderOf(file);
    if (holder !== undefined) return holder;
    // Of those who find it left behind only one may remove it: another would remove the lock that this one takes then.
    const other = takeLock(`${file}.next`);
    if (other !== undefined) return other;
    if (holderOf(file) === undefined) rmSync(file, { force: true });
    rmSync(`${file}.next`);
  }
}

/** The process that holds a lock; undefined where there is none, or it has ended. */
export function holderOf(file: string): number | undefined {
  const [, pid, started] = /^(\d+)(?: (.*))?$/.exec(ifThere(() => readlinkSync(file)) ?? "") ?? [];
  const now = pid === undefined ? undefined : startOf(Number(pid));
  return now === undefined || (started ?? now) !== now ? undefined : Number(pid);
}

/** What is read, or undefined where there is no such file. */
export function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

/** When a process started, in the system's own words, which tells it from a later one with its id; undefined once it has ended. */
function startOf(pid: number): string | undefined {
  try {
    if (!existsSync("/proc/self/stat"))
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name in parentheses may hold any character.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ");
    return fields?.[0] === "Z" ? undefined : fields?.[19];
  } catch {
    return undefined; // There is no such process.
  }
}
