import { GroundworkError } from "../../infra/error";
import { checkProjectConfig } from "../../infra/projectConfig";
import { projectConfigs } from "../../infra/projects";

/** Namespaces of Pulumi's providers, its own, and that of the environment on this machine: they check their keys themselves. */
const providers = ["aws", "aws-native", "awsx", "pulumi", "local"];

/**
 * Checks an environment's config as each program does, all of them at once.
 *
 * @throws GroundworkError with every key that is missing, malformed or unknown, or doesn't fit another
 */
export function checkConfig(stack: string, config: Readonly<Record<string, string>>): void {
  const problems = projectConfigs.flatMap(
    (project) => checkProjectConfig(project, stack, config).problems ?? [],
  );
  // What all projects read they all complain of.
  const all = new Set([...unknownNamespaces(config), ...problems]);
  if (all.size > 0) throw GroundworkError.all(`Pulumi.${stack}.yaml`, [...all]);
}

/** A namespace that no project reads would be passed over in silence: a typing mistake is an error. */
function unknownNamespaces(config: Readonly<Record<string, string>>): string[] {
  const known = [...projectConfigs.map(({ project }) => project), ...providers];
  return Object.keys(config)
    .filter((key) => !known.includes(key.split(":")[0] ?? ""))
    .map((key) => `${key} belongs to no project: the projects are ${known.join(", ")}`);
}
