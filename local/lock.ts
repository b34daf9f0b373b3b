import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { ifThere } from "./files";

/**
 * Takes a lock at once or not at all: a link that names this process, which removes it when it is done. One that a process
 * left behind which has ended is taken over.
 *
 * @returns the process that holds it; undefined where it is this one's now
 */
export function takeLock(file: string): number | undefined {
  const own = `${process.pid} ${startOf(process.pid)}`;
  for (;;) {
    try {
      symlinkSync(own, file);
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const left = linkOf(file);
    if (left === undefined) continue; // It was given back in this moment.
    const holder = aliveIn(left);
    if (holder !== undefined) return holder;
    // Only who holds this one puts himself into the place of one that has ended: the link is that one's for as long.
    const next = `${file}.next`;
    const other = takeLock(next);
    if (other !== undefined) return other;
    const isStillLeft = linkOf(file) === left;
    if (isStillLeft) {
      const made = `${file}.${process.pid}`;
      rmSync(made, { force: true });
      symlinkSync(own, made);
      renameSync(made, file);
    }
    rmSync(next);
    if (isStillLeft) return undefined;
  }
}

/** The process that holds a lock; undefined where there is none, or it has ended. */
export function holderOf(file: string): number | undefined {
  return aliveIn(linkOf(file) ?? "");
}

const linkOf = (file: string): string | undefined => ifThere(() => readlinkSync(file));

function aliveIn(link: string): number | undefined {
  const [, pid, started] = /^(\d+)(?: (.*))?$/.exec(link) ?? [];
  const now = pid === undefined ? undefined : startOf(Number(pid));
  return now === undefined || (started ?? now) !== now ? undefined : Number(pid);
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
