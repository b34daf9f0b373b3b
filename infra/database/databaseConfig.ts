import * as z from "zod";
import { leastCeiling } from "../../policy/awsLimits";
import {
  type ProjectConfig,
  type Values,
  logDays,
  snsTopicArn,
  topicProblems,
  upstreamName,
} from "../projectConfig";
import { bastionBreaches, bastionKeys, bastionProblems } from "./bastionConfig";

const majorAlone = "must be a major version such as 18: RDS chooses the minor one, and upgrades it";

/** The keys of the database itself. */
const databaseKeys = {
  databaseName: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/, "must be lower-case letters, digits and _, starting with a letter")
    // RDS keeps them for itself: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (DBName)
    .regex(/^(?!(db|rdsadmin|template[01])$)/, "is a word that RDS for PostgreSQL reserves")
    .default("groundwork")
    .meta({ description: "The database inside the server. Another name replaces the server." }),
  engineVersion: z
    // RDS makes minor upgrades by itself, and would refuse the way back to the one that config names.
    .string(majorAlone)
    .regex(/^\d+$/, majorAlone)
    .default("18")
    .meta({
      description: "PostgreSQL's major version. A higher one is an upgrade: docs/upgrade-postgresql.md.",
    }),
  allowMajorVersionUpgrade: z.boolean().default(false).meta({
    description: "Whether RDS may upgrade PostgreSQL to another major version: docs/upgrade-postgresql.md.",
  }),
  instanceClass: z
    .string()
    .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "must be an RDS instance class such as db.t4g.micro")
    .default("db.t4g.micro")
    .meta({
      description: "The database's machine.",
      cost: "db.t4g.micro $11.68 a month, db.t4g.small $23.36, db.m7g.large $122.64; twice that with multiAz.",
    }),
  allocatedStorage: z.int().min(20).max(65_536).default(20).meta({
    description: "In GiB.",
    cost: "$0.115 a GiB and month, so $2.30 for 20; twice that with multiAz.",
  }),
  maxAllocatedStorage: z.int().min(20).max(65_536).default(100).meta({
    description: "In GiB: up to where storage grows by itself. Equal to allocatedStorage, it doesn't grow.",
  }),
  storageType: z.enum(["gp3", "gp2"]).default("gp3").meta({
    description: "gp3 gives 3,000 IOPS at any size; gp2 is for accounts that forbid it.",
    cost: "the same for both.",
  }),
  multiAz: z.boolean().default(true).meta({
    description: "Whether a standby in a second zone takes over within a minute or two.",
    cost: "doubles the database's price.",
  }),
  backupRetentionDays: z.int().min(0).max(35).default(7).meta({
    description: "Days that automatic backups are kept.",
    cost: "as much as the database's storage is free, beyond that $0.095 a GiB and month.",
  }),
  backupWindow: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, "must be like 03:00-03:30")
    .default("03:00-03:30")
    .meta({ description: "When the daily backup is made, UTC." }),
  maintenanceWindow: z
    .string()
    .regex(
      /^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$/,
      "must be like sun:04:00-sun:05:00",
    )
    .default("sun:04:00-sun:05:00")
    .meta({ description: "When AWS may patch, and makes changes that need a restart, UTC." }),
  applyImmediately: z.boolean().default(false).meta({
    description: "Whether changes that need a restart are made at once instead of in the maintenance window.",
  }),
  performanceInsights: z.boolean().default(true).meta({
    description: "Whether Performance Insights keeps a week of what the database waited for.",
    cost: "none.",
  }),
  monitoringInterval: z
    .literal([0, 1, 5, 10, 15, 30, 60], "must be one of 0, 1, 5, 10, 15, 30, 60")
    .default(60)
    .meta({
      description: "Seconds between the operating system's figures; 0: none.",
      cost: "about $0.70 a month at 60, as logs.",
    }),
  logExports: z
    .array(z.enum(["postgresql", "upgrade"]))
    .default(["postgresql", "upgrade"])
    .meta({ description: "Which logs go to CloudWatch.", cost: "$0.50 a GB." }),
  eventTopicArn: snsTopicArn.optional().meta({
    description:
      "An SNS topic that is told when RDS maintains, changes or fails the database; without one nobody is.",
    example: "arn:aws:sns:REGION:ACCOUNT:NAME",
  }),
  deletionProtection: z.boolean().default(true).meta({
    description: "Whether the database can't be destroyed before this is set to false and deployed.",
  }),
  finalSnapshot: z.boolean().default(true).meta({
    description: "Whether destroying the database leaves a snapshot behind.",
    cost: "$0.095 a GiB and month, for as long as it is kept.",
  }),
};

