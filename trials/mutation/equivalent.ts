import { readFileSync } from "node:fs";
import * as path from "node:path";
import { GroundworkError } from "../../infra/error";
import { root } from "../../programs/programs";
import { type Mutant, mutantsOf } from "./mutants";

/** Why a change that no test noticed changes nothing; undefined where that isn't known. */
type ReasonOf = (mutant: Mutant) => string | undefined;

/**
 * Reads which changes may go unnoticed, and why: equivalent.txt says how.
 *
 * @throws GroundworkError that names every entry that is no change of its file, or one that stands there already
 */
export function readReasons(
  text = readFileSync(path.join(__dirname, "equivalent.txt"), "utf8"),
  sourceOf = (file: string): string => readFileSync(path.join(root, file), "utf8"),
): ReasonOf {
  const reasons = new Map<string, string>();
  const problems: string[] = [];
  let [file, reason, names] = ["", "", new Set<string>()];
  const lines = text.split("\n");
  for (const line of lines.slice(lines.findIndex((each) => each.startsWith("## ")))) {
    if (line.startsWith("## ")) {
      file = line.slice(3);
      names = new Set(mutantsOf(file, sourceOf(file)).map(({ name }) => name));
    } else if (line.startsWith("# ")) reason = line.slice(2);
    else if (line !== "" && !names.has(line)) problems.push(`${file} has no such change: ${line}`);
    else if (reasons.has(`${file} ${line}`) && line !== "") problems.push(`${file}, twice: ${line}`);
    else reasons.set(`${file} ${line}`, reason);
  }
  if (problems.length > 0) throw GroundworkError.all("trials/mutation/equivalent.txt", problems);
  return ({ file: of, name }) => reasons.get(`${of} ${name}`);
}
