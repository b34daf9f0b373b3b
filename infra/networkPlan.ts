import * as z from "zod";

const cidr = z.cidrv4({ error: "must be an IPv4 range such as 10.0.1.0/24" });

/** The config of networking; `planNetwork` makes the plan of it. */
export const networkConfig = {
  /** The VPC's range. Default 10.0.0.0/16. */
  vpcCidrBlock: cidr.default("10.0.0.0/16"),
  /** One range a zone. Default 10.0.1.0/24 and 10.0.4.0/24. */
  publicCidrBlocks: z.array(cidr).default(["10.0.1.0/24", "10.0.4.0/24"]),
  /** One range a zone; a database needs two zones. Default 10.0.2.0/24 and 10.0.3.0/24. */
  privateCidrBlocks: z.array(cidr).default(["10.0.2.0/24", "10.0.3.0/24"]),
  /** The zones by name. Default: the region's first ones. */
  zones: z.array(z.string()).optional(),
  /**
   * How the private subnets reach the internet. Default `none`: they don't, and the AWS services that
   * functions call have endpoints in the VPC (about $7.30 a month each in each zone, us-east-1).
   * `gateway` is one NAT gateway (about $33 a month), `gateway-per-zone` one in each zone; both also cost
   * $0.045 a GB.
   */
  nat: z.enum(["none", "gateway", "gateway-per-zone"]).default("none"),
  /** How long the VPC's flow logs are kept, in days. Default 14. */
  flowLogRetentionDays: z.int().positive().default(14),
};

type NetworkConfig = z.output<z.ZodObject<typeof networkConfig>>;
type NatMode = NetworkConfig["nat"];

/** What awsx calls the NAT modes. */
export const natStrategies = { none: "None", gateway: "Single", "gateway-per-zone": "OnePerAz" } as const;

/** The network as it will be made: every choice taken, nothing left to look up. */
export interface NetworkPlan {
  readonly region: string;
  readonly vpcCidrBlock: string;
  readonly publicCidrBlocks: string[];
  readonly privateCidrBlocks: string[];
  readonly zoneNames: string[] | undefined;
  readonly zoneCount: number;
  readonly nat: NatMode;
  /** AWS services that get an interface endpoint, by their short name (`lambda`). */
  readonly interfaceEndpoints: string[];
  readonly flowLogRetentionDays: number;
}

/** What functions in the private subnets call besides S3: without NAT each needs an endpoint in the VPC. */
const calledServices = ["lambda", "secretsmanager"];

export function planNetwork(region: string, config: NetworkConfig): NetworkPlan {
  return {
    region,
    vpcCidrBlock: config.vpcCidrBlock,
    publicCidrBlocks: config.publicCidrBlocks,
    privateCidrBlocks: config.privateCidrBlocks,
    zoneNames: config.zones,
    zoneCount: config.privateCidrBlocks.length,
    nat: config.nat,
    interfaceEndpoints: config.nat === "none" ? calledServices : [],
    flowLogRetentionDays: config.flowLogRetentionDays,
  };
}
