import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { policy } from "../iam";
import type { GithubConfig } from "./githubConfig";

const issuer = "token.actions.githubusercontent.com";

/**
 * The roles of GitHub Actions: for each environment one that deploys, and one that reads, to plan and to look for
 * drift; and one for pull requests that may read what a plan looks up. GitHub signs what a job is (OIDC); AWS checks it, and no key is stored anywhere.
 */
export class GithubRoles extends Component {
  /** By environment. */
  readonly deployRoles: Record<string, pulumi.Output<string>>;
  /** By environment. */
  readonly planRoles: Record<string, pulumi.Output<string>>;
  readonly previewRole: pulumi.Output<string>;

  constructor(name: string, args: GithubConfig, opts?: pulumi.ComponentResourceOptions) {
    super("github:GithubRoles", name, opts);
    const provider = this.provider(args.createProvider);
    const role = (purpose: string, subject: string, description: string): aws.iam.Role =>
      new aws.iam.Role(
        `github-${purpose}`,
        {
          description,
          assumeRolePolicy: trust(provider, `repo:${args.repository}:${subject}`),
          maxSessionDuration: 3600,
        },
        this.child,
      );
    this.deployRoles = Object.fromEntries(
      args.environments.map((environment) => {
        const deploys = role(
          `deploy-${environment}`,
          `environment:${environment}`,
          `GitHub Actions deploys ${environment}`,
        );
        this.allowDeploy(environment, deploys);
        return [environment, deploys.arn];
      }),
    );
    this.planRoles = Object.fromEntries(
      args.environments.map((environment) => {
        const plans = role(
          `plan-${environment}`,
          `environment:${environment}-plan`,
          `GitHub Actions plans ${environment} and looks for drift`,
        );
        this.allow(`plan-${environment}`, plans, planStatements);
        return [environment, plans.arn];
      }),
    );
    const previews = role("preview", "pull_request", "GitHub Actions plans pull requests");
    this.allow("preview", previews, previewStatements);
    this.previewRole = previews.arn;
    this.registerOutputs();
  }

  private provider(isOurs: boolean): pulumi.Output<string> {
    if (!isOurs) {
      const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
      return pulumi.interpolate`arn:aws:iam::${accountId}:oidc-provider/${issuer}`;
    }
    return new aws.iam.OpenIdConnectProvider(
      "github",
      { url: `https://${issuer}`, clientIdLists: ["sts.amazonaws.com"] },
      this.child,
    ).arn;
  }

  /** Everything but IAM comes from AWS's own policy; of IAM what the programs make and hand to services. */
  private allowDeploy(environment: string, role: aws.iam.Role): void {
    new aws.iam.RolePolicyAttachment(
      `github-deploy-${environment}`,
      { role: role.name, policyArn: "arn:aws:iam::aws:policy/PowerUserAccess" },
      this.child,
    );
    this.allow(`deploy-${environment}`, role, deployStatements);
  }

  private allow(purpose: string, role: aws.iam.Role, statements: Parameters<typeof policy>[0]): void {
    new aws.iam.RolePolicy(`github-${purpose}`, { role: role.id, policy: policy(statements) }, this.child);
  }
}

/** Exactly this repository and this kind of job: a wildcard here would let others in. */
function trust(provider: pulumi.Output<string>, subject: string): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: { Federated: provider },
        Condition: {
          StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com", [`${issuer}:sub`]: subject },
        },
      },
    ],
  });
}

/** What a plan looks up; the state itself isn't in AWS. */
const previewStatements = [
  {
    actions: ["ec2:DescribeAvailabilityZones"],
    resources: ["*"],
    wildcard: "What is described can't be named",
  },
  {
    actions: ["ssm:GetParameter"],
    resources: ["arn:aws:ssm:*::parameter/aws/service/ami-amazon-linux-latest/*"],
    wildcard: "In whichever region an environment is; AWS's own and public",
  },
];

/**
 * What Pulumi reads of the programs' resources when it looks for drift: how they are set up, and nothing that is in them. From the
 * calls that the Terraform provider behind @pulumi/aws makes to read each type.
 */
