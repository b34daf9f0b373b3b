import { type NetworkingConfig, zoneCountOf } from "./networkConfig";

/** What awsx calls the NAT modes. */
export const natStrategies = {
  none: "None",
  gateway: "Single",
  "gateway-per-zone": "OnePerAz",
  instance: "None",
} as const;

/** The network as it will be made: every choice taken, nothing left to look up. */
export interface NetworkPlan extends Omit<NetworkingConfig, "zones" | "flowLogs" | "flowLogRetentionDays"> {
  readonly zoneNames: string[] | undefined;
  readonly zoneCount: number;
  /** AWS services that get an interface endpoint, by their short name (`lambda`). */
  readonly interfaceEndpoints: string[];
  /** Undefined: no flow logs. */
  readonly flowLogRetentionDays: number | undefined;
}

/** What functions in the private subnets call besides S3: without NAT each needs an endpoint in the VPC. */
const calledServices = ["lambda", "secretsmanager"];

/** Takes every choice, before anything is created. */
export function planNetwork(config: NetworkingConfig): NetworkPlan {
  return {
    ...config,
    zoneNames: Array.isArray(config.zones) ? config.zones : undefined,
    zoneCount: zoneCountOf(config),
    interfaceEndpoints: config.nat === "none" ? calledServices : [],
    flowLogRetentionDays: config.flowLogs ? config.flowLogRetentionDays : undefined,
  };
}
