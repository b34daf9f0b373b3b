import { type Control, ofType } from "./control";
import type { Subject } from "./subjects";

const instances = ofType("aws:ec2/instance:Instance");
const ingressRules = ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
const vpcs = ofType("awsx:ec2:Vpc");

const isOpen = ({ inputs }: Subject): boolean =>
  inputs.cidrIpv4 === "0.0.0.0/0" || inputs.cidrIpv6 === "::/0";

/** An endpoint that every VPC should have, says the control, whether something calls the service or not. */
const unusedEndpoint = (id: string, service: string, called: string): Control => ({
  id,
  title: `VPCs have an interface endpoint for ${called}`,
  about: vpcs,
  fails: ({ environment }, all) =>
    !ofType("aws:ec2/vpcEndpoint:VpcEndpoint")(all).some(
      (endpoint) =>
        endpoint.environment === environment && String(endpoint.inputs.serviceName).endsWith(`.${service}`),
    ),
  exceptions: [
    {
      findings: /Vpc/,
      reason: "Nothing in the private subnets calls it, and it costs $14.60 a month in two zones.",
    },
  ],
});

/** The controls on VPC and EC2. */
export const networkControls: readonly Control[] = [
  {
    id: "EC2.2",
    title: "VPC default security groups allow no traffic",
    about: ofType("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"),
    fails: ({ inputs }) => inputs.ingress !== undefined || inputs.egress !== undefined,
  },
  {
    id: "EC2.3",
    title: "attached EBS volumes are encrypted",
    about: instances,
    fails: ({ inputs }) =>
      (inputs.rootBlockDevice as { encrypted?: boolean } | undefined)?.encrypted !== true,
  },
  {
    id: "EC2.6",
    title: "VPC flow logging is enabled",
    about: vpcs,
    fails: ({ environment }, all) =>
      !ofType("aws:ec2/flowLog:FlowLog")(all).some((log) => log.environment === environment),
    exceptions: [
      { findings: /^learnerlab/, reason: "Flow logs need a role, and the lab forbids making roles." },
    ],
  },
  {
    id: "EC2.8",
    title: "EC2 instances use IMDSv2",
    about: instances,
    fails: ({ inputs }) =>
      (inputs.metadataOptions as { httpTokens?: string } | undefined)?.httpTokens !== "required",
  },
  {
    id: "EC2.9",
    title: "EC2 instances have no public IPv4 address",
    about: instances,
    fails: ({ inputs }) => inputs.associatePublicIpAddress === true,
    exceptions: [
      {
        findings: /Instance (ec2-proxy|nat)$/,
        reason:
          "The bastion is reached by SSH from named addresses, or calls Session Manager with no port open, where endpoints would cost $43.80 a month; a NAT instance is the way out.",
      },
    ],
  },
  unusedEndpoint("EC2.10", "ec2", "EC2's API"),
  {
    id: "EC2.15",
    title: "subnets assign no public IP addresses by themselves",
    about: vpcs,
    fails: ({ inputs }) => (inputs.subnetSpecs as { type: string }[]).some(({ type }) => type === "Public"),
    exceptions: [
      {
        findings: /Vpc/,
        reason: "Public subnets do, as the tutorial has it; only the bastion and NAT are in them.",
      },
    ],
  },
  {
    id: "EC2.17",
    title: "EC2 instances have one network interface",
    about: instances,
    fails: ({ inputs }) => inputs.networkInterfaces !== undefined,
  },
  {
    id: "EC2.18",
    title: "security groups allow unrestricted traffic for authorized ports only",
    about: ingressRules,
    fails: isOpen,
  },
  {
    id: "EC2.19",
    title: "security groups allow no unrestricted access to high-risk ports",
    about: ingressRules,
    fails: (rule) => isOpen(rule) && [22, 3389, 5432].includes(Number(rule.inputs.fromPort)),
  },
  {
    id: "EC2.24",
    title: "EC2 instances are not of a paravirtual type",
    about: instances,
    fails: ({ inputs }) => /^(c1|c3|hi1|hs1|m1|m2|m3|t1)\./.test(String(inputs.instanceType)),
  },
  unusedEndpoint("EC2.55", "ecr.api", "the ECR API"),
  unusedEndpoint("EC2.56", "ecr.dkr", "the Docker registry"),
  unusedEndpoint("EC2.57", "ssm", "Systems Manager"),
  unusedEndpoint("EC2.58", "ssm-contacts", "Systems Manager Incident Manager Contacts"),
  unusedEndpoint("EC2.60", "ssm-incidents", "Systems Manager Incident Manager"),
  {
    id: "EC2.180",
    title: "network interfaces check source and destination",
    about: instances,
    fails: ({ inputs }) => inputs.sourceDestCheck === false,
    exceptions: [
      {
        findings: /nat instance: Instance nat$/,
        reason: "A NAT instance passes on packets of others: that is its use.",
      },
    ],
  },
];