const planStatements = [
  ...previewStatements,
  {
    actions: [
      "apigateway:GET",
      "cloudwatch:DescribeAlarms",
      "cloudwatch:GetDashboard",
      "cloudwatch:ListTagsForResource",
      "cognito-idp:DescribeResourceServer",
      "cognito-idp:DescribeUserPool",
      "cognito-idp:DescribeUserPoolClient",
      "cognito-idp:DescribeUserPoolDomain",
      "cognito-idp:GetGroup",
      "cognito-idp:GetUserPoolMfaConfig",
      "cognito-idp:ListTagsForResource",
      "ec2:DescribeAddresses",
      "ec2:DescribeAddressesAttribute",
      "ec2:DescribeFlowLogs",
      "ec2:DescribeIamInstanceProfileAssociations",
      "ec2:DescribeInstanceAttribute",
      "ec2:DescribeInstanceCreditSpecifications",
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeInternetGateways",
      "ec2:DescribeKeyPairs",
      "ec2:DescribeNatGateways",
      "ec2:DescribeNetworkAcls",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribePrefixLists",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroupRules",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeTags",
      "ec2:DescribeVolumes",
      "ec2:DescribeVpcAttribute",
      "ec2:DescribeVpcEndpoints",
      "ec2:DescribeVpcs",
      "events:DescribeRule",
      "events:ListTagsForResource",
      "events:ListTargetsByRule",
      "glue:GetConnection",
      "glue:GetCrawler",
      "glue:GetDatabase",
      "glue:GetJob",
      "glue:GetTags",
      "iam:GetInstanceProfile",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfileTags",
      "iam:ListRolePolicies",
      "iam:ListRoleTags",
      "kms:DescribeKey",
      "lambda:GetFunction",
      "lambda:GetFunctionCodeSigningConfig",
      "lambda:GetFunctionConfiguration",
      "lambda:GetFunctionEventInvokeConfig",
      "lambda:GetFunctionRecursionConfig",
      "lambda:GetPolicy",
      "lambda:ListTags",
      "lambda:ListVersionsByFunction",
      "logs:DescribeLogGroups",
      "logs:ListTagsForResource",
      "rds:DescribeDBInstances",
      "rds:DescribeDBParameterGroups",
      "rds:DescribeDBParameters",
      "rds:DescribeDBSubnetGroups",
      "rds:DescribeEventSubscriptions",
      "rds:ListTagsForResource",
      "s3:GetAccelerateConfiguration",
      "s3:GetBucketAcl",
      "s3:GetBucketCORS",
      "s3:GetBucketLocation",
      "s3:GetBucketLogging",
      "s3:GetBucketNotification",
      "s3:GetBucketObjectLockConfiguration",
      "s3:GetBucketOwnershipControls",
      "s3:GetBucketPolicy",
      "s3:GetBucketPublicAccessBlock",
      "s3:GetBucketRequestPayment",
      "s3:GetBucketTagging",
      "s3:GetBucketVersioning",
      "s3:GetBucketWebsite",
      "s3:GetEncryptionConfiguration",
      "s3:GetLifecycleConfiguration",
      "s3:GetReplicationConfiguration",
      "s3:ListBucket",
      "scheduler:GetSchedule",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetResourcePolicy",
      "sns:GetSubscriptionAttributes",
      "sns:GetTopicAttributes",
      "sns:ListTagsForResource",
      "sqs:GetQueueAttributes",
      "sqs:ListQueueTags",
    ],
    resources: ["*"],
    wildcard: "Many of these can't be narrowed to a resource; none reads a file, a secret, a row or a user",
  },
  {
    actions: ["s3:GetObject", "s3:GetObjectTagging"],
    resources: ["arn:aws:s3:::ingest-glue*/*"],
    wildcard:
      "The Glue job's script, which is code, in a bucket whose name ends in characters of Pulumi's own",
  },
];

const deployStatements = [
  {
    actions: [
      "iam:AddRoleToInstanceProfile",
      "iam:CreateInstanceProfile",
      "iam:CreateRole",
      "iam:DeleteInstanceProfile",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:GetInstanceProfile",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole",
      "iam:ListRolePolicies",
      "iam:PassRole",
      "iam:PutRolePolicy",
      "iam:RemoveRoleFromInstanceProfile",
      "iam:TagInstanceProfile",
      "iam:TagRole",
      "iam:UpdateAssumeRolePolicy",
    ],
    // Who may deploy may so make roles, and is as powerful as what it makes; GitHub's environment protects it.
    resources: ["arn:aws:iam::*:role/*", "arn:aws:iam::*:instance-profile/*"],
    wildcard: "The programs name no role: each ends in characters of Pulumi's own",
  },
];
