import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../iam";
import { rolePath } from "../../policy/rolePaths";
import { apiGatewayRole } from "./planStatements";

/** The services that the programs hand roles to: the test compares it with what they do. */
const services = [
  "apigateway.amazonaws.com",
  "ec2.amazonaws.com",
  "glue.amazonaws.com",
  "lambda.amazonaws.com",
  "monitoring.rds.amazonaws.com",
  "scheduler.amazonaws.com",
  "vpc-flow-logs.amazonaws.com",
];

/**
 * What of IAM a deployment does: to roles and instance profiles in its environment's path alone. It makes no role, and
 * gives none a policy, without the boundary, which it can't change, and hands roles to the services named here alone.
 */
export function deployStatements(environment: string, boundary: pulumi.Input<string>): Statement[] {
  const own = (kind: string): string => `arn:aws:iam::*:${kind}${rolePath(environment)}*`;
  const wildcard = "The programs name no role: each ends in characters of Pulumi's own";
  return [
    {
      actions: [
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "iam:DeleteRolePolicy",
        "iam:PutRolePermissionsBoundary",
      ],
      resources: [own("role")],
      conditions: { StringEquals: { "iam:PermissionsBoundary": boundary } },
      wildcard,
    },
    {
      actions: ["iam:PassRole"],
      resources: [own("role")],
      conditions: { StringEquals: { "iam:PassedToService": services } },
      wildcard,
    },
    {
      actions: [
        "iam:AddRoleToInstanceProfile",
        "iam:CreateInstanceProfile",
        "iam:DeleteInstanceProfile",
        "iam:DeleteRole",
        "iam:GetInstanceProfile",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:ListRolePolicies",
        "iam:RemoveRoleFromInstanceProfile",
        "iam:TagInstanceProfile",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
      ],
      resources: [own("role"), own("instance-profile")],
      wildcard,
    },
    apiGatewayRole,
  ];
}

/** What API Gateway's one role a region writes the logs of all environments by: it may not read others'. */
export const sharedLogs = [
  "logs:CreateLogStream",
  "logs:DescribeLogGroups",
  "logs:DescribeLogStreams",
  "logs:PutLogEvents",
];

/**
 * Nothing on what is tagged as another environment's, where the service looks at tags; S3's objects and the secrets that
 * RDS makes have none of ours: an account for each environment is the clean border.
 *
 * @param besides actions that are left to what else allows or denies them
 */
export function denyOthers(environment: string, besides: readonly string[] = []): object {
  return {
    Effect: "Deny",
    // Which environment has made API Gateway's role stands in its tags.
    NotAction: ["iam:GetRole", ...besides],
    Resource: "*",
    Condition: {
      StringEquals: { "aws:ResourceTag/Project": "groundwork" },
      StringNotEquals: { "aws:ResourceTag/Environment": environment },
    },
  };
}

/** All that the roles of the programs are allowed, of which each has its own small part; the test compares them. */
export const boundaryStatement: Statement = {
  actions: [
    "cloudwatch:PutMetricData",
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:CreateTags",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteTags",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
    "ec2:StartInstances",
    "ec2:UnassignPrivateIpAddresses",
    "glue:BatchCreatePartition",
    "glue:BatchGetPartition",
    "glue:CreateTable",
    "glue:DeleteTable",
    "glue:GetConnection",
    "glue:GetDatabase",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTables",
    "glue:UpdatePartition",
    "glue:UpdateTable",
    "lambda:InvokeFunction",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
    "logs:PutRetentionPolicy",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
    "sqs:SendMessage",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ],
  resources: ["*"],
  wildcard: "A boundary allows nothing by itself: what a role may do on what, its own policy says",
};
