import type { Declared } from "../../../policy/rule";
import { judge, rulesOf } from "../../../policy/rules";

export type Inputs = Record<string, unknown>;

interface Place {
  readonly production?: boolean;
  readonly retires?: boolean;
  readonly name?: string;
  /** Beside it in its program: types of S3, and inputs by their types. */
  readonly beside?: readonly Declared[];
}

/** Of whatever secret. */
const rotation = { type: "aws:secretsmanager/secretRotation:SecretRotation", name: "one", inputs: {} };

/** What the rules say of a resource that no exception excuses; with `excused`, what one does. */
export function refusals(type: string, inputs: Inputs, place: Place = {}, excused = false): string[] {
  const { production = true, retires = false, name = "one", beside = [rotation] } = place;
  const resource = { type, name, inputs };
  const subject = { name, stack: "prod", production, retires, declared: [resource, ...beside] };
  return rulesOf(resource).flatMap((rule) => {
    const finding = judge(
      rule,
      rule.reads.map((input) => inputs[input]),
      subject,
    );
    return finding === undefined || (finding.excuse !== undefined) !== excused ? [] : [finding.sentence];
  });
}

export const tags = { Project: "groundwork", Environment: "prod", Stack: "one" };
export const instance: [string, Inputs] = [
  "aws:rds/instance:Instance",
  {
    tags,
    publiclyAccessible: false,
    storageEncrypted: true,
    multiAz: true,
    monitoringInterval: 60,
    deletionProtection: true,
    enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
    iamDatabaseAuthenticationEnabled: true,
    backupRetentionPeriod: 7,
    autoMinorVersionUpgrade: true,
    copyTagsToSnapshot: true,
    manageMasterUserPassword: true,
    skipFinalSnapshot: false,
  },
];
export const machine: [string, Inputs] = [
  "aws:ec2/instance:Instance",
  {
    tags,
    rootBlockDevice: { encrypted: true },
    metadataOptions: { httpTokens: "required" },
    associatePublicIpAddress: false,
    instanceType: "t4g.nano",
    iamInstanceProfile: "own",
  },
];
export const userPool: [string, Inputs] = [
  "aws:cognito/userPool:UserPool",
  {
    tags,
    deletionProtection: "ACTIVE",
    mfaConfiguration: "OPTIONAL",
    passwordPolicy: {
      minimumLength: 8,
      temporaryPasswordValidityDays: 7,
      requireLowercase: true,
      requireUppercase: true,
      requireNumbers: true,
      requireSymbols: true,
    },
  },
];
export const block: [string, Inputs] = [
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
];
export const permission: [string, Inputs] = [
  "aws:lambda/permission:Permission",
  { principal: "s3.amazonaws.com", sourceArn: "arn:aws:s3:::files", sourceAccount: "123456789012" },
];
export const queue: [string, Inputs] = ["aws:sqs/queue:Queue", { tags, sqsManagedSseEnabled: true }];
export const ingress: [string, Inputs] = [
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  { tags, cidrIpv4: "203.0.113.7/32" },
];
export const lambda: [string, Inputs] = ["aws:lambda/function:Function", { tags, runtime: "nodejs22.x" }];
export const settings: [string, Inputs] = [
  "aws:apigateway/methodSettings:MethodSettings",
  { settings: { loggingLevel: "ERROR" } },
];
export const subscription: [string, Inputs] = [
  "aws:rds/eventSubscription:EventSubscription",
  { tags, sourceType: "db-instance", eventCategories: ["maintenance", "configuration change", "failure"] },
];
export const alarm: [string, Inputs] = [
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  { tags, alarmActions: ["topic"] },
];
export const logGroup: [string, Inputs] = ["aws:cloudwatch/logGroup:LogGroup", { tags, retentionInDays: 1 }];
export const secret: [string, Inputs] = [
  "aws:secretsmanager/secret:Secret",
  { tags, recoveryWindowInDays: 7 },
];
export const group: [string, Inputs] = ["aws:ec2/securityGroup:SecurityGroup", { tags }];
export const role: [string, Inputs] = [
  "aws:iam/role:Role",
  { tags, path: "/groundwork/prod/", assumeRolePolicy: trust("lambda.amazonaws.com") },
];
export const parameters: [string, Inputs] = [
  "aws:rds/parameterGroup:ParameterGroup",
  { tags, parameters: [{ name: "rds.force_ssl", value: "1" }] },
];
export const job: [string, Inputs] = ["aws:glue/job:Job", { tags, glueVersion: "3.0" }];
export const connection: [string, Inputs] = [
  "aws:glue/connection:Connection",
  { tags, connectionProperties: { JDBC_ENFORCE_SSL: "true" } },
];
export const defaultGroup: [string, Inputs] = ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { tags }];
export const stage: [string, Inputs] = ["aws:apigateway/stage:Stage", { tags, xrayTracingEnabled: true }];
export const client: [string, Inputs] = [
  "aws:cognito/userPoolClient:UserPoolClient",
  { preventUserExistenceErrors: "ENABLED" },
];
export const owner: [string, Inputs] = [
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  { rule: { objectOwnership: "BucketOwnerEnforced" } },
];
export const lifecycle: [string, Inputs] = [
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  { rules: [{ status: "Enabled" }] },
];
export const tls = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
export const bucketPolicy: [string, Inputs] = [
  "aws:s3/bucketPolicy:BucketPolicy",
  { policy: documentOf(tls) },
];

export function documentOf(...statements: readonly unknown[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export const acl: [string, Inputs] = [
  "aws:wafv2/webAcl:WebAcl",
  { tags, rules: [{ visibilityConfig: { cloudwatchMetricsEnabled: true } }] },
];

function trust(service: string, Condition?: unknown): string {
  return documentOf({
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { Service: service },
    Condition,
  });
}
