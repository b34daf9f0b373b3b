import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { GroundworkError } from "../error";
import type { NetworkingConfig } from "./networkConfig";
import { type NetworkPlan, planNetwork } from "./networkPlan";

/** What AWS says of a region's zones, by name. */
interface Offered {
  /** All that take subnets of everyone, in AWS's order: no Local Zone, no Wavelength Zone. */
  readonly ordinary: readonly string[];
  /** By the short name of a service: where its interface endpoint can be. */
  readonly endpoints: Readonly<Record<string, readonly string[]>>;
}

/** Asked always, and not with endpoints alone: where Lambda has none, its functions can't be in a VPC's subnet either. */
const always = "lambda";

/**
 * The zones of the subnets: those that config names, or the first that have all that the plan needs.
 *
 * @throws GroundworkError that says what a zone lacks, or that there are too few
 */
export function chooseZones(
  plan: Pick<NetworkPlan, "region" | "zoneNames" | "zoneCount">,
  offered: Offered,
): string[] {
  const lack = (zone: string): string[] => [
    ...(offered.ordinary.includes(zone) ? [] : ["is no ordinary zone of this account that is available"]),
    ...Object.entries(offered.endpoints).flatMap(([service, zones]) =>
      zones.includes(zone) ? [] : [`has no endpoint of ${service}`],
    ),
  ];
  if (plan.zoneNames) {
    const problems = plan.zoneNames.flatMap((zone) =>
      lack(zone).map((problem) => `${zone} ${problem}: name another`),
    );
    if (problems.length > 0) throw GroundworkError.all("networking:zones", problems);
    return plan.zoneNames;
  }
  const fit = offered.ordinary.filter((zone) => lack(zone).length === 0);
  if (fit.length < plan.zoneCount) {
    throw new GroundworkError(
      `${plan.region} has ${fit.length} zone(s) with endpoints of ${Object.keys(offered.endpoints).join(" and ")} ` +
        `(${fit.join(", ")}), and the networks need ${plan.zoneCount}: name fewer networking:privateCidrBlocks, or choose another aws:region`,
    );
  }
  return fit.slice(0, plan.zoneCount);
}

/**
 * Asks AWS for the region's zones, and says which were taken. Before anything is made: awsx takes plain values alone.
 *
 * @throws GroundworkError as chooseZones does
 */
export async function zonesOf(config: NetworkingConfig): Promise<string[]> {
  const plan = planNetwork(config);
  const services = [...new Set([always, ...plan.interfaceEndpoints])];
  const [{ names }, ...answers] = await Promise.all([
    aws.getAvailabilityZones({
      state: "available",
      // Without it Local Zones that the account has opted in to come first: us-east-1-atl-2a is before us-east-1a.
      filters: [{ name: "zone-type", values: ["availability-zone"] }],
    }),
    ...services.map((service) =>
      aws.ec2.getVpcEndpointService({
        serviceName: `com.amazonaws.${plan.region}.${service}`,
        serviceType: "Interface",
      }),
    ),
  ]);
  const endpoints = services.map(
    (service, index) => [service, answers[index]?.availabilityZones ?? []] as const,
  );
  const zones = chooseZones(plan, { ordinary: names, endpoints: Object.fromEntries(endpoints) });
  const why = plan.zoneNames
    ? "networking:zones names them"
    : `the first with endpoints of ${services.join(" and ")}`;
  // On this machine the zones are made up.
  if (pulumi.runtime.hasEngine()) await pulumi.log.info(`The subnets are in ${zones.join(", ")}: ${why}`);
  return zones;
}
