import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { firstBoot, keepMachine, linuxInstanceArgs } from "../linuxInstance";
import { physicalName } from "../names";
import type { SharedConfig } from "../projectConfig";
import { ServiceRole } from "../serviceRole";

interface NatInstanceArgs extends Pick<SharedConfig, "region" | "learnerLab"> {
  readonly vpcId: pulumi.Input<string>;
  readonly instanceType: string;
  readonly publicSubnetId: pulumi.Input<string>;
  /** The private subnets' ranges: whose traffic it passes on. */
  readonly privateCidrBlocks: readonly string[];
  /** The route tables of the private subnets, one each. */
  readonly routeTableIds: readonly pulumi.Input<string>[];
}

/**
 * A machine that does what a NAT gateway does, for a tenth of the price and without its redundancy: while it is
 * away, the private subnets have no internet.
 *
 * It comes back by itself. EC2 moves it to other hardware when the system check fails, an alarm reboots it when its
 * own check fails, and a schedule starts it again within a minute when somebody stopped it.
 */
export class NatInstance extends Component {
  constructor(name: string, args: NatInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("network:NatInstance", name, opts);
    const group = this.securityGroup(name, args);
    const instance = new aws.ec2.Instance(
      name,
      {
        ...linuxInstanceArgs(
          {
            // As earlier versions tagged it.
            name: physicalName("nat"),
            instanceType: args.instanceType,
            subnetId: args.publicSubnetId,
            securityGroupId: group.id,
          },
          { parent: this },
        ),
        // It passes on packets that are neither from nor to itself.
        sourceDestCheck: false,
        userData: firstBoot(forwardingSetup(args.privateCidrBlocks)),
        userDataReplaceOnChange: true,
        maintenanceOptions: { autoRecovery: "default" },
      },
      { ...this.child, ...keepMachine },
    );
    args.routeTableIds.forEach((routeTableId, index) => {
      new aws.ec2.Route(
        `${name}-${index + 1}`,
        {
          routeTableId,
          destinationCidrBlock: "0.0.0.0/0",
          networkInterfaceId: instance.primaryNetworkInterfaceId,
        },
        this.child,
      );
    });
    this.rebootWhenIll(name, instance, args.region);
    // The lab's role isn't for schedules; the lab itself stops machines at the end of a session and starts them again.
    if (!args.learnerLab) this.startWhenStopped(name, instance);
    this.registerOutputs();
  }

  private securityGroup(name: string, args: NatInstanceArgs): aws.ec2.SecurityGroup {
    const group = new aws.ec2.SecurityGroup(
      `${name}-sg`,
      {
        vpcId: args.vpcId,
        description: "NAT: from the private subnets to the internet",
        tags: { Name: "nat-sg" },
      },
      this.child,
    );
    for (const range of args.privateCidrBlocks) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-from-${range}`,
        {
          securityGroupId: group.id,
          cidrIpv4: range,
          ipProtocol: "-1",
          description: "Whatever a private subnet sends out",
        },
        this.child,
      );
    }
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-to-internet`,
      {
        securityGroupId: group.id,
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "-1",
        description: "On behalf of the private subnets",
      },
      this.child,
    );
    return group;
  }

  /** A failed system check recovers the machine without being told: autoRecovery. */
  private rebootWhenIll(name: string, instance: aws.ec2.Instance, region: string): void {
    new aws.cloudwatch.MetricAlarm(
      `${name}-ill`,
      {
        alarmDescription: "The NAT instance fails its own status check: it is rebooted",
        namespace: "AWS/EC2",
        metricName: "StatusCheckFailed_Instance",
        dimensions: { InstanceId: instance.id },
        statistic: "Maximum",
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold: 1,
        period: 60,
        evaluationPeriods: 3,
        alarmActions: [`arn:aws:automate:${region}:ec2:reboot`],
      },
      this.child,
    );
  }

  /** Starting a machine that runs changes nothing, so that nobody has to look first. */
  private startWhenStopped(name: string, instance: aws.ec2.Instance): void {
    const role = new ServiceRole(
      `${name}-start`,
      {
        learnerLab: false,
        service: "scheduler.amazonaws.com",
        statements: [{ actions: ["ec2:StartInstances"], resources: [instance.arn] }],
      },
      this.child,
    );
    new aws.scheduler.Schedule(
      `${name}-start`,
      {
        description: "Starts the NAT instance, should somebody have stopped it",
        scheduleExpression: "rate(1 minute)",
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: "arn:aws:scheduler:::aws-sdk:ec2:startInstances",
          roleArn: role.arn,
          input: pulumi.jsonStringify({ InstanceIds: [instance.id] }),
          retryPolicy: { maximumRetryAttempts: 0 },
        },
      },
      { ...this.child, dependsOn: role.ready },
    );
  }
}

/** Lines of bash; what they set up outlives reboots. */
function forwardingSetup(privateCidrBlocks: readonly string[]): string[] {
  return [
    "echo net.ipv4.ip_forward=1 > /etc/sysctl.d/90-nat.conf",
    "sysctl -p /etc/sysctl.d/90-nat.conf",
    // Tried until it works: no status check would ever notice a machine without it.
    "until dnf install -y iptables-services; do sleep 5; done",
    "systemctl enable --now iptables",
    "interface=$(ip -o -4 route show default | awk '{ print $5; exit }')",
    ...privateCidrBlocks.map(
      (range) => `iptables -t nat -A POSTROUTING -s ${range} -o "$interface" -j MASQUERADE`,
    ),
    // The package's own rules end with one that rejects every forwarded packet.
    "iptables -F FORWARD",
    "service iptables save",
  ];
}
