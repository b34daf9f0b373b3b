import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { groupAuthorizerHandler } from "../../functions/groupAuthorizer/handler";
import { type FunctionConfig, InlineFunction } from "../inlineFunction";
import { GroundworkError } from "../error";
import { type Route, memberGroup, nameOf, policyNameOf } from "./apiRoutes";

interface GroupAuthorizerArgs extends FunctionConfig {
  readonly issuer: pulumi.Input<string>;
  /** The API's. */
  readonly routes: readonly Route[];
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
      callback: groupAuthorizerHandler({ memberGroup, everyone: routesForEveryone(args.routes) }),
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

/**
 * As an authorizer's policy names them: `GET/admin-only/all`.
 * @throws GroundworkError where one would let everyone into a route for members: a star of a policy stands for slashes too
 */
export function routesForEveryone(routes: readonly Route[]): string[] {
  const behindGroup = (passes: string): Route[] =>
    routes.filter(({ authorizer }) => authorizer.kind === "group" && authorizer.passes === passes);
  return behindGroup("everyone").map((route) => {
    const open = policyNameOf(route);
    const covered = behindGroup("members").find((members) => {
      const closed = policyNameOf(members);
      // A slash at the end of a request's path makes no other route of it, but another name in a policy.
      return open.includes("*") && (meet(open, closed) || meet(open, `${closed}/`));
    });
    if (covered) {
      throw new GroundworkError(
        `${nameOf(route)} would let every user into ${nameOf(covered)}: give one of them a path that begins otherwise`,
      );
    }
    return open;
  });
}

/** Whether there is a text that both patterns stand for, in which a star is any text. */
function meet(one: string, other: string): boolean {
  if (one.startsWith("*")) return meet(one.slice(1), other) || (other !== "" && meet(one, other.slice(1)));
  if (other.startsWith("*")) return meet(other, one);
  if (one === "" || other === "") return one === other;
  return other.startsWith(one.charAt(0)) && meet(one.slice(1), other.slice(1));
}
