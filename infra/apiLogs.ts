import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";
import { assumedBy } from "./iam";

interface ApiLogsArgs {
  readonly retentionDays: number;
}

/** One line of JSON a request: who, what, the answer, and why an authorizer refused. No token is in it. */
export const accessLogFormat = JSON.stringify({
  requestId: "$context.requestId",
  time: "$context.requestTime",
  ip: "$context.identity.sourceIp",
  method: "$context.httpMethod",
  path: "$context.path",
  status: "$context.status",
  latency: "$context.responseLatency",
  principal: "$context.authorizer.principalId",
  error: "$context.error.message",
  authorizerError: "$context.authorizer.error",
});

/** A log group for an API's requests, and the leave that API Gateway needs to write any log in this region. */
export class ApiLogs extends Component {
  readonly group: aws.cloudwatch.LogGroup;
  /** What has to exist before a stage may log. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: ApiLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("auth:ApiLogs", name, opts);
    this.group = new aws.cloudwatch.LogGroup(name, { retentionInDays: args.retentionDays }, this.child);
    // One setting for all APIs of an account in a region. It stays when this stack is destroyed, and with it the
    // role that it names: other environments in the account log by the same setting.
    const kept = { ...this.child, retainOnDelete: true };
    const role = new aws.iam.Role(
      `${name}-logs`,
      { assumeRolePolicy: assumedBy("apigateway.amazonaws.com") },
      kept,
    );
    const policy = new aws.iam.RolePolicyAttachment(
      `${name}-logs`,
      {
        role: role.name,
        // API Gateway tries at once, on this setting, whether it may do all that this policy names.
        policyArn: "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
      },
      kept,
    );
    const account = new aws.apigateway.Account(
      name,
      { cloudwatchRoleArn: role.arn },
      { ...kept, dependsOn: [policy] },
    );
    this.ready = [account];
    this.registerOutputs();
  }
}
