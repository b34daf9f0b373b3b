import { readFileSync } from "node:fs";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { GroundworkError } from "../../infra/error";
import { openTerminal } from "../shared/openTerminal";

const configSchema = z.strictObject({
  username: z.string().optional(),
  password: z.string().optional(),
  newPassword: z.string().optional(),
  group: z.string().optional(),
  description: z.string().optional(),
  attributes: z.record(z.string(), z.string()).optional(),
});

/** What a person says about a user or a group, in a file, on the command line, or at a prompt. */
export type Subject = z.infer<typeof configSchema>;

/** Reads a config file: JSON with `username`, `password`, `newPassword`, `group`, `description`, `attributes`. */
export function readSubject(file: string): Subject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    // A parser's message would quote the file, and with it a password.
    const reason = error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
    throw new GroundworkError(`The config ${file} can't be read: ${reason}`);
  }
  const result = configSchema.safeParse(parsed);
  if (result.success) return result.data;
  throw GroundworkError.all(
    `The config ${file}`,
    result.error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": ")),
  );
}

let lines: string[] | undefined;

/** The next line of standard input, which is read to its end at the first. */
export async function nextLine(ifMissing: string): Promise<string> {
  lines ??= (await text(process.stdin)).split(/\r?\n/);
  const line = lines.shift() ?? "";
  if (line === "") throw new GroundworkError(ifMissing);
  return line;
}

/** Asks on the terminal, with the answer not shown. */
export async function askSecret(question: string, ifMissing: string, stop: AbortSignal): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw new GroundworkError(ifMissing);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  process.stderr.write(`${question}: `);
  const terminal = openTerminal({ output: nowhere, terminal: true });
  try {
    return await terminal.question("", { signal: stop });
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
