import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { lab } from "../learnerLab";
import { firstBoot, keepMachine, linuxInstanceArgs } from "../linuxInstance";
import { physicalName } from "../names";
import type { SharedConfig } from "../projectConfig";
import { ServiceRole } from "../serviceRole";
import type { BastionConfig } from "./bastionConfig";

interface BastionArgs extends BastionConfig, Pick<SharedConfig, "learnerLab" | "region"> {
  readonly vpcId: pulumi.Input<string>;
  /** The machine, in the first, is reached from, or calls Session Manager through, the internet gateway. */
  readonly publicSubnetIds: pulumi.Input<string[]>;
  readonly database: { readonly securityGroupId: pulumi.Input<string>; readonly port: pulumi.Input<number> };
}

/** The way in that the config names; where it names none, its address and its id are "none". */
export function bastionOf(name: string, args: BastionArgs): Way {
  return args.bastion === "none" ? { host: "none", instanceId: "none" } : new Bastion(name, args);
}

interface Way {
  readonly host: pulumi.Input<string>;
  readonly instanceId: pulumi.Input<string>;
}

/**
 * The machine that a laptop's tunnel goes through to the private database. It holds nothing, and may reach nothing
 * but the database and its updates, and with `ssm` Session Manager.
 */
class Bastion extends Component {
  /** Its public address, which with `ssh` stays the same when it is stopped and started. */
  readonly host: pulumi.Output<string>;
  readonly instanceId: pulumi.Output<string>;

  constructor(name: string, args: BastionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("database:Bastion", name, opts);
    const group = this.securityGroup(name, args);
    const instance = new aws.ec2.Instance(
      name,
      {
        ...linuxInstanceArgs(
          {
            name: physicalName(name),
            instanceType: args.bastionInstanceType,
            subnetId: pulumi.output(args.publicSubnetIds).apply(([first]) => first ?? ""),
            securityGroupId: group.id,
          },
          { parent: this },
        ),
        userData: firstBoot(),
        userDataReplaceOnChange: true,
        ...(args.bastion === "ssh" && { keyName: this.keyName(name, args) }),
        ...(args.bastion === "ssm" && { iamInstanceProfile: this.sessionManagerProfile(name, args) }),
      },
      { ...this.child, ...keepMachine },
    );
    this.instanceId = instance.id;
    this.host = args.bastion === "ssh" ? this.fixedAddress(name, instance) : instance.publicIp;
    this.registerOutputs();
  }

  private securityGroup(name: string, args: BastionArgs): aws.ec2.SecurityGroup {
    const { vpcId, database } = args;
    const groupName = "proxy-ec2-sg";
    const group = new aws.ec2.SecurityGroup(
      `${name}-sg`,
      {
        vpcId,
        name: physicalName(groupName),
        description: "The bastion: to PostgreSQL and nothing else",
        tags: { Name: groupName },
      },
      this.once(groupName),
    );
    const postgres = { ipProtocol: "tcp", fromPort: database.port, toPort: database.port };
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-to-database`,
      {
        ...postgres,
        securityGroupId: group.id,
        referencedSecurityGroupId: database.securityGroupId,
        description: "PostgreSQL",
      },
      this.once("bastion-to-database"),
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-into-database`,
      {
        ...postgres,
        securityGroupId: database.securityGroupId,
        referencedSecurityGroupId: group.id,
        description: "PostgreSQL from the bastion",
      },
      this.once("bastion-into-database"),
    );
    if (args.bastion === "ssm") this.allowSessionManager(name, group);
    if (args.bastion === "ssh") {
      this.allowSsh(name, group, args.bastionSshCidrs);
      this.allowUpdates(name, group, args.region);
    }
    return group;
  }

  private allowSsh(name: string, group: aws.ec2.SecurityGroup, ranges: readonly string[]): void {
    for (const range of ranges) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-ssh-${range}`,
        {
          securityGroupId: group.id,
          cidrIpv4: range,
          ipProtocol: "tcp",
          fromPort: 22,
          toPort: 22,
          description: "SSH from a named address",
        },
        this.once(`bastion-ssh-${range}`),
      );
    }
  }

  /** Amazon Linux's updates lie in S3: https://docs.aws.amazon.com/linux/al2023/ug/al2023-repos.html */
  private allowUpdates(name: string, group: aws.ec2.SecurityGroup, region: string): void {
    const { id } = aws.ec2.getPrefixListOutput({ name: `com.amazonaws.${region}.s3` }, { parent: this });
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-to-updates`,
      {
        securityGroupId: group.id,
        prefixListId: id,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        description: "HTTPS to S3, where updates are",
      },
      this.child,
    );
  }

  /** The agent on the machine calls Session Manager, which has no fixed addresses; nobody calls the machine. */
  private allowSessionManager(name: string, group: aws.ec2.SecurityGroup): void {
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-to-session-manager`,
      {
        securityGroupId: group.id,
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        description: "HTTPS to Session Manager",
      },
      this.once("bastion-to-session-manager"),
    );
  }

  private keyName(name: string, args: BastionArgs): pulumi.Input<string> {
    if (args.bastionPublicKey === undefined) return args.bastionKeyName ?? "";
    return new aws.ec2.KeyPair(
      name,
      { keyName: physicalName(name), publicKey: args.bastionPublicKey },
      this.child,
    ).keyName;
  }

  private sessionManagerProfile(name: string, { learnerLab }: BastionArgs): pulumi.Input<string> {
    if (learnerLab) return lab.instanceProfile;
    const role = new ServiceRole(
      name,
      {
        learnerLab,
        service: "ec2.amazonaws.com",
        statements: [
          {
            // The least that Session Manager needs:
            // https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
            actions: [
              "ssm:UpdateInstanceInformation",
              "ssmmessages:CreateControlChannel",
              "ssmmessages:CreateDataChannel",
              "ssmmessages:OpenControlChannel",
              "ssmmessages:OpenDataChannel",
            ],
            resources: ["*"],
            wildcard: "Session Manager takes no resource for any of them",
          },
        ],
      },
      this.child,
    );
    return new aws.iam.InstanceProfile(
      name,
      { role: role.roleName },
      { ...this.child, dependsOn: role.ready },
    ).name;
  }

  private fixedAddress(name: string, instance: aws.ec2.Instance): pulumi.Output<string> {
    return new aws.ec2.Eip(
      name,
      { domain: "vpc", instance: instance.id, tags: { Name: physicalName(name) } },
      this.child,
    ).publicIp;
  }
}
