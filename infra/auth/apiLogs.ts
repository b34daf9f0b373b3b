import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import type { SharedConfig } from "../projectConfig";
import { ServiceRole } from "../serviceRole";

interface ApiLogsArgs extends Pick<SharedConfig, "learnerLab"> {
  readonly logRetentionDays: number;
}

/**
 * One line of JSON a request: who, what, the answer, and which kind of refusal it was. No token is in it: API Gateway's
 * messages, which can quote one, are not.
 */
export const accessLogFormat = JSON.stringify({
  requestId: "$context.requestId",
  time: "$context.requestTime",
  ip: "$context.identity.sourceIp",
  method: "$context.httpMethod",
  path: "$context.path",
  status: "$context.status",
  latency: "$context.responseLatency",
  principal: "$context.authorizer.principalId",
  error: "$context.error.responseType",
  authorizerStatus: "$context.authorizer.status",
});

/** A log group for an API's requests, and the leave that API Gateway needs to write any log in this region. */
export class ApiLogs extends Component {
  readonly group: aws.cloudwatch.LogGroup;
  /** What has to exist before a stage may log. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: ApiLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("auth:ApiLogs", name, opts);
    this.group = new aws.cloudwatch.LogGroup(name, { retentionInDays: args.logRetentionDays }, this.child);
    // One setting for all APIs of an account in a region. It stays when this stack is destroyed, and with it the
    // role that it names: other environments in the account log by the same setting.
    const role = new ServiceRole(
      `${name}-logs`,
      {
        learnerLab: args.learnerLab,
        service: "apigateway.amazonaws.com",
        statements: [
          {
            actions: logActions,
            resources: ["*"],
            wildcard:
              "API Gateway tries at once whether it may do all that AWS's own policy for it names, AmazonAPIGatewayPushToCloudWatchLogs",
          },
        ],
      },
      { ...this.child, transformations: [retain] },
    );
    const account = new aws.apigateway.Account(
      name,
      { cloudwatchRoleArn: role.arn },
      { ...this.child, retainOnDelete: true, dependsOn: role.ready },
    );
    this.ready = [account];
    this.registerOutputs();
  }
}

const logActions = [
  "logs:CreateLogGroup",
  "logs:CreateLogStream",
  "logs:DescribeLogGroups",
  "logs:DescribeLogStreams",
  "logs:PutLogEvents",
  "logs:GetLogEvents",
  "logs:FilterLogEvents",
];

/** `retainOnDelete` for whatever a component makes: the option itself isn't handed down. */
function retain({ props, opts }: pulumi.ResourceTransformationArgs): pulumi.ResourceTransformationResult {
  return { props, opts: { ...opts, retainOnDelete: true } };
}
