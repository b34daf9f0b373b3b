import * as aws from "@pulumi/aws";
import { readConfig, requireRegion } from "../../infra/config";
import { configKeys } from "../../infra/configKeys";
import { checkLearnerLab } from "../../infra/learnerLab";
import { Network } from "../../infra/network/network";
import { learnerLabBreaches, planNetwork } from "../../infra/network/networkPlan";

const plan = planNetwork(requireRegion(), readConfig(configKeys.networking));
checkLearnerLab(plan.region, learnerLabBreaches(plan));

const network = new Network("network", plan);

export const vpcId = network.vpcId;
export const vpcCidrBlock = plan.vpcCidrBlock;
export const publicSubnetIds = network.publicSubnetIds;
export const privateSubnetIds = network.privateSubnetIds;
export const availabilityZones =
  plan.zoneNames ??
  aws
    .getAvailabilityZonesOutput({ state: "available" })
    .names.apply((names) => names.slice(0, plan.zoneCount));
export const natMode = plan.nat;
