import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { namespaceOf, parseConfig } from "./configParse";
import { environmentProblems } from "./environmentName";
import { GroundworkError } from "./error";
import { holdGuardRails } from "./guardRails";
import { awsConfig } from "./sharedConfig";

/**
 * Reads this project's config, all of it at once, and holds what the program makes from then on against the rules of policy/.
 *
 * @param shape one zod schema a key
 * @throws GroundworkError with every missing, malformed and unknown key of the project's namespace, and for an
 *   environment whose name AWS would refuse
 */
export function readConfig<S extends z.ZodRawShape>(shape: S): z.output<z.ZodObject<S>> {
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  const names = environmentProblems(stack);
  if (names.length > 0) throw new GroundworkError(names.join("; "));
  const parsed = parseConfig(project, shape, namespaceOf(project, pulumi.runtime.allConfig()));
  if (parsed.problems) {
    throw GroundworkError.all(`The config of ${project} in Pulumi.${stack}.yaml`, parsed.problems);
  }
  holdGuardRails();
  return parsed.data;
}

/** The region that this stack deploys to. */
export function requireRegion(): string {
  const config = new pulumi.Config("aws");
  const region = config.get("region") ?? process.env.AWS_REGION;
  const file = `Pulumi.${pulumi.getStack()}.yaml`;
  if (region === undefined || region === "") {
    throw new GroundworkError(`aws:region is missing: add it to ${file}, for instance aws:region: us-east-1`);
  }
  // Of a region that is newer than this provider, the provider itself has to be told.
  if (config.getBoolean("skipRegionValidation") === true) return region;
  const known = awsConfig.region.safeParse(region);
  if (!known.success) {
    throw new GroundworkError(
      `aws:region in ${file} ${known.error.issues[0]?.message} (it is ${region}): mend it`,
    );
  }
  return region;
}
