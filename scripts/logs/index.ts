import { setTimeout as sleep } from "node:timers/promises";
import { InvalidArgumentError, Option } from "commander";
import { GroundworkError } from "../../infra/error";
import { Command } from "../shared/command";
import { printable } from "../shared/printable";
import { paint, runCommand } from "../shared/terminal";
import { type LogLine, isFailure } from "./line";

interface LogsOptions {
  stack: string;
  function?: string;
  follow: boolean;
  since: number;
  json: boolean;
}

/** Milliseconds between two looks: CloudWatch Logs allows few a second. */
const interval = 1000;

const program = new Command("npm run logs --")
  .description("Shows what an environment's functions have logged, line by line, the oldest first.")
  .option("--stack <name>", "the environment; local is the one that npm run local holds", "dev")
  .option("-F, --function <name>", "one function's alone: ingest, ingest-jobs, schema, that of a route")
  .addOption(
    new Option("--since <time>", "how far back: 30s, 10m, 2h, 3d")
      .argParser(duration)
      .default(duration("10m"), "10m"),
  )
  .option("-f, --follow", "go on with what is logged from now on, until Ctrl-C", false)
  .option("--json", "one JSON object a line: function, timestamp, message", false)
  .parse();

runCommand(async (stop) => {
  const options = program.opts<LogsOptions>();
  // Loaded here: --help doesn't wait for the SDK.
  const { findLogGroups, openLogs } = await import("./logGroups");
  const { enterAws } = await import("../shared/stackOutputs");
  const all = await findLogGroups(options.stack);
  const groups = all.filter(({ name }) => options.function === undefined || name === options.function);
  if (groups.length === 0) {
    const names = all.map(({ name }) => name).join(", ");
    throw new GroundworkError(`${options.stack} has no function ${options.function}: it has ${names}`);
  }
  enterAws(options.stack);
  const logs = await openLogs();
  const width = Math.max(...groups.map(({ name }) => name.length));
  try {
    const from = Date.now() - options.since;
    const readers = groups.map((group) => ({ name: group.name, read: logs.reader(group.group, from) }));
    for (;;) {
      const lines = await Promise.all(
        readers.map(async ({ name, read }) => (await read()).map((event) => ({ name, ...event }))),
      );
      for (const line of lines.flat().sort((one, other) => one.timestamp - other.timestamp)) {
        process.stdout.write(options.json ? `${jsonLine(line)}\n` : textLine(line, width));
      }
      if (!options.follow) return;
      await sleep(interval, undefined, { signal: stop });
    }
  } finally {
    logs.close();
  }
});

const jsonLine = ({ name, timestamp, message }: LogLine): string =>
  JSON.stringify({ function: name, timestamp: new Date(timestamp).toISOString(), message });

function textLine(line: LogLine, width: number): string {
  const { name, timestamp, message } = line;
  const time = new Date(timestamp).toLocaleTimeString("en-GB");
  const head = paint("dim", `${time} ${name.padEnd(width)}`, process.stdout);
  const isRed = isFailure(line);
  const lines = message.trimEnd().replaceAll("\t", "  ").split(/\r?\n/).map(printable);
  return lines.map((text) => `${head}  ${isRed ? paint("red", text, process.stdout) : text}\n`).join("");
}

/** Of 30s, 10m, 2h, 3d: milliseconds. */
function duration(text: string): number {
  const found = /^(\d{1,6})([smhd])$/.exec(text);
  if (!found)
    throw new InvalidArgumentError("It must be a number with s, m, h or d behind it: 30s, 10m, 2h, 3d.");
  const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  return Number(found[1]) * units[found[2]!]!;
}
