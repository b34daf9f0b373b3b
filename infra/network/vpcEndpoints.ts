import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";

interface VpcEndpointsArgs {
  readonly vpcId: pulumi.Input<string>;
  readonly vpcCidrBlock: string;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly region: string;
  /** Short names of the services, for instance `lambda`. */
  readonly services: readonly string[];
}

/**
 * Interface endpoints: addresses inside the private subnets at which AWS services answer without internet.
 *
 * Not among the `vpcEndpointSpecs` of awsx, because an endpoint needs a security group, a group needs the VPC,
 * and the group that it gets otherwise, the VPC's default one, is closed.
 */
export class VpcEndpoints extends Component {
  constructor(name: string, args: VpcEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("network:VpcEndpoints", name, opts);
    if (args.services.length > 0) {
      const group = this.securityGroup(name, args);
      for (const service of args.services) {
        new aws.ec2.VpcEndpoint(
          `${name}-${service}`,
          {
            vpcId: args.vpcId,
            vpcEndpointType: "Interface",
            serviceName: `com.amazonaws.${args.region}.${service}`,
            subnetIds: args.subnetIds,
            securityGroupIds: [group.id],
            privateDnsEnabled: true,
            tags: { Name: `${name}-${service}` },
          },
          this.child,
        );
      }
    }
    this.registerOutputs();
  }

  private securityGroup(name: string, args: VpcEndpointsArgs): aws.ec2.SecurityGroup {
    const group = new aws.ec2.SecurityGroup(
      `${name}-endpoints-sg`,
      {
        vpcId: args.vpcId,
        description: "HTTPS from inside the VPC to AWS services",
        tags: { Name: "endpoints-sg" },
      },
      this.child,
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-endpoints-https`,
      {
        securityGroupId: group.id,
        description: "HTTPS from inside the VPC",
        cidrIpv4: args.vpcCidrBlock,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      },
      this.child,
    );
    return group;
  }
}
