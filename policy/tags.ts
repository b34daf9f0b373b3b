/** The tags that every resource carries that takes tags. */
const required = ["Project", "Environment", "Stack"];

/** The types that the programs make and that take tags; a test holds them against the AWS provider. */
export const taggable: ReadonlySet<string> = new Set([
  "aws:apigateway/restApi:RestApi",
  "aws:apigateway/stage:Stage",
  "aws:cloudwatch/eventRule:EventRule",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:cognito/userPool:UserPool",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ec2/eip:Eip",
  "aws:ec2/flowLog:FlowLog",
  "aws:ec2/instance:Instance",
  "aws:ec2/keyPair:KeyPair",
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:glue/catalogDatabase:CatalogDatabase",
  "aws:glue/connection:Connection",
  "aws:glue/crawler:Crawler",
  "aws:glue/job:Job",
  "aws:iam/instanceProfile:InstanceProfile",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  "aws:iam/role:Role",
  "aws:lambda/function:Function",
  "aws:rds/eventSubscription:EventSubscription",
  "aws:rds/instance:Instance",
  "aws:rds/parameterGroup:ParameterGroup",
  "aws:rds/subnetGroup:SubnetGroup",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketObjectv2:BucketObjectv2",
  "aws:secretsmanager/secret:Secret",
  "aws:sqs/queue:Queue",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "awsx:ec2:Vpc",
]);

/** The tags that a resource lacks, and how to give it them; undefined where it has all. */
export function missingTags(type: string, tags: unknown): string | undefined {
  if (tags === undefined && !taggable.has(type)) return undefined;
  const found = (tags ?? {}) as Record<string, unknown>;
  const missing = required.filter((tag) => found[tag] === undefined);
  return missing.length === 0
    ? undefined
    : `lacks the tags ${missing.join(", ")}: make it a child of a Component`;
}
