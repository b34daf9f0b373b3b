import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { parseEnv } from "node:util";
import { GroundworkError } from "../../infra/error";

type Variables = Readonly<Record<string, string>>;

/** The variables in a file of `NAME=value` lines; none where there is no file. */
export function readEnvFile(file: string): Variables {
  return existsSync(file) ? variablesOf(readText(file)) : {};
}

/**
 * Sets variables in a file of `NAME=value` lines, changing no other line of it. The file is replaced at once, so
 * that a crash leaves the old one or the new one, and only its owner can read it.
 *
 * @throws GroundworkError where the file can't be read or written, or where another line would change its meaning
 */
export function updateEnvFile(file: string, changes: Variables): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const before = existsSync(target) ? readText(target) : "";
  const after = withVariables(before, changes);
  const expected = { ...variablesOf(before), ...changes };
  const actual = variablesOf(after);
  const wrong = Object.keys({ ...expected, ...actual }).filter((name) => expected[name] !== actual[name]);
  if (wrong.length > 0) {
    throw new GroundworkError(
      `${file} can't be changed safely (${wrong.join(", ")}): put each variable on a line of its own`,
    );
  }
  replaceFile(target, after);
}

/** The text with these variables: in their own lines where they have one, else at the end. */
export function withVariables(text: string, changes: Variables): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const missing = new Map(Object.entries(changes));
  const lines = text.split(/\r?\n/).map((line) => {
    const [, start, name = ""] = /^(\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=)/.exec(line) ?? [];
    const value = changes[name];
    if (start === undefined || value === undefined) return line;
    missing.delete(name);
    return `${start}${value}`;
  });
  const added = [...missing].map(([name, value]) => `${name}=${value}`);
  if (added.length === 0) return lines.join(newline);
  if (lines.at(-1) === "") lines.pop();
  return [...lines, ...added, ""].join(newline);
}

function variablesOf(text: string): Variables {
  return parseEnv(text) as Variables;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new GroundworkError(`${file} can't be read: ${(error as Error).message}`);
  }
}

function replaceFile(file: string, text: string): void {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  try {
    rmSync(temporary, { force: true });
    const descriptor = openSync(temporary, "wx", 0o600);
    try {
      // Not writeSync, which writes no more than there is room for, and doesn't call that an error.
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new GroundworkError(`${file} can't be written: ${(error as Error).message}`);
  }
}
