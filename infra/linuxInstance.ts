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

/**
 * What doesn't replace a machine that is there: a newer image, and the public address that a stopped one lacks.
 * https://github.com/hashicorp/terraform-provider-aws/issues/33775
 */
export const keepMachine: pulumi.CustomResourceOptions = {
  ignoreChanges: ["ami", "associatePublicIpAddress"],
};

/**
 * A script for a machine's first boot: sets up what is given, and lets the machine take AWS's updates each week by
 * itself, which Amazon Linux 2023 doesn't: https://docs.aws.amazon.com/linux/al2023/ug/deterministic-upgrades.html. Its
 * newest release, untried: a machine that an update breaks holds nothing and is made anew.
 *
 * @param setup lines of bash
 */
export function firstBoot(setup: readonly string[] = []): string {
  return [
    "#!/bin/bash",
    "set -euo pipefail",
    ...setup,
    // dnf takes more than the half GiB of a nano.
    "dd if=/dev/zero of=/swapfile bs=1M count=1024 status=none",
    "chmod 600 /swapfile && mkswap /swapfile && echo '/swapfile none swap defaults 0 0' >> /etc/fstab && swapon -a",
    "cat > /etc/systemd/system/weekly-updates.service <<'END'",
    "[Service]",
    "Type=oneshot",
    "ExecStart=/usr/bin/dnf upgrade --assumeyes --releasever=latest",
    // It answers 1 where a restart is needed.
    "ExecStart=/bin/sh -c 'dnf needs-restarting --reboothint || systemctl reboot'",
    "END",
    "cat > /etc/systemd/system/weekly-updates.timer <<'END'",
    "[Timer]",
    "OnCalendar=Sun 04:00",
    "RandomizedDelaySec=1h",
    // Of a machine that was stopped meanwhile: when it is started.
    "Persistent=true",
    "[Install]",
    "WantedBy=timers.target",
    "END",
    "systemctl enable --now weekly-updates.timer",
    "",
  ].join("\n");
}

function newestAmazonLinux(instanceType: string, opts: pulumi.InvokeOptions): pulumi.Output<string> {
  // AWS's own processors have a g behind the generation, but for the first ones: t4g, m7gd, a1.
  const architecture = /^([a-z]+\d+g|a1\.)/.test(instanceType) ? "arm64" : "x86_64";
  const name = `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
  return aws.ssm.getParameterOutput({ name }, opts).insecureValue;
}
