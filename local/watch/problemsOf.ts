import * as path from "node:path";
import { root } from "../../programs/programs";

/** What is wrong, in short: without the stack, but with the place in a file of ours that threw, where it isn't said. */
export function problemsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  if (error.name === "GroundworkError") return [error.message];
  const message = error.message.replaceAll(`${root}${path.sep}`, "").trim();
  if (error instanceof SyntaxError) return message.split("\n");
  const line = error.stack
    ?.split("\n")
    .find((each) => each.includes(root + path.sep) && !each.includes("node_modules"));
  const [place] = /[^ (]+:\d+:\d+/.exec(line ?? "") ?? [];
  const at = place === undefined ? "" : ` at ${path.relative(root, place)}`;
  return [`${error.name}: ${message}${at}`];
}
