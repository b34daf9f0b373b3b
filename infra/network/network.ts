import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { Component, stackTags } from "../component";
import { GroundworkError } from "../error";
import { FlowLogs } from "./flowLogs";
import { NatInstance } from "./natInstance";
import type { NetworkingConfig } from "./networkConfig";
import { type NetworkPlan, natStrategies, planNetwork } from "./networkPlan";
import { VpcEndpoints } from "./vpcEndpoints";

interface NetworkArgs extends NetworkingConfig {
  /** By name, in the order of the subnets: zonesOf. */
  readonly availabilityZones: string[];
}

/**
 * A VPC with public and private subnets over the zones of its plan, an endpoint for S3, endpoints for the
 * services that functions in the private subnets call, flow logs, and a default security group that lets
 * nothing through.
 */
export class Network extends Component {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("network:Network", name, opts);
    const plan = planNetwork(args);
    const vpc = new awsx.ec2.Vpc(name, vpcArgs(plan, args.availabilityZones), this.child);
    this.vpcId = vpc.vpcId;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.privateSubnetIds = vpc.privateSubnetIds;

    // Naming no rules takes away those that AWS puts into the default group.
    new aws.ec2.DefaultSecurityGroup(`${name}-closed`, { vpcId: this.vpcId }, this.child);
    if (plan.flowLogRetentionDays !== undefined) {
      const { learnerLab, flowLogRetentionDays: retentionInDays } = plan;
      new FlowLogs(name, { vpcId: this.vpcId, retentionInDays, learnerLab }, this.child);
    }
    if (plan.nat === "instance") this.passOn(name, plan, vpc);
    new VpcEndpoints(
      name,
      {
        vpcId: this.vpcId,
        vpcCidrBlock: plan.vpcCidrBlock,
        subnetIds: this.privateSubnetIds,
        region: plan.region,
        services: plan.interfaceEndpoints,
      },
      this.child,
    );
    this.registerOutputs();
  }

  private passOn(name: string, plan: NetworkPlan, vpc: awsx.ec2.Vpc): void {
    const [publicSubnetId] = elements(this.publicSubnetIds, 1);
    new NatInstance(
      `${name}-nat`,
      {
        vpcId: this.vpcId,
        region: plan.region,
        learnerLab: plan.learnerLab,
        instanceType: plan.natInstanceType,
        publicSubnetId: publicSubnetId ?? "",
        privateCidrBlocks: plan.privateCidrBlocks,
        routeTableIds: elements(this.privateSubnetIds, plan.zoneCount).map((id) => routeTableOf(vpc, id)),
      },
      this.once("nat"),
    );
  }
}

/** The elements of a list whose length the plan knows already. */
function elements(list: pulumi.Output<string[]>, count: number): pulumi.Output<string>[] {
  return Array.from({ length: count }, (_, index) => list.apply((ids) => ids[index] ?? ""));
}

/** The route table that awsx made for a subnet. */
function routeTableOf(vpc: awsx.ec2.Vpc, subnetId: pulumi.Output<string>): pulumi.Output<string> {
  const associations = vpc.routeTableAssociations.apply((all) =>
    pulumi.all(all.map((association) => pulumi.all([association.subnetId, association.routeTableId]))),
  );
  return pulumi.all([associations, subnetId]).apply(([pairs, wanted]) => {
    const found = pairs.find(([subnet]) => subnet === wanted);
    if (!found) throw new GroundworkError(`Subnet ${wanted} has no route table: deploy networking again`);
    return found[1];
  });
}

function vpcArgs(plan: NetworkPlan, availabilityZoneNames: string[]): awsx.ec2.VpcArgs {
  return {
    cidrBlock: plan.vpcCidrBlock,
    enableDnsHostnames: true,
    availabilityZoneNames,
    // "Exact" would refuse the space that the plan leaves free between and after the subnets.
    subnetStrategy: "Auto",
    subnetSpecs: [
      { type: "Public", name: "public", cidrBlocks: plan.publicCidrBlocks },
      { type: "Private", name: "private", cidrBlocks: plan.privateCidrBlocks },
    ],
    natGateways: { strategy: natStrategies[plan.nat] },
    // Without "Auto" the endpoint would be attached to no route table.
    vpcEndpointStrategy: "Auto",
    vpcEndpointSpecs: [{ serviceName: `com.amazonaws.${plan.region}.s3`, tags: stackTags() }],
    // awsx is a remote component: no transformation reaches its children, it hands the tags on itself.
    tags: stackTags(),
  };
}
