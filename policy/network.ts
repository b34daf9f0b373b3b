import { type Note, type Rule, is, must, outsideProduction } from "./rule";

const ingressRule = ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"];
const instance = ["aws:ec2/instance:Instance"];
const vpc = ["awsx:ec2:Vpc"];

export const networkRules: readonly (Rule | Note)[] = [
  {
    controls: ["EC2.2"],
    asks: "VPC default security groups allow no traffic",
    of: ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"],
    reads: ["ingress", "egress"],
    refuses: must(
      (ingress, egress) => ingress === undefined && egress === undefined,
      "lets traffic through the VPC's default group: take its rules away",
    ),
  },
  {
    controls: ["EC2.3"],
    asks: "attached EBS volumes are encrypted",
    of: instance,
    reads: ["rootBlockDevice", "ebsBlockDevices"],
    refuses: must(
      (root, more = []) => [root, more].flat().every((disk) => part(disk, "encrypted") === true),
      "has a disk that is not encrypted: set rootBlockDevice.encrypted to true, and that of each other one",
    ),
  },
  {
    controls: ["EC2.4"],
    asks: "instances that were stopped are removed within 30 days",
    of: instance,
    status: "by hand",
    why: "Whether to stop the bastion, and for how long, is its people's choice.",
  },
  {
    controls: ["EC2.172"],
    asks: "VPCs block the internet gateway",
    of: vpc,
    status: "not met",
    why: "The bastion and NAT use it; nothing else is in the public subnets.",
  },
  {
    controls: ["EC2.6"],
    asks: "VPC flow logging is enabled",
    of: vpc,
    reads: [],
    refuses: (_, { declared }) =>
      declared.some(({ type }) => type === "aws:ec2/flowLog:FlowLog")
        ? undefined
        : "has no flow logs: set networking:flowLogs to true",
    except: [
      outsideProduction(
        "Outside production flow logs are config, networking:flowLogs: they cost by volume, and need a role, which a lab forbids.",
      ),
    ],
  },
  {
    controls: ["EC2.8"],
    asks: "EC2 instances use IMDSv2",
    of: instance,
    reads: ["metadataOptions"],
    refuses: must(
      (options) => part(options, "httpTokens") === "required",
      "answers metadata requests without a session: set metadataOptions.httpTokens to required",
    ),
  },
  {
    controls: ["EC2.9"],
    asks: "EC2 instances have no public IPv4 address",
    of: instance,
    reads: ["associatePublicIpAddress"],
    refuses: must(is(false), "has a public address: set associatePublicIpAddress to false"),
    except: [
      {
        covers: ({ name }) => name === "ec2-proxy" || name === "network-nat",
        reason:
          "The bastion is reached by SSH from named addresses, or calls Session Manager with no port open: its two endpoints in one zone, ssm and ssmmessages, cost $14.60 a month, the address $3.65. A NAT instance is the way out.",
      },
    ],
  },
  {
    controls: ["EC2.10", "EC2.55", "EC2.56", "EC2.57", "EC2.58", "EC2.60"],
    asks: "VPCs have interface endpoints for EC2, ECR, the Docker registry, Systems Manager and Incident Manager",
    of: vpc,
    status: "not met",
    why: "Nothing in the private subnets calls them, and each costs $14.60 a month in two zones.",
  },
  {
    controls: ["EC2.15"],
    asks: "subnets assign no public IP addresses by themselves",
    of: vpc,
    status: "not met",
    why: "Public subnets do, as the tutorial has it; only the bastion and NAT are in them.",
  },
  {
    controls: ["EC2.16", "EC2.21"],
    asks: "network ACLs are used, and open neither SSH nor RDP to the internet",
    of: vpc,
    status: "by hand",
    why: "awsx makes the subnets, gateways and route tables out of the rules' sight, and no ACL but AWS's default one.",
  },
  {
    controls: ["EC2.17"],
    asks: "EC2 instances have one network interface",
    of: instance,
    reads: ["networkInterfaces"],
    refuses: must(
      is(undefined),
      "has network interfaces of its own: use subnetId and vpcSecurityGroupIds instead",
    ),
  },
  {
    controls: ["EC2.18", "EC2.19"],
    asks: "security groups let nobody in from ranges as wide as the internet",
    of: ingressRule,
    reads: ["cidrIpv4", "cidrIpv6", "prefixListId"],
    refuses: ([ipv4, ipv6, list]) => {
      if (list !== undefined) return "lets in a prefix list, whose ranges no rule sees: name the ranges";
      // Wider than the largest private network, and than what one provider gets of IPv6.
      return isWide(ipv4, 8) || isWide(ipv6, 32)
        ? "lets the whole internet in: name the ranges or the security group that may connect"
        : undefined;
    },
  },
  {
    controls: ["EC2.24"],
    asks: "EC2 instances are not of a paravirtual type",
    of: instance,
    reads: ["instanceType"],
    refuses: must(
      (type) => !/^(c1|c3|hi1|hs1|m1|m2|m3|t1)\./.test(String(type)),
      "is of a paravirtual type: use a newer one, such as t4g.nano",
    ),
  },
  {
    controls: ["EC2.180"],
    asks: "network interfaces check source and destination",
    of: instance,
    reads: ["sourceDestCheck"],
    refuses: must(
      (check) => check !== false,
      "passes on packets of others: leave sourceDestCheck at its default",
    ),
    except: [
      {
        covers: ({ name }) => name === "network-nat",
        reason: "A NAT instance passes on packets of others: that is its use.",
      },
    ],
  },
  {
    controls: ["SSM.1"],
    asks: "EC2 instances are managed by Systems Manager",
    of: instance,
    reads: ["iamInstanceProfile", "keyName"],
    refuses: must(
      (profile) => profile !== undefined,
      "can't be managed by Systems Manager: give it an iamInstanceProfile",
    ),
    except: [
      {
        covers: ({ name }, [, keyName]) => name === "network-nat" || keyName !== undefined,
        reason:
          "A bastion with ssh reaches the database and nothing else, and a NAT instance has no rights on AWS at all.",
      },
    ],
  },
  {
    controls: ["SSM.2", "SSM.3"],
    asks: "managed instances are patched and keep their associations",
    of: instance,
    status: "by hand",
    why: "Only the running machine knows; it begins with the newest image, and takes AWS's updates each week.",
  },
  {
    controls: [],
    asks: "security groups have their rules as resources of their own",
    of: ["aws:ec2/securityGroup:SecurityGroup"],
    reads: ["ingress", "egress"],
    refuses: must(
      (ingress, egress) => ingress === undefined && egress === undefined,
      "has inline rules, which fight separate ones: use SecurityGroupIngressRule and SecurityGroupEgressRule",
    ),
  },
  {
    controls: [],
    asks: "no security group has rules of the older kind",
    of: ["aws:ec2/securityGroupRule:SecurityGroupRule"],
    reads: [],
    refuses: () =>
      "is of the older kind, over which others write: use SecurityGroupIngressRule or SecurityGroupEgressRule",
  },
];

/** Whether a range fixes fewer bits of the address than it has to. */
function isWide(range: unknown, bits: number): boolean {
  return typeof range === "string" && Number(range.split("/")[1] ?? bits) < bits;
}

function part(value: unknown, key: string): unknown {
  return (value as Readonly<Record<string, unknown>> | undefined)?.[key];
}
