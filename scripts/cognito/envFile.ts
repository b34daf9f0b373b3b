import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { parseEnv } from "node:util";
import { GroundworkError } from "../../infra/error";
import { takeLock } from "../../local/lock";

type Variables = Readonly<Record<string, string>>;

/** How long another process may hold the file, milliseconds. */
const patience = 10_000;

/** What Windows' editors begin a file of UTF-8 with, a character a byte. */
const byteOrderMark = "\u00ef\u00bb\u00bf";

/** The variables in a file of `NAME=value` lines; none where there is no file. */
export function readEnvFile(file: string): Variables {
  return variablesOf(readBytes(file));
}

/**
 * Sets variables in a file of `NAME=value` lines, changing no other byte of it, whatever its text is encoded in. The
 * file is replaced at once, so that a crash leaves the old one or the new one, and only its owner can read it. Of two
 * processes that change it the second waits for the first. A link stays one, also where it leads to no file yet.
 *
 * @throws GroundworkError where the file can't be read or written, or where another line would change its meaning
 */
export function updateEnvFile(file: string, changes: Variables): void {
  const target = linkedFrom(file);
  locked(target, () => {
    const before = readBytes(target);
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
  });
}

/**
 * The text with these variables: in their own lines where they have one, else at the end, which ends as the line before
 * does. In text and result a character stands for a byte (latin1).
 */
export function withVariables(text: string, changes: Variables): string {
  const missing = new Map(Object.entries(changes).map(([name, value]) => [name, bytesOf(value)]));
  const values = new Map(missing);
  const lines = text.split(/(?<=\n)/).map((line) => {
    const [, start, name = ""] = assignment.exec(line) ?? [];
    const value = values.get(name);
    if (start === undefined || value === undefined) return line;
    missing.delete(name);
    return `${start}${value}${endOf(line)}`;
  });
  const newline = endOf(lines.at(-1) ?? "") || endOf(lines.at(-2) ?? "") || "\n";
  const added = [...missing].map(([name, value]) => `${name}=${value}${newline}`);
  if (added.length > 0 && endOf(text) === "" && text !== "" && text !== byteOrderMark) lines.push(newline);
  return [...lines, ...added].join("");
}

const assignment = /^((?:\u00ef\u00bb\u00bf)?\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=)/;

const endOf = (line: string): string => /\r?\n$/.exec(line)?.[0] ?? "";

const bytesOf = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

function variablesOf(text: string): Variables {
  const bytes = text.startsWith(byteOrderMark) ? text.slice(byteOrderMark.length) : text;
  return parseEnv(Buffer.from(bytes, "latin1").toString("utf8")) as Variables;
}

/** A character a byte; nothing where there is no file. */
function readBytes(file: string): string {
  try {
    return existsSync(file) ? readFileSync(file, "latin1") : "";
  } catch (error) {
    throw new GroundworkError(`${file} can't be read: ${(error as Error).message}`);
  }
}

/** Where a link leads, from link to link, be there a file or not. */
function linkedFrom(file: string, links = 0): string {
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (!isLink) return file;
  if (links === 40) throw new GroundworkError(`${file} can't be written: its links lead in a circle`);
  return linkedFrom(path.resolve(path.dirname(file), readlinkSync(file)), links + 1);
}

/** Runs `change` while no other process changes the file. A lock whose process has died holds nobody up. */
function locked(file: string, change: () => void): void {
  const lock = `${file}.lock`;
  try {
    for (let waited = 0; takeLock(lock) !== undefined; waited += 20) {
      if (waited >= patience) {
        throw new GroundworkError(
          `${file} is being changed by another process: remove ${lock} if there is none`,
        );
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  } catch (error) {
    if (error instanceof GroundworkError) throw error;
    throw new GroundworkError(`${file} can't be written: ${(error as Error).message}`);
  }
  try {
    change();
  } finally {
    rmSync(lock, { force: true });
  }
}

function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    rmSync(temporary, { force: true });
    const descriptor = openSync(temporary, "wx", 0o600);
    try {
      // Not writeSync, which writes no more than there is room for, and doesn't call that an error.
      writeFileSync(descriptor, text, "latin1");
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