export type DatabaseConfig = Values<typeof databaseKeys>;

const keys = {
  ...databaseKeys,
  ...bastionKeys,
  logRetentionDays: logDays
    .default(30)
    .meta({ description: "Days that the logs of the database and of the schema function are kept." }),
  networkingStack: upstreamName("networking"),
};

/** The config of the database stack. */
export const databaseConfig: ProjectConfig<typeof keys> = {
  project: "database",
  keys,
  problems: (config) => [
    ...databaseProblems(config),
    ...bastionProblems(config),
    ...topicProblems("database:eventTopicArn", config.eventTopicArn, config),
  ],
  breaches: (config) => [...databaseBreaches(config), ...bastionBreaches(config)],
};

function databaseProblems(config: DatabaseConfig): string[] {
  const problems: string[] = [];
  if (config.maxAllocatedStorage < config.allocatedStorage) {
    problems.push(
      `database:maxAllocatedStorage (${config.maxAllocatedStorage}) is less than database:allocatedStorage ` +
        `(${config.allocatedStorage}): raise it`,
    );
  } else if (
    config.maxAllocatedStorage > config.allocatedStorage &&
    config.maxAllocatedStorage < leastCeiling(config.allocatedStorage)
  ) {
    problems.push(
      `database:maxAllocatedStorage (${config.maxAllocatedStorage}) leaves less room to grow than the tenth that RDS ` +
        `asks for: make it ${leastCeiling(config.allocatedStorage)} or more, or equal to database:allocatedStorage`,
    );
  }
  if (config.backupRetentionDays > 0 && windowsMeet(config.backupWindow, config.maintenanceWindow)) {
    problems.push(
      `database:backupWindow ${config.backupWindow} meets database:maintenanceWindow ` +
        `${config.maintenanceWindow}, which RDS refuses: move one of them`,
    );
  }
  if (config.allowMajorVersionUpgrade && !config.applyImmediately) {
    problems.push(
      "database:allowMajorVersionUpgrade needs database:applyImmediately: in its window RDS would upgrade after the " +
        "deployment, which can't take away the old parameter group before",
    );
  }
  for (const key of ["backupWindow", "maintenanceWindow"] as const) {
    if (lengthOf(config[key]) < 30) {
      problems.push(`database:${key} ${config[key]} is shorter than the 30 minutes that RDS asks for`);
    }
  }
  return problems;
}

function databaseBreaches(config: DatabaseConfig): string[] {
  const { instanceClass, storageType, monitoringInterval, multiAz, allocatedStorage, maxAllocatedStorage } =
    config;
  return [
    ...(instanceClass.endsWith(".micro")
      ? []
      : [`database:instanceClass ${instanceClass} is too large for it: use db.t3.micro or db.t4g.micro`]),
    ...(storageType === "gp2" ? [] : [`database:storageType ${storageType} is closed there: use gp2`]),
    ...(monitoringInterval === 0
      ? []
      : [
          "database:monitoringInterval: enhanced monitoring needs a role, and it forbids making roles: set it to 0",
        ]),
    ...(multiAz ? ["database:multiAz is closed there: set it to false"] : []),
    ...(Math.max(allocatedStorage, maxAllocatedStorage) > 100
      ? ["database:maxAllocatedStorage goes beyond the 100 GB that it gives: set it to 100 at most"]
      : []),
  ];
}

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const dayLength = 24 * 60;

/** `sun:04:00` or `04:00` as minutes since Monday or since midnight. */
function minutes(time: string): number {
  const [, day, hour, minute] = /^(?:([a-z]{3}):)?(\d\d):(\d\d)$/.exec(time) ?? [];
  return (day === undefined ? 0 : days.indexOf(day) * dayLength) + Number(hour) * 60 + Number(minute);
}

function ends(window: string): { start: number; end: number } {
  const [from = "", to = ""] = window.split("-");
  const start = minutes(from);
  const cycle = from.length > 5 ? 7 * dayLength : dayLength;
  const end = minutes(to);
  return { start, end: end >= start ? end : end + cycle };
}

function lengthOf(window: string): number {
  const { start, end } = ends(window);
  return end - start;
}

/** Whether the daily window of any day meets the weekly one; both may run over midnight. */
function windowsMeet(daily: string, weekly: string): boolean {
  const [backup, maintenance] = [ends(daily), ends(weekly)];
  return Array.from({ length: 9 }, (_, day) => (day - 1) * dayLength).some(
    (offset) => backup.start + offset < maintenance.end && maintenance.start < backup.end + offset,
  );
}
