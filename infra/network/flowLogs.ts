import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import type { SharedConfig } from "../projectConfig";
import { ServiceRole } from "../serviceRole";

interface FlowLogsArgs extends Pick<SharedConfig, "learnerLab"> {
  readonly vpcId: pulumi.Input<string>;
  readonly retentionInDays: number;
}

/** Who talked to whom in the VPC, accepted and rejected, in a CloudWatch log group. */
export class FlowLogs extends Component {
  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("network:FlowLogs", name, opts);
    const logs = new aws.cloudwatch.LogGroup(
      `${name}-flow-logs`,
      { retentionInDays: args.retentionInDays },
      this.child,
    );
    const role = new ServiceRole(
      `${name}-flow-logs`,
      {
        learnerLab: args.learnerLab,
        service: "vpc-flow-logs.amazonaws.com",
        statements: [
          // All that https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html asks for, but for
          // logs:CreateLogGroup: the group is made before.
          {
            actions: ["logs:DescribeLogGroups"],
            resources: ["*"],
            wildcard: "It lists groups, of which none can be named",
          },
          {
            actions: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            resources: [pulumi.interpolate`${logs.arn}:*`],
            wildcard: "The streams of this log alone: there is one a network interface",
          },
        ],
      },
      this.child,
    );
    new aws.ec2.FlowLog(
      `${name}-flow-logs`,
      {
        vpcId: args.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: logs.arn,
        iamRoleArn: role.arn,
        tags: { Name: `${name}-flow-logs` },
      },
      { ...this.child, dependsOn: role.ready },
    );
    this.registerOutputs();
  }
}
