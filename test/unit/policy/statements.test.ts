import { expect } from "chai";
import { broadGrant, broadPolicy } from "../../../policy/statements";

const document = (statement: Record<string, unknown>): string =>
  JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] });

describe("a policy document", () => {
  const read = { Action: "s3:GetObject", Resource: "arn:aws:s3:::files/*" };
  const names = [
    read,
    { Action: ["s3:ListBucket"], Resource: ["arn:aws:s3:::files"] },
    { Action: "logs:PutLogEvents", Resource: "arn:aws:logs:us-east-1:1:log-group:/aws/lambda/x:*" },
    { Action: "sqs:SendMessage", Resource: "arn:aws:sqs:us-east-1:1:dead-letters" },
    { Action: "glue:GetTable", Resource: "arn:aws:glue:us-east-1:1:table/one/*" },
    { Action: "glue:GetDatabase", Resource: "arn:aws:glue:us-east-1:1:catalog" },
    {
      Action: "ssm:GetParameter",
      Resource: "arn:aws:ssm:*::parameter/aws/service/ami-amazon-linux-latest/*",
    },
    { Action: ["ec2:DescribeSubnets", "ec2:CreateNetworkInterface"], Resource: "*" },
    {
      Action: "ec2:CreateTags",
      Resource: "arn:aws:ec2:us-east-1:1:network-interface/*",
      Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": "aws-glue-service-resource" } },
    },
    {
      Action: "cloudwatch:PutMetricData",
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": "Glue" } },
    },
    { Effect: "Deny", Action: "*", Resource: "*" },
  ];
  for (const statement of names) {
    it(`may allow ${[statement.Action].flat().join(", ")} on ${[statement.Resource].flat().join()}`, () => {
      expect(broadPolicy(document(statement))).to.equal(undefined);
    });
  }

  const broad: { statement: Record<string, unknown>; says: string }[] = [
    ...["*", "s3:*", "S3:*", "iam:*", "s3:Get*", "s3:GetObjec?"].map((Action) => ({
      statement: { ...read, Action: ["s3:GetObject", Action] },
      says: `allows ${Action}: name`,
    })),
    ...[
      "*",
      "arn:aws:s3:::*",
      "arn:aws:s3:::*/*",
      "arn:aws:s3:::*/files",
      "arn:aws:s3:::files*/*",
      "arn:aws:*:::files",
      "arn:aws:secretsmanager:us-east-1:1:secret:*",
      "arn:aws:lambda:us-east-1:1:function:*",
      "arn:aws:iam::1:role/*",
      "arn:aws:iam::1:*",
      "arn:aws:sqs:us-east-1:1:*",
      "arn:aws:ssm:*:*:parameter/*",
      "arn:aws:ec2:us-east-1:1:network-interface/*",
    ].map((Resource) => ({ statement: { ...read, Resource }, says: `on ${Resource}: name` })),
    { statement: { Action: "ec2:CreateTags", Resource: "*" }, says: "allows ec2:CreateTags on *" },
    {
      statement: { Action: "cloudwatch:PutMetricData", Resource: "*" },
      says: "cloudwatch:PutMetricData on *",
    },
    {
      statement: { Action: ["ec2:DescribeSubnets", "s3:GetObject"], Resource: "*" },
      says: "allows s3:GetObject on *",
    },
    { statement: { NotAction: "iam:*", Resource: "arn:aws:s3:::files" }, says: "all but some actions" },
    { statement: { Action: "s3:GetObject", NotResource: "x" }, says: "all but some resources" },
  ];
  for (const { statement, says } of broad) {
    it(`may not hold ${JSON.stringify(statement)}`, () => {
      expect(broadPolicy(document(statement))).to.include(says);
    });
  }

  it("is refused when it is none", () => {
    for (const text of [undefined, "", "{}"]) {
      expect(broadPolicy(text)).to.include("no policy document");
      expect(broadGrant(text)).to.include("no policy document");
    }
  });
});

describe("a policy that lets others in", () => {
  const provider = "token.actions.githubusercontent.com";
  const subject = (value: unknown) => ({ StringEquals: { [`${provider}:sub`]: value } });
  const from = { StringEquals: { "aws:SourceAccount": "123456789012" } };
  const named: Record<string, unknown>[] = [
    { Principal: { Service: "lambda.amazonaws.com" } },
    { Principal: { AWS: "arn:aws:iam::123456789012:root" } },
    { Principal: "*", Condition: from },
    { Principal: { AWS: "*" }, Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::1:role/x*" } } },
    { Principal: { Federated: provider }, Condition: subject("repo:owner/name:pull_request") },
    { Principal: { Service: "scheduler.amazonaws.com" }, Condition: from },
    { Effect: "Deny", Principal: "*" },
  ];
  for (const statement of named) {
    it(`may hold ${JSON.stringify(statement)}`, () => {
      expect(broadGrant(document(statement))).to.equal(undefined);
    });
  }

  const open: { statement: Record<string, unknown>; says: string }[] = [
    ...[
      undefined,
      {},
      { Bool: { "aws:SecureTransport": "true" } },
      { StringNotEquals: { "aws:SourceAccount": "1" } },
      { StringEqualsIfExists: { "aws:SourceAccount": "1" } },
      { "ForAllValues:StringEquals": { "aws:SourceAccount": "1" } },
      { StringLike: { "aws:SourceAccount": "*" } },
      { StringEquals: { "aws:RequestedRegion": "us-east-1" } },
      { StringEquals: { "aws:SourceAccount": ["1", "*"] } },
    ].map((Condition) => ({ statement: { Principal: "*", Condition }, says: "lets everyone in" })),
    { statement: { Principal: { AWS: "*" } }, says: "lets everyone in" },
    { statement: { Principal: { AWS: ["arn:aws:iam::1:root", "*"] } }, says: "lets everyone in" },
    { statement: {}, says: "lets everyone in" },
    { statement: { NotPrincipal: { AWS: "1" } }, says: "all but some" },
    { statement: { Principal: { Federated: provider } }, says: "name one subject" },
    { statement: { Principal: { Federated: provider }, Condition: subject("*") }, says: "name one subject" },
    {
      statement: {
        Principal: { Federated: provider },
        Condition: { StringLike: { [`${provider}:sub`]: "repo:owner/*" } },
      },
      says: "name one subject",
    },
    {
      statement: {
        Principal: { Federated: provider },
        Condition: { StringEquals: { [`${provider}:aud`]: "x" } },
      },
      says: "name one subject",
    },
    ...["scheduler", "vpc-flow-logs", "monitoring.rds"].map((service) => ({
      statement: { Principal: { Service: `${service}.amazonaws.com` } },
      says: "name ours as aws:SourceAccount",
    })),
  ];
  for (const { statement, says } of open) {
    it(`may not hold ${JSON.stringify(statement)}`, () => {
      expect(broadGrant(document(statement))).to.include(says);
    });
  }
});
