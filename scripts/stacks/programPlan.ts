import type { PlannedResource } from "../../programs/dryRun";
import type { Program } from "../../programs/programs";
import { type Out, table } from "../shared/terminal";

/** Lists what the programs of some projects ask for, and at the end what can't be said without a cloud. */
export function listPlan(
  resources: readonly PlannedResource[],
  projects: readonly Program[],
  missing: string,
  out: Out,
): void {
  const rows = projects.map(({ project }): [string, PlannedResource[]] => [
    project,
    resources.filter((resource) => resource.project === project),
  ]);
  for (const [project, asked] of rows) {
    out.write(`\n${project}\n`);
    for (const line of asked.map(({ type, name }) => `    ${type} ${name}\n`).sort()) out.write(line);
  }
  out.write("\n");
  table(
    rows.map(([project, asked]) => [project, `asks for ${asked.length} resources`]),
    out,
  );
  out.write(
    "\nChecked: the config, the programs, the guard rails.\n" +
      `Left out: the comparison with what is deployed, because ${decapitalized(missing)}\n`,
  );
}

/** A sentence as the end of another one: `there is no pulumi on PATH`. */
const decapitalized = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
