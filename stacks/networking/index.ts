import { readConfig } from "../../infra/config";
import { Network } from "../../infra/network/network";
import { networkingConfig } from "../../infra/network/networkConfig";
import { zonesOf } from "../../infra/network/zones";
import type { Exports } from "../../infra/outputs";

const config = readConfig(networkingConfig);

async function main(): Promise<Exports<"networking">> {
  const availabilityZones = await zonesOf(config);
  const network = new Network("network", { ...config, availabilityZones });
  return {
    vpcId: network.vpcId,
    vpcCidrBlock: config.vpcCidrBlock,
    publicSubnetIds: network.publicSubnetIds,
    privateSubnetIds: network.privateSubnetIds,
    availabilityZones,
    natMode: config.nat,
  };
}

export = main();
