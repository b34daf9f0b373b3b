import { type Control, completedBy, ofType, statementsOf } from "./control";

const functions = ofType("aws:lambda/function:Function");
const buckets = ofType("aws:s3/bucket:Bucket");
const policies = ofType("aws:iam/rolePolicy:RolePolicy");
const queues = ofType("aws:sqs/queue:Queue");
const alarms = ofType("aws:cloudwatch/metricAlarm:MetricAlarm");

/** Lambda's runtimes of Node that AWS patches in 2026. */
const supported = ["nodejs22.x", "nodejs24.x"];

const blocked = (inputs: Readonly<Record<string, unknown>>, ...keys: string[]): boolean =>
  keys.every((key) => inputs[key] === true);

const publicAccessBlock = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";

/** The controls on Lambda, S3, IAM, SQS and CloudWatch. */
export const functionControls: readonly Control[] = [
  {
    id: "Lambda.1",
    title: "function policies prohibit public access, and S3 is held to this account",
    about: ofType("aws:lambda/permission:Permission"),
    fails: ({ inputs }) =>
      inputs.principal === "*" ||
      inputs.sourceArn === undefined ||
      (inputs.principal === "s3.amazonaws.com" && inputs.sourceAccount === undefined),
  },
  {
    id: "Lambda.2",
    title: "functions use supported runtimes",
    about: functions,
    fails: ({ inputs }) => !supported.includes(String(inputs.runtime)),
  },
  {
    id: "Lambda.5",
    title: "functions in a VPC operate in several zones",
    about: functions,
    fails: ({ inputs }) => {
      const subnets = (inputs.vpcConfig as { subnetIds?: string[] } | undefined)?.subnetIds;
      return subnets !== undefined && subnets.length < 2;
    },
  },
  {
    id: "S3.2",
    title: "buckets block public read access",
    about: buckets,
    fails: (bucket, all) =>
      !completedBy(bucket, all, publicAccessBlock, (i) =>
        blocked(i, "ignorePublicAcls", "restrictPublicBuckets"),
      ),
  },
  {
    id: "S3.3",
    title: "buckets block public write access",
    about: buckets,
    fails: (bucket, all) =>
      !completedBy(bucket, all, publicAccessBlock, (i) => blocked(i, "blockPublicAcls", "blockPublicPolicy")),
  },
  {
    id: "S3.5",
    title: "buckets require requests over TLS",
    about: buckets,
    fails: (bucket, all) =>
      !completedBy(bucket, all, "aws:s3/bucketPolicy:BucketPolicy", ({ policy }) =>
        String(policy).includes('"aws:SecureTransport":"false"'),
      ),
  },
  {
    id: "S3.6",
    title: "bucket policies allow other accounts nothing",
    about: ofType("aws:s3/bucketPolicy:BucketPolicy"),
    fails: ({ inputs }) => statementsOf(inputs.policy).some(({ Effect }) => Effect === "Allow"),
  },
  {
    id: "S3.8",
    title: "buckets block public access in all four ways",
    about: buckets,
    fails: (bucket, all) =>
      !completedBy(bucket, all, publicAccessBlock, (inputs) =>
        blocked(inputs, "blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"),
      ),
  },
  {
    id: "S3.9",
    title: "buckets have server access logging",
    about: buckets,
    fails: (bucket, all) => !completedBy(bucket, all, "aws:s3/bucketLogging:BucketLogging", () => true),
    exceptions: [
      {
        findings: /Bucket ingest$/,
        reason:
          "Every file and what became of it stands in ingest_jobs; an audit of reads belongs to CloudTrail.",
      },
    ],
  },
  {
    id: "S3.12",
    title: "buckets don't use ACLs",
    about: buckets,
    fails: (bucket, all) =>
      !completedBy(
        bucket,
        all,
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        ({ rule }) => (rule as { objectOwnership: string }).objectOwnership === "BucketOwnerEnforced",
      ),
  },
  {
    id: "S3.13",
    title: "buckets have lifecycle rules",
    about: buckets,
    fails: (bucket, all) =>
      !completedBy(
        bucket,
        all,
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        ({ rules }) => (rules as { status: string }[]).some(({ status }) => status === "Enabled"),
      ),
  },
  {
    id: "IAM.1",
    title: "policies allow no full administrative privileges",
    about: policies,
    fails: ({ inputs }) =>
      statementsOf(inputs.policy).some(
        ({ Action, Resource }) => Action.includes("*") && Resource.includes("*"),
      ),
  },
  {
    id: "IAM.21",
    title: "policies allow no wildcard actions",
    about: policies,
    fails: ({ inputs }) =>
      statementsOf(inputs.policy).some(({ Action }) => Action.some((a) => a.includes("*"))),
  },
  {
    id: "SQS.1",
    title: "queues are encrypted at rest",
    about: queues,
    fails: ({ inputs }) => inputs.sqsManagedSseEnabled !== true && inputs.kmsMasterKeyId === undefined,
  },
  {
    id: "SQS.3",
    title: "queue policies allow no public access",
    about: queues,
    fails: (queue, all) =>
      completedBy(queue, all, "aws:sqs/queuePolicy:QueuePolicy", ({ policy }) =>
        /"Principal":\s*"\*"/.test(String(policy)),
      ),
  },
  {
    id: "CloudWatch.15",
    title: "alarms have actions",
    about: alarms,
    fails: ({ inputs }) => !((inputs.alarmActions as unknown[] | undefined)?.length ?? 0),
    exceptions: [
      {
        findings: /MetricAlarm ingest-/,
        reason:
          "Whom to tell is config, ingest:alarmTopicArn; until it names a topic, alarms show on the dashboard.",
      },
    ],
  },
  {
    id: "CloudWatch.16",
    title: "log groups are kept for a year",
    about: ofType("aws:cloudwatch/logGroup:LogGroup"),
    fails: ({ inputs }) => !(Number(inputs.retentionInDays) >= 365),
    exceptions: [
      {
        findings: /LogGroup/,
        reason:
          "Flow logs 14 days and functions 30, so that nobody pays for what nobody reads; both are config.",
      },
    ],
  },
  {
    id: "CloudWatch.17",
    title: "alarm actions are activated",
    about: alarms,
    fails: ({ inputs }) => inputs.actionsEnabled === false,
  },
];
