import type { AwsRule } from "./rule";

/** Days for which CloudWatch keeps logs: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The least ceiling for storage that grows by itself: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html */
export const leastCeiling = (allocatedStorage: number): number => Math.ceil(allocatedStorage * 1.1);

/**
 * Whether a machine may be asked to be optimized for EBS; newer ones are without being asked. The other old types that
 * may not are paravirtual, which a rule refuses. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-optimized.html
 */
export const takesEbsOptimized = (instanceType: string): boolean => !/^t[12]\./.test(instanceType);

const securityGroup = "aws:ec2/securityGroup:SecurityGroup";
const securityGroupRules = [
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
];
const database = "aws:rds/instance:Instance";
const lambda = "aws:lambda/function:Function";
const queue = "aws:sqs/queue:Queue";
const secret = "aws:secretsmanager/secret:Secret";

/**
 * What AWS refuses and the models of its services are silent about; what they say stands in awsModels.json. Each row
 * comes from the page above it.
 */
export const awsLimitRules: readonly AwsRule[] = [
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html, …/API_IpRange.html
  form([securityGroup, ...securityGroupRules], "description", /^[\w .:/()#,@[\]+=&;{}!$*-]{0,255}$/),
  form([securityGroup], "name", /^(?!sg-)[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/),
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportKeyPair.html
  form(["aws:ec2/keyPair:KeyPair"], "keyName", /^[\x20-\x7e]{1,255}$/),
  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, …/API_DeleteDBInstance.html
  form([database], "identifier", /^(?!.*--)[a-z][a-z0-9-]{0,62}(?<!-)$/),
  form([database], "finalSnapshotIdentifier", /^(?!.*--)[a-z][a-z0-9-]{0,254}(?<!-)$/),
  form([database], "dbName", /^[a-zA-Z_]\w{0,62}$/),
  limit(
    [database],
    ["monitoringInterval"],
    (seconds = 0) => [0, 1, 5, 10, 15, 30, 60].includes(Number(seconds)),
    "has a monitoringInterval other than 0, 1, 5, 10, 15, 30 or 60",
  ),
  limit(
    [database],
    ["monitoringInterval", "monitoringRoleArn"],
    (seconds = 0, role) => Number(seconds) > 0 === (role !== undefined),
    "has one of monitoringInterval and monitoringRoleArn: give it both, or 0 and none",
  ),
  limit(
    [database],
    ["performanceInsightsRetentionPeriod"],
    (days = 7) => days === 7 || days === 731 || (Number(days) % 31 === 0 && Number(days) <= 23 * 31),
    "has a performanceInsightsRetentionPeriod other than 7, 731, or months of 31 days",
  ),
  // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
  limit(
    [database],
    ["allocatedStorage", "maxAllocatedStorage"],
    (now, most) => most === undefined || Number(most) >= leastCeiling(Number(now)),
    "may grow by less than a tenth: raise database:maxAllocatedStorage",
  ),
  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html
  form(["aws:rds/subnetGroup:SubnetGroup"], "name", /^(?!default$)[a-z0-9._ -]{1,255}$/),
  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBParameterGroup.html
  form(["aws:rds/parameterGroup:ParameterGroup"], "name", /^(?!.*--)[a-z][a-z0-9-]{0,254}(?<!-)$/),
  // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateEventSubscription.html
  form(["aws:rds/eventSubscription:EventSubscription"], "name", /^.{1,254}$/),
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  form(
    ["aws:s3/bucket:Bucket"],
    "bucket",
    /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  ),
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
  form([queue], "name", /^[\w-]{1,80}$/),
  limit(
    [queue],
    ["messageRetentionSeconds"],
    (seconds = 60) => Number(seconds) >= 60 && Number(seconds) <= 1_209_600,
    "keeps messages for less than a minute or more than 14 days",
  ),
  // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html, …/API_DeleteSecret.html
  form([secret], "namePrefix", /^[\w/+=.@-]{1,486}$/),
  limit(
    [secret],
    ["recoveryWindowInDays"],
    (days = 30) => days === 0 || (Number(days) >= 7 && Number(days) <= 30),
    "has a recoveryWindowInDays other than 0, or 7 to 30",
  ),
  // https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html, …/API_MethodSetting.html
  form(["aws:apigateway/stage:Stage"], "stageName", /^[\w-]{1,128}$/),
  limit(
    ["aws:apigateway/methodSettings:MethodSettings"],
    ["settings"],
    (settings) =>
      ["OFF", "ERROR", "INFO"].includes((settings as { loggingLevel?: string }).loggingLevel ?? "OFF"),
    "has a loggingLevel other than OFF, ERROR and INFO",
  ),
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
  form(["aws:cloudwatch/dashboard:Dashboard"], "dashboardName", /^[\w-]{1,255}$/),
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  limit(
    ["aws:cloudwatch/metricAlarm:MetricAlarm"],
    ["period", "evaluationPeriods"],
    (period = 60, periods = 1) =>
      (Number(period) % 60 === 0 || [10, 20, 30].includes(Number(period))) &&
      Number(period) * Number(periods) <= (Number(period) < 3600 ? 1 : 7) * 86_400,
    "looks at a time that CloudWatch refuses: periods of whole minutes, a day in all, a week from an hour on",
  ),
  limit(
    ["aws:cloudwatch/logGroup:LogGroup"],
    ["retentionInDays"],
    (days = 0) => [0, ...retentionDays].includes(Number(days)),
    `is kept for other days than CloudWatch has: ${retentionDays.join(", ")}`,
  ),
  limit(
    ["aws:ec2/instance:Instance"],
    ["instanceType", "ebsOptimized"],
    (type, optimized) => optimized !== true || takesEbsOptimized(String(type)),
    "can't be optimized for EBS: leave ebsOptimized out",
  ),
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
  limit(
    [lambda],
    ["environment"],
    (environment) => Buffer.byteLength(JSON.stringify(variables(environment))) <= 4096,
    "has more than 4 KB of environment",
  ),
  limit(
    [lambda],
    ["environment"],
    (environment) => Object.keys(variables(environment)).every((name) => !reserved.test(name)),
    "sets a variable that Lambda keeps to itself",
  ),
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, where white space doesn't count
  size("aws:iam/rolePolicy:RolePolicy", "policy", 10_240),
  size("aws:iam/role:Role", "assumeRolePolicy", 2048),
];

const reserved =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_\w+|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;

function variables(environment: unknown): Readonly<Record<string, string>> {
  return (environment as { variables?: Record<string, string> } | undefined)?.variables ?? {};
}

/** @param passes by the values of the inputs, as AWS reads them */
function limit(
  of: readonly string[],
  reads: readonly string[],
  passes: (...values: readonly unknown[]) => boolean,
  sentence: string,
): AwsRule {
  return {
    of,
    reads,
    refuses: (values) => (passes(...values) ? undefined : `${sentence}, which AWS refuses`),
  };
}

/** An input that is a text of this form, where it is given. */
function form(of: readonly string[], input: string, pattern: RegExp): AwsRule {
  return {
    of,
    reads: [input],
    refuses: ([text]) =>
      typeof text !== "string" || pattern.test(text)
        ? undefined
        : `has a ${input} that AWS refuses, "${text}": it has to be of the form ${pattern.source}`,
  };
}

/** Counted as IAM does, without white space. */
function size(type: string, input: string, most: number): AwsRule {
  const passes = (text: unknown): boolean => String(text).replace(/\s/g, "").length <= most;
  return limit([type], [input], passes, `has a ${input} of more than ${most} characters`);
}
