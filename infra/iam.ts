import * as pulumi from "@pulumi/pulumi";
import { tellAccount } from "../policy/statements";
import { GroundworkError } from "./error";

/** What a role may do: these actions on these resources. */
export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly pulumi.Input<string>[];
  readonly conditions?: Record<string, Record<string, pulumi.Input<string> | readonly string[]>>;
  /** Why an action or a resource holds a `*`. Without a reason it may not, and without a `*` there is none to give. */
  readonly wildcard?: string;
}

/**
 * An IAM policy document that allows what the statements name.
 *
 * @param denials statements that deny, as IAM writes them
 * @throws GroundworkError, when the resources are known, for a `*` that no reason goes with, or the other way round
 */
export function policy(
  statements: readonly Statement[],
  denials: readonly object[] = [],
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      ...statements.map((statement) => ({
        Effect: "Allow",
        Action: statement.actions,
        Resource: pulumi
          .all([...statement.resources])
          .apply((resources) => checkWildcards(statement, resources)),
        ...(statement.conditions && { Condition: statement.conditions }),
      })),
      ...denials,
    ],
  });
}

function checkWildcards({ actions, wildcard }: Statement, resources: string[]): string[] {
  const wild = [...actions, ...resources].filter((text) => text.includes("*"));
  if (wild.length > 0 && wildcard === undefined) {
    throw new GroundworkError(
      `An IAM statement allows ${wild.join(", ")}: name what is called, or give the reason as its wildcard`,
    );
  }
  if (wild.length === 0 && wildcard !== undefined) {
    throw new GroundworkError(`No * in ${resources.join(", ")}: take away the reason "${wildcard}"`);
  }
  return resources;
}

/**
 * The trust policy of a role that an AWS service takes on. Where a service tells for whom it does so, only this
 * account, which is asked for only then, may be the one: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export function assumedBy(service: string, accountId: () => pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: service },
        ...(tellAccount.includes(service) && {
          Condition: { StringEquals: { "aws:SourceAccount": accountId() } },
        }),
      },
    ],
  });
}
