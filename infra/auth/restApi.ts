import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { environmentName } from "../names";
import type { SharedConfig } from "../projectConfig";
import { apiDocument } from "./apiDocument";
import { type Route, policyNameOf } from "./apiRoutes";
import { ApiFirewall } from "./apiFirewall";
import { ApiLogs, accessLogFormat } from "./apiLogs";

interface RestApiArgs extends Pick<SharedConfig, "learnerLab" | "region"> {
  readonly manageApiGatewayAccount: boolean;
  readonly webAcl: boolean;
  readonly userPoolArn: pulumi.Input<string>;
  readonly groupAuthorizer: aws.lambda.Function;
  readonly routes: readonly Route[];
  /** Those that routes name, by name. */
  readonly functions: Readonly<Record<string, aws.lambda.Function>>;
  readonly allowedOrigin: string;
  /** Requests a second. */
  readonly throttlingRate: number;
  readonly throttlingBurst: number;
  readonly logRetentionDays: number;
}

/** The REST API, deployed anew exactly when its document changes. $3.50 a million requests in us-east-1. */
export class RestApi extends Component {
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RestApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("auth:RestApi", name, opts);
    const body = documentOf(name, args);
    const api = new aws.apigateway.RestApi(
      name,
      { name: environmentName(name), body, endpointConfiguration: { types: "REGIONAL" } },
      this.child,
    );
    const allowed = new aws.lambda.Permission(
      `${name}-authorizer`,
      {
        function: args.groupAuthorizer.name,
        action: "lambda:InvokeFunction",
        principal: "apigateway.amazonaws.com",
        sourceArn: pulumi.interpolate`${api.executionArn}/authorizers/*`,
      },
      this.child,
    );
    const answer = this.mayBeCalled(name, args, api);
    const deployment = new aws.apigateway.Deployment(
      name,
      { restApi: api.id, triggers: { document: body.apply(sha256) } },
      this.child,
    );
    const logs = new ApiLogs(name, { ...args, restApiId: api.id }, this.child);
    const stage = new aws.apigateway.Stage(
      name,
      {
        restApi: api.id,
        deployment: deployment.id,
        stageName: pulumi.getStack(),
        accessLogSettings: { destinationArn: logs.group.arn, format: accessLogFormat },
        xrayTracingEnabled: true,
      },
      {
        ...this.child,
        dependsOn: pulumi.output(logs.ready).apply((ready) => [...ready, allowed, ...answer]),
      },
    );
    new aws.apigateway.MethodSettings(
      name,
      {
        restApi: api.id,
        stageName: stage.stageName,
        methodPath: "*/*",
        settings: {
          throttlingRateLimit: args.throttlingRate,
          throttlingBurstLimit: args.throttlingBurst,
          loggingLevel: "ERROR",
          // Requests carry tokens, which a trace of the data would write into the log.
          dataTraceEnabled: false,
        },
      },
      this.child,
    );
    if (args.webAcl) new ApiFirewall(name, { stageArn: stage.arn }, this.child);
    this.url = stage.invokeUrl;
    this.registerOutputs();
  }

  /** Lets the API call each function for the routes that name it, in its stage, and for no other. */
  private mayBeCalled(
    name: string,
    { routes, functions }: RestApiArgs,
    api: aws.apigateway.RestApi,
  ): pulumi.Resource[] {
    return routes.flatMap((route) => {
      const answers = functions[route.function?.name ?? ""];
      if (!answers) return [];
      const policyName = policyNameOf(route);
      return new aws.lambda.Permission(
        `${name}-${policyName.replaceAll(/[^\w]+/g, "-").toLowerCase()}`,
        {
          function: answers.name,
          action: "lambda:InvokeFunction",
          principal: "apigateway.amazonaws.com",
          sourceArn: pulumi.interpolate`${api.executionArn}/${pulumi.getStack()}/${policyName}`,
        },
        this.child,
      );
    });
  }
}

function documentOf(name: string, args: RestApiArgs): pulumi.Output<string> {
  const { userPoolArn, groupAuthorizer, routes, allowedOrigin } = args;
  const functions = Object.entries(args.functions).map(([key, { invokeArn }]) => [key, invokeArn] as const);
  const arns = {
    userPoolArn,
    invokeArn: groupAuthorizer.invokeArn,
    functionArns: Object.fromEntries(functions),
  };
  return pulumi.output(arns).apply(({ functionArns, ...own }) =>
    JSON.stringify(
      apiDocument({
        name: environmentName(name),
        routes,
        functionArns,
        cognitoAuthorizer: { name: environmentName("authorizer-1"), userPoolArn: own.userPoolArn },
        groupAuthorizer: { name: environmentName("group-authorizer"), invokeArn: own.invokeArn },
        allowedOrigin,
      }),
    ),
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
