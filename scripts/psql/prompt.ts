import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { Client, type QueryResult } from "pg";
import { GroundworkError } from "../../infra/error";
import { columns } from "../shared/columns";
import { openTerminal } from "../shared/openTerminal";
import { printable } from "../shared/printable";
import { formatCount } from "../shared/terminal";
import type { DatabaseAccess } from "./open";

/** Rows of one answer that are printed at most: a prompt has no pager. */
const mostRows = 1000;

/**
 * A prompt for machines without psql: statements end with `;`, `\q` or the end of the input ends it. A stop gives up
 * the statement that runs.
 *
 * @throws GroundworkError where the server can't be reached, the connection is lost, or the command that was given fails
 */
export async function runPrompt(
  { host, address, port, database, user, caFile }: DatabaseAccess,
  password: string,
  command: string | undefined,
  stop: AbortSignal,
  input: NodeJS.ReadableStream = process.stdin,
): Promise<void> {
  // An address is no name for TLS (RFC 6066); pg verifies the certificate for it all the same.
  const ssl = { ca: readFileSync(caFile, "utf8"), ...(isIP(host) === 0 && { servername: host }) };
  const client = new Client({
    host: address,
    port,
    database,
    user,
    password,
    ssl,
    types: { getTypeParser: () => asText },
  });
  client.on("notice", ({ message = "" }) => process.stderr.write(`${printable(message)}\n`));
  const lost = new AbortController();
  client.on("error", (error) => lost.abort(new GroundworkError(`The connection is lost: ${error.message}`)));
  const end = (): void => void client.end();
  stop.addEventListener("abort", end, { once: true });
  try {
    stop.throwIfAborted();
    await client.connect().catch(asSaid);
    if (command !== undefined) return await answer(client, command);
    await converse(client, database, input, AbortSignal.any([stop, lost.signal]));
  } finally {
    await client.end();
  }
}

function asSaid(error: unknown): never {
  throw new GroundworkError((error as Error).message);
}

/** What the server wrote, in its own words: no date of JavaScript in between. */
const asText = (value: string | Buffer): string => value.toString();

async function converse(
  client: Client,
  database: string,
  input: NodeJS.ReadableStream,
  ended: AbortSignal,
): Promise<void> {
  const terminal = openTerminal({ input, prompt: `${database}=> ` });
  ended.addEventListener("abort", () => terminal.close());
  process.stderr.write(
    "psql isn't on PATH: a small prompt instead. A statement ends with ;, and \\q ends it all.\n",
  );
  let statement = "";
  terminal.prompt();
  for await (const line of terminal) {
    if (line.trim() === "\\q") break;
    statement += `${line}\n`;
    if (/;\s*$/.test(line)) {
      await answer(client, statement).catch((error: unknown) => {
        if (!(error instanceof GroundworkError)) throw error;
        process.stderr.write(`ERROR: ${printable(error.message)}\n`);
      });
      statement = "";
    }
    ended.throwIfAborted();
    terminal.prompt();
  }
  terminal.close();
  ended.throwIfAborted();
}

/** @throws GroundworkError with the server's words for a statement that fails */
async function answer(client: Client, sql: string): Promise<void> {
  const query = client.query<(string | null)[]>({ text: sql, rowMode: "array" });
  // Several statements answer with a result each.
  const results = [await query.catch(asSaid)].flat();
  for (const result of results) process.stdout.write(`${printed(result).join("\n")}\n`);
}

function printed({ command, fields, rows, rowCount }: QueryResult<(string | null)[]>): string[] {
  if (fields.length === 0) return [[command, rowCount].filter((word) => word !== null).join(" ")];
  const cells = rows.slice(0, mostRows).map((row) => row.map((value) => value ?? ""));
  const titles = fields.map(({ name }) => name);
  const [head = "", ...lines] = columns([titles, ...cells]);
  const left = rows.length - cells.length;
  const count = `(${formatCount(rows.length)} row${rows.length === 1 ? "" : "s"})`;
  return [head, ...lines, left > 0 ? `… and ${formatCount(left)} more: LIMIT them` : "", count].filter(
    (line) => line !== "",
  );
}
