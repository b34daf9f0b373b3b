import { configKeys } from "../../infra/configKeys";
import { namespaceOf, parseConfig } from "../../infra/configParse";
import { environmentProblems } from "../../infra/environmentName";
import { GroundworkError } from "../../infra/error";
import { awsConfig } from "../../infra/sharedConfig";

/** Namespaces of Pulumi's providers and of its own, which check their keys themselves. */
const providers = ["aws", "aws-native", "awsx", "pulumi"];

/**
 * Checks an environment's config, the keys of all projects at once. That they fit one another is for the programs.
 *
 * @throws GroundworkError with every key that is missing, malformed or unknown
 */
export function checkConfig(stack: string, config: Readonly<Record<string, string>>): void {
  const problems = [
    ...environmentProblems(stack),
    ...unknownNamespaces(config),
    ...awsProblems(namespaceOf("aws", config)),
    ...Object.entries(configKeys).flatMap(
      ([project, shape]) => parseConfig(project, shape, namespaceOf(project, config)).problems ?? [],
    ),
  ];
  if (problems.length > 0) throw GroundworkError.all(`Pulumi.${stack}.yaml`, problems);
}

/** A namespace that no project reads would be passed over in silence: a typing mistake is an error. */
function unknownNamespaces(config: Readonly<Record<string, string>>): string[] {
  const known = [...Object.keys(configKeys), ...providers];
  return Object.keys(config)
    .filter((key) => !known.includes(key.split(":")[0] ?? ""))
    .map((key) => `${key} belongs to no project: the projects are ${known.join(", ")}`);
}

/** The keys that Groundwork reads; the provider knows more, and its region may come from the environment. */
function awsProblems(config: Readonly<Record<string, string>>): string[] {
  const region = config.region ?? process.env.AWS_REGION;
  const skipped = config.skipRegionValidation === "true";
  const raw = {
    ...(region !== undefined && region !== "" && !skipped && { region }),
    ...(config.allowedAccountIds !== undefined && { allowedAccountIds: config.allowedAccountIds }),
  };
  if (skipped) return [];
  return parseConfig("aws", awsConfig, raw).problems ?? [];
}
