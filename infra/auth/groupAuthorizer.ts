import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { groupAuthorizerHandler } from "../../functions/groupAuthorizer/handler";
import { type FunctionConfig, InlineFunction } from "../inlineFunction";
import { memberGroup, routes } from "./apiRoutes";

interface GroupAuthorizerArgs extends FunctionConfig {
  readonly issuer: pulumi.Input<string>;
  /** The clients whose tokens it takes. */
  readonly clientIds: readonly pulumi.Input<string>[];
  readonly logRetentionDays: number;
}

/**
 * The function that lets members of the group call everything and other users only what is for everyone. It is
 * not in the VPC: it fetches the pool's keys from Cognito's public address.
 */
export function groupAuthorizer(
  name: string,
  args: GroupAuthorizerArgs,
  opts: pulumi.ComponentResourceOptions = {},
): aws.lambda.Function {
  const { function: authorizer } = new InlineFunction(
    name,
    {
      config: args,
      callback: groupAuthorizerHandler({ memberGroup, everyone: routesForEveryone() }),
      packages: ["aws-jwt-verify"],
      environment: {
        TOKEN_ISSUER: args.issuer,
        TOKEN_CLIENT_IDS: pulumi.all([...args.clientIds]).apply((ids) => ids.join(",")),
      },
      memorySize: 256,
      timeout: 10,
      statements: [],
      logRetentionDays: args.logRetentionDays,
    },
    opts,
  );
  return authorizer;
}

/** As an authorizer's policy names them: `GET/admin-only/all`. */
function routesForEveryone(): string[] {
  return routes
    .filter(({ authorizer }) => authorizer.kind === "group" && authorizer.passes === "everyone")
    .map(({ method, path }) => `${method.toUpperCase()}${path}`);
}
