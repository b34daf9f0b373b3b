import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";
import { type DatabaseAddress, DatabaseClient } from "./database/databaseClient";
import { entryPoint, functionArchive } from "./functionArchive";
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
  /** Its place in the VPC. Without one it runs outside, where it reaches the internet but nothing private. */
  readonly network?: FunctionNetwork;
  /** What it may do beyond writing its log and being in the VPC. */
  readonly statements: readonly Statement[];
  readonly logRetentionDays: number;
}

/** The subnets that a function runs in, and the database there that it talks with. */
interface FunctionNetwork {
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly database: Pick<DatabaseAddress, "port" | "securityGroupId">;
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
    const client = args.network && this.client(name, args.network, opts);
    this.function = new aws.lambda.Function(
      name,
      {
        name: environmentName(name),
        code: functionArchive(args.callback, args.packages),
        handler: entryPoint,
        runtime: "nodejs22.x",
        architectures: ["arm64"],
        role: this.role.arn,
        memorySize: args.memorySize,
        timeout: args.timeout,
        ...(args.maxConcurrency !== undefined && { reservedConcurrentExecutions: args.maxConcurrency }),
        environment: { variables: { ...args.environment, ...endpoint(args.config) } },
        ...(args.network &&
          client && {
            vpcConfig: { subnetIds: args.network.subnetIds, securityGroupIds: [client.securityGroupId] },
          }),
        loggingConfig: { logFormat: "JSON", logGroup: logs.name },
        tracingConfig: { mode: "PassThrough" },
      },
      {
        ...this.child,
        // Lambda checks at creation that the role may place the function into the VPC.
        dependsOn: [...this.role.ready, ...(client?.rules ?? [])],
      },
    );
    this.ready = [this.function, ...this.role.ready];
    this.registerOutputs();
  }

  /**
   * Its security group waits for its role, so that a destroy goes the other way round: the function; the group, which
   * the provider deletes once Lambda has given up the network interfaces in it; the role. Lambda deletes them as that
   * role: without it they stay, and with them the group and the subnets.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   */
  private client(
    name: string,
    network: FunctionNetwork,
    opts?: pulumi.ComponentResourceOptions,
  ): DatabaseClient {
    const formerly = opts?.parent ? [{ parent: opts.parent }] : [];
    return new DatabaseClient(
      name,
      { ...network, after: this.role.ready },
      { ...this.child, aliases: formerly },
    );
  }
}

/** The log groups of functions, by the names that they are given here. */
export function logGroupsOf(
  functions: Readonly<Record<string, aws.lambda.Function>>,
): pulumi.Output<Record<string, string>> {
  const named = Object.entries(functions).map(
    ([name, { loggingConfig }]) => [name, loggingConfig.apply(({ logGroup = "" }) => logGroup)] as const,
  );
  return pulumi.output(Object.fromEntries(named));
}

/** Lambda's runtime says where AWS is; where that is an emulator, the SDK's own variable does. */
function endpoint({ functionEndpointUrl }: FunctionConfig): Record<string, string> {
  return functionEndpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: functionEndpointUrl };
}

function basics(
  logs: aws.cloudwatch.LogGroup,
  { network }: Pick<InlineFunctionArgs<unknown, unknown>, "network">,
): Statement[] {
  const writeLog = {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [pulumi.interpolate`${logs.arn}:*`],
    wildcard: "The streams of this log alone: Lambda makes one for each process",
  };
  if (network === undefined) return [writeLog];
  return [
    writeLog,
    {
      // As https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html, whose
      // logs:CreateLogGroup nobody needs: the group is made before.
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
