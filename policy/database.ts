import { type Note, type Rule, is, must, outsideProduction, untilRetired } from "./rule";

const instance = ["aws:rds/instance:Instance"];
const eventSubscription = "aws:rds/eventSubscription:EventSubscription";
const secret = ["aws:secretsmanager/secret:Secret"];

export const databaseRules: readonly (Rule | Note)[] = [
  {
    controls: ["RDS.2"],
    asks: "RDS instances prohibit public access",
    of: instance,
    reads: ["publiclyAccessible"],
    refuses: must(is(false), "is reachable from the internet: set publiclyAccessible to false"),
  },
  {
    controls: ["RDS.3"],
    asks: "RDS instances are encrypted at rest",
    of: instance,
    reads: ["storageEncrypted"],
    refuses: must(is(true), "is not encrypted: set storageEncrypted to true"),
  },
  {
    controls: ["RDS.5"],
    asks: "RDS instances have a standby in a second zone",
    of: instance,
    reads: ["multiAz"],
    refuses: must(is(true), "has no standby in a second zone: set database:multiAz to true"),
    except: [outsideProduction("Outside production it is config, database:multiAz: it doubles the price.")],
  },
  {
    controls: ["RDS.6"],
    asks: "RDS instances have enhanced monitoring",
    of: instance,
    reads: ["monitoringInterval"],
    refuses: must(
      (seconds) => Number(seconds) > 0,
      "has no enhanced monitoring: set database:monitoringInterval to 60",
    ),
    except: [
      outsideProduction(
        "Outside production it is config, database:monitoringInterval; a lab forbids the role that it needs.",
      ),
    ],
  },
  {
    controls: ["RDS.8"],
    asks: "RDS instances have deletion protection",
    of: instance,
    reads: ["deletionProtection"],
    refuses: must(is(true), "can be deleted: set database:deletionProtection to true"),
    except: untilRetired,
  },
  {
    controls: ["RDS.9", "RDS.36"],
    asks: "RDS instances publish their logs to CloudWatch",
    of: instance,
    reads: ["enabledCloudwatchLogsExports"],
    refuses: must(
      (exports) => ["postgresql", "upgrade"].every((log) => list(exports).includes(log)),
      "keeps logs to itself: name postgresql and upgrade in database:logExports",
    ),
    except: [outsideProduction("Outside production it is config, database:logExports: they cost by volume.")],
  },
  {
    controls: ["RDS.10"],
    asks: "IAM authentication is configured for RDS instances",
    of: instance,
    reads: ["iamDatabaseAuthenticationEnabled"],
    refuses: must(is(true), "takes no sign-in by IAM: set iamDatabaseAuthenticationEnabled to true"),
  },
  {
    controls: ["RDS.11"],
    asks: "RDS instances have automatic backups of seven days at least",
    of: instance,
    reads: ["backupRetentionPeriod"],
    refuses: must(
      (days) => Number(days) >= 7,
      "keeps backups for less than 7 days: raise database:backupRetentionDays",
    ),
    except: [
      outsideProduction(
        "Outside production it is config, database:backupRetentionDays: what is in them can be loaded again.",
      ),
    ],
  },
  {
    controls: ["RDS.13"],
    asks: "RDS takes minor version upgrades by itself",
    of: instance,
    reads: ["autoMinorVersionUpgrade"],
    refuses: must(is(true), "stays at its minor version: set autoMinorVersionUpgrade to true"),
  },
  {
    controls: ["RDS.17"],
    asks: "RDS instances copy tags to snapshots",
    of: instance,
    reads: ["copyTagsToSnapshot"],
    refuses: must(is(true), "has snapshots without tags: set copyTagsToSnapshot to true"),
  },
  {
    controls: ["RDS.20"],
    asks: "event subscriptions of RDS instances tell of maintenance, changes and failures",
    of: [eventSubscription],
    reads: ["sourceType", "eventCategories"],
    refuses: must(
      (source, categories) =>
        source !== "db-instance" ||
        ["maintenance", "configuration change", "failure"].every((what) => list(categories).includes(what)),
      "leaves events out: name maintenance, configuration change and failure in eventCategories",
    ),
  },
  {
    controls: ["RDS.21"],
    asks: "changes of RDS parameter groups are told to a topic",
    of: instance,
    reads: [],
    refuses: (_, { declared }) =>
      declared.some(({ inputs }) => inputs.sourceType === "db-parameter-group")
        ? undefined
        : "tells nobody when its parameters change: subscribe a topic to db-parameter-group",
    except: [
      {
        covers: ({ declared }) => !declared.some(({ type }) => type === eventSubscription),
        reason:
          "Whom to tell is config, database:eventTopicArn; until it names a topic, RDS keeps 14 days of events.",
      },
    ],
  },
  {
    controls: ["RDS.22"],
    asks: "changes of RDS security groups are told to a topic",
    of: instance,
    status: "not met",
    why: "They were EC2-Classic's, which is gone. The database has a security group of its VPC.",
  },
  {
    controls: ["RDS.23"],
    asks: "RDS instances don't use the engine's default port",
    of: instance,
    status: "not met",
    why: "5432 is what every tool expects; who may connect is decided by security groups.",
  },
  {
    controls: ["RDS.25"],
    asks: "RDS instances have a custom administrator name",
    of: instance,
    status: "not met",
    why: "postgres, as the tutorial has it; its password is RDS's own.",
  },
  {
    controls: ["RDS.38"],
    asks: "RDS for PostgreSQL is encrypted in transit",
    of: ["aws:rds/parameterGroup:ParameterGroup"],
    reads: ["parameters"],
    refuses: must(
      (parameters) =>
        list(parameters).some((parameter) => {
          const { name, value } = parameter as { name?: unknown; value?: unknown };
          return name === "rds.force_ssl" && value === "1";
        }),
      "lets connections in without TLS: set rds.force_ssl to 1",
    ),
  },
  {
    controls: ["RDS.1", "RDS.4"],
    asks: "snapshots are private and encrypted",
    of: instance,
    status: "by hand",
    why: "Those of an encrypted instance are encrypted; who shares one by hand the program doesn't see.",
  },
  {
    controls: ["RDS.46"],
    asks: "RDS instances are not in public subnets",
    of: ["aws:rds/subnetGroup:SubnetGroup"],
    status: "by hand",
    why: "Which subnets are public stands in another stack: the program takes its privateSubnetIds.",
  },
  {
    controls: ["SecretsManager.1", "SecretsManager.4"],
    asks: "secrets rotate by themselves, within 90 days",
    of: secret,
    reads: [],
    refuses: (_, { declared }) =>
      declared.some(({ type }) => type === "aws:secretsmanager/secretRotation:SecretRotation")
        ? undefined
        : "never changes: rotate it with a SecretRotation",
  },
  {
    controls: ["SecretsManager.2", "SecretsManager.3"],
    asks: "secrets rotate without failure and are used",
    of: secret,
    status: "by hand",
    why: "Only the account knows when a secret was read or rotated last.",
  },
  {
    controls: [],
    asks: "no password of a database stands in the state",
    of: instance,
    reads: ["password", "manageMasterUserPassword"],
    refuses: must(
      (password, managed) => password === undefined && managed === true,
      "has its password in the state: use manageMasterUserPassword instead",
    ),
  },
  {
    controls: [],
    asks: "databases leave a last snapshot behind",
    of: instance,
    reads: ["skipFinalSnapshot"],
    refuses: must(is(false), "would go without a last snapshot: set database:finalSnapshot to true"),
    except: untilRetired,
  },
  {
    controls: [],
    asks: "secrets can be brought back for a week after they were destroyed",
    of: secret,
    reads: ["recoveryWindowInDays"],
    refuses: must(
      (days = 30) => Number(days) >= 7,
      "would be gone at once: set recoveryWindowInDays to 7 or more",
    ),
    except: untilRetired,
  },
];

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
