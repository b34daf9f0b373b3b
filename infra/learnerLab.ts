import * as pulumi from "@pulumi/pulumi";
import { GroundworkError } from "./error";

/** What AWS Academy gives in place of the roles that it forbids to make. */
export const lab = { role: "LabRole", instanceProfile: "LabInstanceProfile", keyPair: "vockey" } as const;

const regions = ["us-east-1", "us-west-2"];

/** Whether this environment lives in a Learner Lab: `groundwork:learnerLab`, one key for all projects. */
export function inLearnerLab(): boolean {
  return new pulumi.Config("groundwork").getBoolean("learnerLab") ?? false;
}

/**
 * Fails in preview for what the lab would refuse in the middle of `pulumi up`.
 *
 * @param region where the stack deploys to
 * @param breaches one sentence for each thing of the plan that the lab forbids: what, and what to write instead
 */
export function checkLearnerLab(region: string, breaches: readonly string[]): void {
  if (!inLearnerLab()) return;
  const wrongRegion = regions.includes(region)
    ? []
    : [`aws:region ${region} is closed there: use ${regions.join(" or ")}`];
  const problems = [...wrongRegion, ...breaches];
  if (problems.length > 0) {
    throw GroundworkError.all(
      `AWS Academy's Learner Lab would refuse Pulumi.${pulumi.getStack()}.yaml`,
      problems,
    );
  }
}
