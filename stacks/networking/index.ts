import { readConfig } from "../../infra/config";
import { Network } from "../../infra/network/network";
import { networkingConfig } from "../../infra/network/networkConfig";
import type { Exports } from "../../infra/outputs";

const config = readConfig(networkingConfig);

const network = new Network("network", config);

const outputs: Exports<"networking"> = {
  vpcId: network.vpcId,
  vpcCidrBlock: config.vpcCidrBlock,
  publicSubnetIds: network.publicSubnetIds,
  privateSubnetIds: network.privateSubnetIds,
  availabilityZones: network.availabilityZones,
  natMode: config.nat,
};
export = outputs;
