import { createHash } from "node:crypto";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import { root } from "../../programs/programs";

const requirements = path.join(root, "functions/glue/requirements.txt");

/** What Spark needs on this machine and lacks, in a sentence that says what to install; undefined when all is there. */
export function sparkLacks(): string | undefined {
  const python = version("python3", [
    "-c",
    "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])",
  ]);
  const java = version("java", ["-version"]);
  const [, minor] = /^3\.(\d+)/.exec(python) ?? [];
  const [, major] = /version "(\d+)/.exec(java) ?? [];
  const lacks = [
    ...(minor === undefined || Number(minor) < 11 ? ["Python 3.11 with venv"] : []),
    ...(major === undefined || ![11, 17].includes(Number(major)) ? ["Java 17"] : []),
  ];
  if (lacks.length === 0) return undefined;
  return `The Glue job runs here under Spark, which needs ${lacks.join(" and ")}: install it (on Debian: apt install python3-venv openjdk-17-jre-headless)`;
}

/**
 * The Python of a virtual environment with pyspark and the database's driver, in the versions that the job names. It
 * is made once, in the project's cache: 400 MB, from PyPI.
 *
 * @throws GroundworkError when something is missing or pip fails.
 */
export async function sparkPython(say: (text: string) => void, signal?: AbortSignal): Promise<string> {
  const missing = sparkLacks();
  if (missing !== undefined) throw new GroundworkError(missing);
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const cache = process.env.GROUNDWORK_CACHE ?? path.join(homedir(), ".cache/groundwork");
  const dir = path.join(cache, `spark-${hash}`);
  const python = path.join(dir, "bin/python");
  if (existsSync(python)) return python;
  say("installing pyspark into the project's cache, once");
  mkdirSync(cache, { recursive: true });
  // Beside its place, and moved there when it is whole: nobody finds half of it.
  const half = mkdtempSync(`${dir}.`);
  try {
    execFileSync("python3", ["-m", "venv", half]);
    const pip = spawn(
      path.join(half, "bin/python"),
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements],
      { stdio: ["ignore", "ignore", "pipe"], ...(signal && { signal }) },
    );
    let complaint = "";
    pip.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
    const [code] = (await once(pip, "close")) as [number | null];
    if (code !== 0) {
      const [last = ""] = complaint.trim().split("\n").slice(-1);
      throw new GroundworkError(`pip could not install ${path.relative(root, requirements)}: ${last}`);
    }
    if (!existsSync(python)) renameSync(half, dir);
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
  return python;
}

/** What a program says of its version, on either stream; "" where there is none. */
function version(command: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  return error ? "" : `${stdout}${stderr}`;
}
