import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import type { SharedConfig } from "../projectConfig";
import { ServiceRole } from "../serviceRole";

interface ApiLogsArgs extends Pick<SharedConfig, "learnerLab" | "region"> {
  readonly manageApiGatewayAccount: boolean;
  readonly restApiId: pulumi.Input<string>;
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

/** Log groups for an API's requests and for what API Gateway does itself, and its leave to write them. */
export class ApiLogs extends Component {
  readonly group: aws.cloudwatch.LogGroup;
  /** What has to exist before a stage may log. */
  readonly ready: pulumi.Input<pulumi.Resource[]>;

  constructor(name: string, args: ApiLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("auth:ApiLogs", name, opts);
    this.group = new aws.cloudwatch.LogGroup(name, { retentionInDays: args.logRetentionDays }, this.child);
    // API Gateway names the group of what it does itself, and would make one that is kept for ever:
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    const execution = new aws.cloudwatch.LogGroup(
      `${name}-execution`,
      {
        name: pulumi.interpolate`API-Gateway-Execution-Logs_${args.restApiId}/${pulumi.getStack()}`,
        retentionInDays: args.logRetentionDays,
      },
      this.child,
    );
    this.ready = args.manageApiGatewayAccount
      ? this.account(name, args).apply((account) => [execution, ...account])
      : [execution];
    this.registerOutputs();
  }

  /**
   * One setting for all REST APIs of an account in a region, and the role that it names. The environment that comes
   * first makes them; others find the role by its name and leave both alone, so that no two write over each other.
   * They stay when that environment is destroyed, for the others, and are its own again when it comes back.
   */
  private account(name: string, args: ApiLogsArgs): pulumi.Output<pulumi.Resource[]> {
    if (args.learnerLab) return pulumi.output([this.setRole(name, args)]);
    const roleName = `groundwork-apigateway-${args.region}`;
    const found = aws.iam.getRolesOutput({ nameRegex: `^${roleName}$` }, { parent: this }).names;
    const owner = found.apply(([existing]): pulumi.Output<string | undefined> =>
      existing === undefined
        ? pulumi.output(undefined)
        : aws.iam
            .getRoleOutput({ name: existing }, { parent: this })
            .tags.apply(({ Environment }) => Environment),
    );
    return owner.apply((environment) => {
      if (environment === undefined) return [this.setRole(name, args, roleName)];
      if (environment === pulumi.getStack()) return [this.setRole(name, args, roleName, roleName)];
      void pulumi.log.info(
        `API Gateway writes logs in ${args.region} by the role ${roleName} of the environment ${environment}`,
        this,
      );
      return [];
    });
  }

  /** @param existing the role that this environment made before, taken over where the state has lost it */
  private setRole(
    name: string,
    { learnerLab }: ApiLogsArgs,
    roleName?: string,
    existing?: string,
  ): aws.apigateway.Account {
    const role = new ServiceRole(
      `${name}-logs`,
      {
        learnerLab,
        name: roleName,
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
      { ...this.child, transformations: [keep(existing)] },
    );
    return new aws.apigateway.Account(
      name,
      { cloudwatchRoleArn: role.arn },
      { ...this.child, retainOnDelete: true, dependsOn: role.ready },
    );
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

/** `retainOnDelete` for whatever a component makes, which the option itself isn't handed down to, and a role's import. */
function keep(existing: string | undefined): pulumi.ResourceTransformation {
  return ({ type, props, opts }) => ({
    props,
    opts: {
      ...opts,
      retainOnDelete: true,
      ...(type === "aws:iam/role:Role" && existing !== undefined && { import: existing }),
    },
  });
}
