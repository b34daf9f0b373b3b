import * as z from "zod";
import { type ProjectConfig, type SharedConfig, type Values, logDays } from "../projectConfig";
import { contains, hostBits, overlaps, prefixLength } from "./cidr";

const cidr = z.cidrv4({ error: "must be an IPv4 range such as 10.0.1.0/24" });

/** Prices are those of us-east-1, a month. */
const keys = {
  vpcCidrBlock: cidr.default("10.0.0.0/16").meta({
    description: "The VPC's range.",
    cost: "No charge, as for subnets, routes and the S3 endpoint.",
  }),
  publicCidrBlocks: z
    .array(cidr)
    .default(["10.0.1.0/24", "10.0.4.0/24"])
    .meta({ description: "The public subnets' ranges, one a zone.", cost: "No charge." }),
  privateCidrBlocks: z.array(cidr).default(["10.0.2.0/24", "10.0.3.0/24"]).meta({
    description: "The private subnets' ranges, one a zone; a database needs two zones.",
    cost: "No charge.",
  }),
  zones: z
    .union([z.array(z.string().min(1)), z.int()])
    .optional()
    .meta({
      description:
        "The zones by name, or how many of the region's first ones. Unset: one for each private range.",
      example: 2,
    }),
  nat: z
    .enum(["none", "gateway", "gateway-per-zone", "instance"])
    .default("none")
    .meta({
      description: `How the private subnets reach the internet.
none: they don't; the AWS services that functions call have interface endpoints in the VPC.
gateway: one NAT gateway; while its zone is down, no subnet has internet.
gateway-per-zone: one in each zone.
instance: one small EC2 instance, where gateways are forbidden or too dear; a minute's pause when it restarts.`,
      cost: `none: $7.30 an endpoint and zone, so $29.20 for two services in two zones, and $0.01 a GB.
gateway: $32.85 and $3.65 for its public address, and $0.045 a GB.
gateway-per-zone: $73.00 for two with their addresses, and $0.045 a GB.
instance: $3.07 (t4g.nano), $3.65 for its public address and $0.74 for its disk and alarm, nothing a GB within AWS.`,
    }),
  natInstanceType: z
    .string()
    .regex(/^[a-z0-9-]+\.[a-z0-9]+$/, "must be an EC2 instance type such as t4g.nano")
    .default("t4g.nano")
    .meta({
      description: "With nat instance: its type. t4g.nano passes up to 5 Gbit/s in bursts.",
      cost: "t4g.nano $3.07 a month, t4g.micro $6.13.",
    }),
  flowLogs: z
    .boolean()
    .default(true)
    .meta({ description: "Whether the VPC's traffic is logged.", cost: "$0.50 a GB of log." }),
  flowLogRetentionDays: logDays
    .default(14)
    .meta({ description: "Days that the VPC's flow logs are kept.", cost: "$0.03 a GB and month." }),
};

export type NetworkingConfig = Values<typeof keys> & SharedConfig;

/** The config of the networking stack; `planNetwork` makes the plan of it. */
export const networkingConfig: ProjectConfig<typeof keys> = {
  project: "networking",
  keys,
  problems: (config) => [...rangeProblems(config), ...zoneProblems(config)],
  breaches: ({ nat, flowLogs }) => [
    ...(nat === "gateway" || nat === "gateway-per-zone"
      ? [`networking:nat ${nat} makes NAT gateways, which it forbids: use instance or none`]
      : []),
    ...(flowLogs
      ? ["networking:flowLogs need a role of their own, and it forbids making roles: set it to false"]
      : []),
  ],
};

/** How many zones the subnets are in. */
export function zoneCountOf({ zones, privateCidrBlocks }: NetworkingConfig): number {
  if (zones === undefined) return privateCidrBlocks.length;
  return Array.isArray(zones) ? zones.length : zones;
}

/** The largest and the smallest range that AWS takes for a VPC and for a subnet. */
const [largest, smallest] = [16, 28];

function rangeProblems({ vpcCidrBlock, publicCidrBlocks, privateCidrBlocks }: NetworkingConfig): string[] {
  const problems: string[] = [];
  const subnets = [
    ...publicCidrBlocks.map((range) => ({ key: "networking:publicCidrBlocks", range })),
    ...privateCidrBlocks.map((range) => ({ key: "networking:privateCidrBlocks", range })),
  ];
  for (const { key, range } of [{ key: "networking:vpcCidrBlock", range: vpcCidrBlock }, ...subnets]) {
    const proper = hostBits(range);
    const bits = prefixLength(range);
    if (proper !== undefined) problems.push(`${key}: ${range} doesn't begin a range: write ${proper}`);
    if (bits < largest || bits > smallest) {
      problems.push(`${key}: ${range} has a size that AWS doesn't take: from /${largest} to /${smallest}`);
    }
  }
  subnets.forEach(({ key, range }, index) => {
    if (!contains(vpcCidrBlock, range))
      problems.push(`${key}: ${range} lies outside of the VPC's ${vpcCidrBlock}`);
    const twin = subnets.slice(0, index).find((other) => overlaps(range, other.range));
    if (twin) problems.push(`${key}: ${range} overlaps ${twin.range} of ${twin.key}`);
  });
  return problems;
}

function zoneProblems(config: NetworkingConfig): string[] {
  const { region, zones, publicCidrBlocks, privateCidrBlocks } = config;
  const count = zoneCountOf(config);
  const problems: string[] = [];
  if (count < 2) {
    problems.push(
      "networking:privateCidrBlocks: a database needs private subnets in two zones at least: name two",
    );
  }
  for (const [key, ranges] of Object.entries({ publicCidrBlocks, privateCidrBlocks })) {
    if (ranges.length !== count) {
      problems.push(`networking:${key} has ${ranges.length} range(s) for ${count} zone(s): name one a zone`);
    }
  }
  if (Array.isArray(zones)) {
    for (const zone of zones) {
      if (!new RegExp(`^${region}[a-z]$`).test(zone)) {
        problems.push(`networking:zones: ${zone} is no zone of ${region}: zones are named like ${region}a`);
      }
    }
    if (new Set(zones).size < zones.length) problems.push("networking:zones names a zone twice");
  }
  return problems;
}
