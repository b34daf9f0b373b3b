import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { takesEbsOptimized } from "../policy/awsLimits";

interface LinuxInstanceArgs {
  readonly name: string;
  readonly instanceType: string;
  readonly subnetId: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
}

/**
 * What every machine of ours has in common: the newest Amazon Linux 2023, an encrypted disk, and metadata that
 * only IMDSv2's sessions may read, from the machine itself.
 */
export function linuxInstanceArgs(args: LinuxInstanceArgs, opts: pulumi.InvokeOptions): aws.ec2.InstanceArgs {
  return {
    ami: newestAmazonLinux(args.instanceType, opts),
    instanceType: args.instanceType,
    subnetId: args.subnetId,
    vpcSecurityGroupIds: [args.securityGroupId],
    associatePublicIpAddress: true,
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    rootBlockDevice: { volumeType: "gp3", encrypted: true },
    ...(takesEbsOptimized(args.instanceType) && { ebsOptimized: true }),
    tags: { Name: args.name },
  };
}

/** The newest image when the machine is made. A newer one later doesn't replace a machine that runs. */
export const keepImage: pulumi.CustomResourceOptions = { ignoreChanges: ["ami"] };

function newestAmazonLinux(instanceType: string, opts: pulumi.InvokeOptions): pulumi.Output<string> {
  // AWS's own processors have a g behind the generation, but for the first ones: t4g, m7gd, a1.
  const architecture = /^([a-z]+\d+g|a1\.)/.test(instanceType) ? "arm64" : "x86_64";
  const name = `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
  return aws.ssm.getParameterOutput({ name }, opts).insecureValue;
}
