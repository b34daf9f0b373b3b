import { type Control, ofType } from "./control";
import type { Subject } from "./subjects";

const databases = ofType("aws:rds/instance:Instance");
const cheap = /^(dev|learnerlab): Instance demo-db$/;

const isTold = (environment: string, sourceType: string, all: readonly Subject[]): boolean =>
  ofType("aws:rds/eventSubscription:EventSubscription")(all).some(
    (subscription) =>
      subscription.environment === environment && subscription.inputs.sourceType === sourceType,
  );

/** The controls on RDS and Secrets Manager. */
export const databaseControls: readonly Control[] = [
  {
    id: "RDS.2",
    title: "RDS instances prohibit public access",
    about: databases,
    fails: ({ inputs }) => inputs.publiclyAccessible !== false,
  },
  {
    id: "RDS.3",
    title: "RDS instances are encrypted at rest",
    about: databases,
    fails: ({ inputs }) => inputs.storageEncrypted !== true,
  },
  {
    id: "RDS.5",
    title: "RDS instances have a standby in a second zone",
    about: databases,
    fails: ({ inputs }) => inputs.multiAz !== true,
    exceptions: [{ findings: cheap, reason: "dev and learnerlab are cheap: it doubles the price." }],
  },
  {
    id: "RDS.6",
    title: "RDS instances have enhanced monitoring",
    about: databases,
    fails: ({ inputs }) => !(Number(inputs.monitoringInterval) > 0),
    exceptions: [{ findings: cheap, reason: "dev does without; the lab forbids the role that it needs." }],
  },
  {
    id: "RDS.8",
    title: "RDS instances have deletion protection",
    about: databases,
    fails: ({ inputs }) => inputs.deletionProtection !== true,
    exceptions: [{ findings: cheap, reason: "dev and learnerlab are destroyed when they aren't used." }],
  },
  {
    id: "RDS.9",
    title: "RDS instances publish logs to CloudWatch",
    about: databases,
    fails: ({ inputs }) => (inputs.enabledCloudwatchLogsExports as string[] | undefined)?.length !== 2,
  },
  {
    id: "RDS.10",
    title: "IAM authentication is configured for RDS instances",
    about: databases,
    fails: ({ inputs }) => inputs.iamDatabaseAuthenticationEnabled !== true,
  },
  {
    id: "RDS.11",
    title: "RDS instances have automatic backups of seven days at least",
    about: databases,
    fails: ({ inputs }) => Number(inputs.backupRetentionPeriod) < 7,
    exceptions: [
      { findings: cheap, reason: "dev and learnerlab keep a day: what is in them can be loaded again." },
    ],
  },
  {
    id: "RDS.13",
    title: "RDS takes minor version upgrades by itself",
    about: databases,
    fails: ({ inputs }) => inputs.autoMinorVersionUpgrade !== true,
  },
  {
    id: "RDS.17",
    title: "RDS instances copy tags to snapshots",
    about: databases,
    fails: ({ inputs }) => inputs.copyTagsToSnapshot !== true,
  },
  {
    id: "RDS.20",
    title: "event subscriptions of RDS instances tell of maintenance, changes and failures",
    about: ofType("aws:rds/eventSubscription:EventSubscription"),
    fails: ({ inputs }) =>
      inputs.sourceType !== "db-parameter-group" &&
      !["maintenance", "configuration change", "failure"].every((category) =>
        (inputs.eventCategories as string[] | undefined)?.includes(category),
      ),
  },
  {
    id: "RDS.21",
    title: "changes of RDS parameter groups are told to a topic",
    about: databases,
    fails: ({ environment }, all) => !isTold(environment, "db-parameter-group", all),
    exceptions: [
      {
        findings: /^(?!prod, topic)/,
        reason:
          "Whom to tell is config, database:eventTopicArn; until it names a topic, RDS keeps 14 days of events.",
      },
    ],
  },
  {
    id: "RDS.22",
    title: "changes of RDS security groups are told to a topic",
    about: databases,
    fails: ({ environment }, all) => !isTold(environment, "db-security-group", all),
    exceptions: [
      {
        findings: /Instance demo-db$/,
        reason: "They were EC2-Classic's, which is gone. The database has a security group of its VPC.",
      },
    ],
  },
  {
    id: "RDS.23",
    title: "RDS instances don't use the engine's default port",
    about: databases,
    fails: ({ inputs }) => (inputs.port ?? 5432) === 5432,
    exceptions: [
      {
        findings: /demo-db/,
        reason: "5432 is what every tool expects; who may connect is decided by security groups.",
      },
    ],
  },
  {
    id: "RDS.25",
    title: "RDS instances have a custom administrator name",
    about: databases,
    fails: ({ inputs }) => ["postgres", "admin"].includes(String(inputs.username)),
    exceptions: [
      { findings: /demo-db/, reason: "postgres, as the tutorial has it; its password is RDS's own." },
    ],
  },
  {
    id: "RDS.36",
    title: "RDS for PostgreSQL publishes its log to CloudWatch",
    about: databases,
    fails: ({ inputs }) => !(inputs.enabledCloudwatchLogsExports as string[]).includes("postgresql"),
  },
  {
    id: "RDS.38",
    title: "RDS for PostgreSQL is encrypted in transit",
    about: ofType("aws:rds/parameterGroup:ParameterGroup"),
    fails: ({ inputs }) =>
      !(inputs.parameters as { name: string; value: string }[]).some(
        ({ name, value }) => name === "rds.force_ssl" && value === "1",
      ),
  },
  {
    id: "RDS.46",
    title: "RDS instances are not in public subnets",
    about: ofType("aws:rds/subnetGroup:SubnetGroup"),
    fails: ({ inputs, environment }, all) => {
      const machine = all.find(
        (one) => one.environment === environment && one.name === "ec2-proxy" && one.inputs.subnetId,
      );
      return (inputs.subnetIds as string[]).includes(String(machine?.inputs.subnetId));
    },
  },
  ...["SecretsManager.1", "SecretsManager.4"].map((id) => ({
    id,
    title: id.endsWith("1") ? "secrets rotate by themselves" : "secrets are rotated within 90 days",
    about: ofType("aws:secretsmanager/secret:Secret"),
    fails: ({ environment }: { environment: string }, all: Parameters<Control["fails"]>[1]) =>
      !ofType("aws:secretsmanager/secretRotation:SecretRotation")(all).some(
        (rotation) => rotation.environment === environment,
      ),
    exceptions: [
      {
        findings: /Secret ingest$/,
        reason:
          "The role ingest can add rows and nothing else, from one security group; the master's secret, which can do more, RDS rotates every 7 days.",
      },
    ],
  })),
];
