import { type PlannedResource, dryRun } from "../../programs/dryRun";
import { architectureOf } from "./architecture";
import { svgOf } from "./svg";

/** The picture of an environment, from its programs. */
export async function drawing(stack: string): Promise<string> {
  const resources = await dryRun(stack);
  // Programs ask for what doesn't wait for one another in any order, and the layout follows it.
  const keyOf = ({ type, name }: PlannedResource): string => `${type} ${name}`;
  return svgOf(architectureOf(resources.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))));
}
