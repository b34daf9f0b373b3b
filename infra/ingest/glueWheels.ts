import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { GroundworkError } from "../error";

const list = path.join(__dirname, "../../functions/glue/wheels.txt");

/** What Glue 5.0 runs on: https://docs.aws.amazon.com/glue/latest/dg/release-notes.html */
const platform = ["--python-version", "3.11", "--implementation", "cp", "--platform", "manylinux2014_x86_64"];

const projectCache = (): string => process.env.GROUNDWORK_CACHE ?? path.join(homedir(), ".cache/groundwork");

/** Where the wheels of the list are kept: in the project's cache, under the list's own hash. */
export function wheelsFolder(cache = projectCache()): string {
  const hash = createHash("sha256").update(readFileSync(list)).digest("hex").slice(0, 12);
  return path.join(cache, `glue-wheels-${hash}`);
}

/**
 * The files of the Glue job's Python packages, 65 MB. The first time pip gets them, each by its hash; the job itself
 * gets them from the stack's bucket and asks no index.
 *
 * @throws GroundworkError where pip is missing or can't get one
 */
export function glueWheels(): string[] {
  const folder = wheelsFolder();
  if (!existsSync(folder)) fetchInto(folder);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".whl"))
    .sort()
    .map((file) => path.join(folder, file));
}

function fetchInto(folder: string): void {
  mkdirSync(path.dirname(folder), { recursive: true });
  // Beside its place, and moved there when it is whole: nobody finds half of it.
  const half = mkdtempSync(`${folder}.`);
  const what = [
    "--no-deps",
    "--only-binary=:all:",
    "--require-hashes",
    "--requirement",
    list,
    "--dest",
    half,
  ];
  try {
    execFileSync("python3", ["-m", "pip", "download", "--quiet", ...platform, ...what], { stdio: "pipe" });
    if (!existsSync(folder)) renameSync(half, folder);
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: Buffer | string };
    const [said = message] = String(stderr)
      .trim()
      .split("\n")
      .slice(-1)
      .filter((line) => line !== "");
    throw new GroundworkError(
      `ingest:glue needs the wheels of functions/glue/wheels.txt, which python3 -m pip could not get: ${said}`,
    );
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}
