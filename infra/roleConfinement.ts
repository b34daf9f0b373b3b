import * as pulumi from "@pulumi/pulumi";
import { rolePath } from "../policy/rolePaths";

/**
 * Puts every role of this program that says nothing else into the path of its environment, and all of them under a
 * permissions boundary where the config names one. A transformation, so that no role is forgotten.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function confineRoles(boundaryArn: string | undefined): void {
  const path = rolePath(pulumi.getStack());
  const bounds = boundaryArn === undefined ? {} : { permissionsBoundary: boundaryArn };
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    const given = props as Record<string, unknown>;
    const own = { ...given, path: given.path ?? path };
    if (type === "aws:iam/role:Role") return { props: { ...own, ...bounds }, opts };
    if (type === "aws:iam/instanceProfile:InstanceProfile") return { props: own, opts };
    return undefined;
  });
}
