import { createHash } from "node:crypto";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import { root } from "../../programs/programs";

/** What a virtual environment needs on this machine and lacks; undefined when it is there. */
export function pythonLacks(): string | undefined {
  const python = version("python3", [
    "-c",
    "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])",
  ]);
  const [, minor] = /^3\.(\d+)/.exec(python) ?? [];
  return minor === undefined || Number(minor) < 11 ? "Python 3.11 with venv" : undefined;
}

/**
 * The Python of a virtual environment with the packages of a file of requirements. It is made once, in the project's
 * cache, from PyPI. Their programs are run as its modules: the scripts know only where they were made.
 *
 * @param name what the environment is for, part of its folder's name.
 * @param requirements the file, from the root on.
 * @param brings what is installed, for `say`.
 * @throws GroundworkError when pip fails.
 */
export async function pythonEnvironment(
  name: string,
  requirements: string,
  brings: string,
  say: (text: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const file = path.join(root, requirements);
  const hash = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);
  const cache = process.env.GROUNDWORK_CACHE ?? path.join(homedir(), ".cache/groundwork");
  const dir = path.join(cache, `${name}-${hash}`);
  const python = path.join(dir, "bin/python");
  if (existsSync(python)) return python;
  say(`installing ${brings} into the project's cache, once`);
  mkdirSync(cache, { recursive: true });
  // Beside its place, and moved there when it is whole: nobody finds half of it.
  const half = mkdtempSync(`${dir}.`);
  try {
    execFileSync("python3", ["-m", "venv", half]);
    const pip = spawn(
      path.join(half, "bin/python"),
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", file],
      { stdio: ["ignore", "ignore", "pipe"], ...(signal && { signal }) },
    );
    let complaint = "";
    pip.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
    const [code] = (await once(pip, "close")) as [number | null];
    if (code !== 0) {
      const [last = ""] = complaint.trim().split("\n").slice(-1);
      throw new GroundworkError(`pip could not install ${requirements}: ${last}`);
    }
    if (!existsSync(python)) renameSync(half, dir);
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
  return python;
}

/** What a program says of its version, on either stream; "" where there is none. */
export function version(command: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  return error ? "" : `${stdout}${stderr}`;
}
