import { type Interface, type ReadLineOptions, createInterface } from "node:readline/promises";

/**
 * A readline on stdin, which asks on stderr unless told. Ctrl-C goes to the command, which ends cleanly; readline alone
 * would swallow it. Whoever opens it closes it.
 */
export function openTerminal(options: Partial<ReadLineOptions> = {}): Interface {
  const terminal = createInterface({ input: process.stdin, output: process.stderr, ...options });
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  return terminal;
}
