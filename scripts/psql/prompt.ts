import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { createInterface } from "node:readline";
import { Client, type QueryResult } from "pg";
import { GroundworkError } from "../../infra/error";
import { columns } from "../shared/columns";
import { formatCount } from "../shared/terminal";
import type { DatabaseAccess } from "./open";

/** Rows of one answer that are printed at most: a prompt has no pager. */
const mostRows = 1000;

/**
 * A prompt for machines without psql: statements end with `;`, `\q` or the end of the input ends it.
 *
 * @throws GroundworkError where the command that was given fails
 */
export async function runPrompt(
  { host, address, port, database, user, caFile }: DatabaseAccess,
  password: string,
  command: string | undefined,
  stop: AbortSignal,
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
  client.on("notice", ({ message }) => process.stderr.write(`${message ?? ""}\n`));
  await client.connect();
  try {
    if (command === undefined) return await converse(client, database, stop);
    await answer(client, command).catch((error: unknown) => {
      throw new GroundworkError((error as Error).message);
    });
  } finally {
    await client.end();
  }
}

/** What the server wrote, in its own words: no date of JavaScript in between. */
const asText = (value: string | Buffer): string => value.toString();

async function converse(client: Client, database: string, stop: AbortSignal): Promise<void> {
  const terminal = createInterface({
    input: process.stdin,
    output: process.stderr,
    prompt: `${database}=> `,
  });
  terminal.on("SIGINT", () => terminal.close());
  stop.addEventListener("abort", () => terminal.close());
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
        process.stderr.write(`ERROR: ${(error as Error).message}\n`);
      });
      statement = "";
    }
    terminal.prompt();
  }
  terminal.close();
}

async function answer(client: Client, sql: string): Promise<void> {
  // Several statements answer with a result each.
  const results = [await client.query<(string | null)[]>({ text: sql, rowMode: "array" })].flat();
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
