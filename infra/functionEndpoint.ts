import * as pulumi from "@pulumi/pulumi";

/**
 * What a function needs in its environment to find AWS: nothing, because Lambda's runtime says it, unless the
 * environment is an emulator (`groundwork:functionEndpointUrl`), whose functions are told by the SDK's own variable.
 */
export function endpointEnvironment(): Record<string, string> {
  const url = new pulumi.Config("groundwork").get("functionEndpointUrl");
  return url === undefined ? {} : { AWS_ENDPOINT_URL: url };
}
