import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";
import { packageFunction, unusedPackages } from "./functionArchive";
import type { Statement } from "./iam";
import { environmentName } from "./names";
import type { SharedConfig } from "./projectConfig";
import { ServiceRole } from "./serviceRole";

export interface InlineFunctionArgs<E, R> {
  readonly config: FunctionConfig;
  /** The function itself. It and what it captures are serialized: see docs/functions.md. */
  readonly callback: aws.lambda.Callback<E, R>;
  /** The npm packages that the callback imports, beside the AWS SDK, which Lambda's runtime carries. */
  readonly packages: readonly string[];
  readonly environment: Record<string, pulumi.Input<string>>;
  /** In MB. Lambda gives CPU in proportion: a whole core at 1769. */
  readonly memorySize: number;
  /** In seconds, 900 at most. */
  readonly timeout: number;
  /** How many of it run at once at most; default: as many as the account allows. */
  readonly maxConcurrency?: number | undefined;
  /** Its place in the VPC. Without subnets it runs outside, where it reaches the internet but nothing private. */
  readonly subnetIds?: pulumi.Input<string[]>;
  readonly securityGroupId?: pulumi.Input<string>;
  /** The group's rules, without which a call would wait in vain: Pulumi hands a component's `dependsOn` to no child. */
  readonly rules?: readonly pulumi.Resource[];
  /** What it may do beyond writing its log and being in the VPC. */
  readonly statements: readonly Statement[];
  readonly logRetentionDays: number;
}

/** What a function is told of the environment: its account's kind, and where AWS is, for emulators. */
export type FunctionConfig = Pick<SharedConfig, "learnerLab" | "functionEndpointUrl">;

/** A Lambda function written inline, with a role and a log group of its own. */
export class InlineFunction<E, R> extends Component {
  readonly function: aws.lambda.Function;
  readonly role: ServiceRole;
  /** What has to exist before the function can be called: await it with `dependsOn`. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: InlineFunctionArgs<E, R>, opts?: pulumi.ComponentResourceOptions) {
    super("lambda:InlineFunction", name, opts);
    const logs = new aws.cloudwatch.LogGroup(name, { retentionInDays: args.logRetentionDays }, this.child);
    this.role = new ServiceRole(
      name,
      {
        learnerLab: args.config.learnerLab,
        service: "lambda.amazonaws.com",
        statements: [...basics(logs, args), ...args.statements],
      },
      this.child,
    );
    this.function = new aws.lambda.CallbackFunction(
      name,
      {
        name: environmentName(name),
        callback: args.callback,
        runtime: "nodejs22.x",
        architectures: ["arm64"],
        role: this.role.arn,
        memorySize: args.memorySize,
        timeout: args.timeout,
        ...(args.maxConcurrency !== undefined && { reservedConcurrentExecutions: args.maxConcurrency }),
        environment: { variables: { ...args.environment, ...endpoint(args.config) } },
        ...vpcConfig(args),
        loggingConfig: { logFormat: "JSON", logGroup: logs.name },
        tracingConfig: { mode: "PassThrough" },
        codePathOptions: { extraExcludePackages: unusedPackages(args.packages) },
      },
      // Lambda checks at creation that the role may place the function into the VPC.
      {
        ...this.child,
        dependsOn: [...this.role.ready, ...(args.rules ?? [])],
        transformations: [packageFunction],
      },
    );
    this.ready = [this.function, ...this.role.ready];
    this.registerOutputs();
  }
}

/** Lambda's runtime says where AWS is; where that is an emulator, the SDK's own variable does. */
function endpoint({ functionEndpointUrl }: FunctionConfig): Record<string, string> {
  return functionEndpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: functionEndpointUrl };
}

type Network = Pick<InlineFunctionArgs<unknown, unknown>, "subnetIds" | "securityGroupId">;

function vpcConfig({ subnetIds, securityGroupId }: Network): Pick<aws.lambda.FunctionArgs, "vpcConfig"> {
  if (subnetIds === undefined) return {};
  return {
    vpcConfig: { subnetIds, securityGroupIds: securityGroupId === undefined ? [] : [securityGroupId] },
  };
}

function basics(logs: aws.cloudwatch.LogGroup, { subnetIds }: Network): Statement[] {
  const writeLog = {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [pulumi.interpolate`${logs.arn}:*`],
    wildcard: "The streams of this log alone: Lambda makes one for each process",
  };
  if (subnetIds === undefined) return [writeLog];
  return [
    writeLog,
    {
      // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
      actions: [
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
      ],
      resources: ["*"],
      wildcard:
        "Network interfaces have no name before they exist, and Lambda asks for these on all resources",
    },
  ];
}
