import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** What is read, or undefined where there is no such file. */
export function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

/** A file's text, or undefined where there is no such file. */
export function textIfThere(file: string): string | undefined {
  return ifThere(() => readFileSync(file, "utf8"));
}

/**
 * Writes a file for its owner only. Under another name first: nobody reads half of it, also where this process is killed
 * in between.
 */
export function replaceFile(file: string, text: string): void {
  const written = `${file}.${process.pid}`;
  writeFileSync(written, text, { mode: 0o600 });
  renameSync(written, file);
}
