import { dryRun } from "../../programs/dryRun";
import { architectureOf } from "./architecture";
import { svgOf } from "./svg";

/** The picture of an environment, from its programs. */
export async function drawing(stack: string): Promise<string> {
  return svgOf(architectureOf(await dryRun(stack)));
}
