import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { Mutant } from "./mutants";

const root = path.join(__dirname, "../..");

/** Why lines may be changed without notice, by file and line: equivalent.txt. */
function readReasons(): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  let [file, reason, source] = ["", "", new Set<string>()];
  for (const line of readFileSync(path.join(__dirname, "equivalent.txt"), "utf8").split("\n").slice(2)) {
    if (line.startsWith("## ")) {
      file = line.slice(3);
      source = new Set(
        readFileSync(path.join(root, file), "utf8")
          .split("\n")
          .map((each) => each.trim()),
      );
    } else if (line.startsWith("# ")) reason = line.slice(2);
    else if (line !== "" && !source.has(line))
      throw new Error(`${file} has no line any more of equivalent.txt: ${line}`);
    else reasons.set(`${file} ${line}`, reason);
  }
  return reasons;
}

/** How a change is printed. */
export const changeOf = ({ text, instead }: Mutant): string =>
  `${text} → ${instead === ";" ? "nothing" : instead}`;

const reasons = readReasons();

/** Why a change that no test noticed changes nothing; undefined where that isn't known. */
export function reasonOf({ file, code }: Mutant): string | undefined {
  return reasons.get(`${file} ${code}`);
}
