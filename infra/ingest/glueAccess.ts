import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../iam";

/** What the roles of the Glue road are about. */
export interface GlueAccess {
  readonly region: string;
  readonly accountId: pulumi.Input<string>;
  /** ARNs of buckets: that of the files, and that of the scripts. */
  readonly files: pulumi.Input<string>;
  readonly code: pulumi.Input<string>;
  readonly secretArn: pulumi.Input<string>;
  readonly logGroups: readonly pulumi.Input<string>[];
  /** Names in the Data Catalog. */
  readonly connection: pulumi.Input<string>;
  readonly database: pulumi.Input<string>;
}

/*
 * Both are narrower than AWS's policy for Glue, which reads every bucket and calls all of Glue:
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSGlueServiceRole.html
 * The job's log groups are made before it, hence no logs:CreateLogGroup.
 */

/** Reads files, its script and the secret, and writes its log; it has no need of the catalog. */
export function jobStatements(access: GlueAccess): Statement[] {
  return [
    ...connects(access),
    {
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      resources: [pulumi.interpolate`${access.files}/*`],
      wildcard: "A run may be given any file of this bucket",
    },
    // Without it S3 would answer to a missing file that it may not be read.
    { actions: ["s3:ListBucket"], resources: [access.files] },
    {
      actions: ["s3:GetObject"],
      resources: [pulumi.interpolate`${access.code}/*`],
      wildcard: "This bucket holds the job's own files alone",
    },
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: access.logGroups.map((arn) => pulumi.interpolate`${arn}:*`),
      wildcard: "The streams of these logs alone: there is one a run and worker",
    },
    {
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      wildcard: "It takes no resource; the namespace is what can be named",
      conditions: { StringEquals: { "cloudwatch:namespace": "Glue" } },
    },
  ];
}

/** Reads a sample of the files, and writes what it found into the one catalog database. */
export function crawlerStatements(access: GlueAccess): Statement[] {
  return [
    { actions: ["s3:ListBucket", "s3:GetBucketLocation"], resources: [access.files] },
    {
      actions: ["s3:GetObject"],
      resources: [pulumi.interpolate`${access.files}/*`],
      wildcard: "A crawler samples whatever files are in this bucket",
    },
    {
      actions: [
        "glue:GetDatabase",
        "glue:GetTable",
        "glue:GetTables",
        "glue:CreateTable",
        "glue:UpdateTable",
        "glue:DeleteTable",
        "glue:GetPartition",
        "glue:GetPartitions",
        "glue:BatchGetPartition",
        "glue:BatchCreatePartition",
        "glue:UpdatePartition",
      ],
      resources: [
        catalog(access, "catalog"),
        catalog(access, pulumi.interpolate`database/${access.database}`),
        catalog(access, pulumi.interpolate`table/${access.database}/*`),
      ],
      wildcard: "The tables of this one database, which the crawler finds",
    },
    {
      // Crawlers log here, whatever they are called: https://docs.aws.amazon.com/glue/latest/dg/console-crawlers.html
      actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [
        pulumi.interpolate`arn:aws:logs:${access.region}:${access.accountId}:log-group:/aws-glue/crawlers*`,
      ],
      wildcard: "Glue names the group of crawlers and its streams",
    },
  ];
}

/** Reaches the database: by the connection, its secret, and network interfaces of Glue's in the VPC. */
function connects(access: GlueAccess): Statement[] {
  return [
    {
      actions: ["glue:GetConnection"],
      resources: [
        catalog(access, "catalog"),
        catalog(access, pulumi.interpolate`connection/${access.connection}`),
      ],
    },
    { actions: ["secretsmanager:GetSecretValue"], resources: [access.secretArn] },
    {
      actions: [
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSubnets",
        "ec2:DescribeSecurityGroups",
      ],
      resources: ["*"],
      wildcard: "Interfaces have no name before they exist, and what is described can't be named at all",
    },
    {
      // Glue marks its interfaces, to find them again.
      actions: ["ec2:CreateTags", "ec2:DeleteTags"],
      resources: [pulumi.interpolate`arn:aws:ec2:${access.region}:${access.accountId}:network-interface/*`],
      wildcard: "Interfaces have no name before they exist; the tag is what can be named",
      conditions: { "ForAllValues:StringEquals": { "aws:TagKeys": "aws-glue-service-resource" } },
    },
  ];
}

function catalog(access: GlueAccess, name: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.interpolate`arn:aws:glue:${access.region}:${access.accountId}:${name}`;
}
