import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { root } from "../../programs/programs";
import { notRun } from "./notRun";

/** Those that .ci/run makes come first: what a system's Python has can be older. */
const pythons = [
  ...["python-clients", "moto"].map((name) => path.join(root, ".cache", name, "bin/python")),
  "python3",
];

/** A Python that has the modules; what asks is left out where there is none. */
export function pythonWith(context: Mocha.Context, ...modules: string[]): string {
  const found = pythons.find((one) => spawnSync(one, ["-c", `import ${modules.join()}`]).status === 0);
  if (found !== undefined) return found;
  return notRun(context, `Python with ${modules.join(", ")}`);
}
