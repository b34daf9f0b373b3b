import { expect } from "chai";
import { changesBetween } from "./support/changes";
import { deployedCopy, needsPulumi, twoAtATime } from "./support/deployed";

interface Change {
  readonly what: string;
  readonly project: string;
  /** Keys of Pulumi.dev.yaml. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** A source file, a text in it, and what becomes of the text. */
  readonly edit?: readonly [file: string, before: string, after: string];
  /** Everything that changes on AWS; what isn't named stays, under its name. */
  readonly expected: readonly string[];
}

/** Each on top of the environment dev as it is committed. */
const changes: readonly Change[] = [
  {
    what: "a bigger instance updates the database in place, and looks anew at what loads may take of its connections",
    project: "database",
    config: { "database:instanceClass": "db.t4g.large" },
    expected: ["replace lambda.Invocation schema (triggers)", "update rds.Instance demo-db (instanceClass)"],
  },
  {
    what: "a standby, more storage and longer backups update the database in place",
    project: "database",
    config: {
      "database:multiAz": true,
      "database:allocatedStorage": 50,
      "database:backupRetentionDays": 14,
    },
    expected: ["update rds.Instance demo-db (allocatedStorage, backupRetentionPeriod, multiAz)"],
  },
  {
    what: "another major version upgrades the database in place, to a new parameter group beside the old one",
    project: "database",
    config: { "database:engineVersion": "19", "database:allowMajorVersionUpgrade": true },
    expected: [
      "replace rds.ParameterGroup demo-db (description, family)",
      "update rds.Instance demo-db (allowMajorVersionUpgrade, engineVersion, parameterGroupName)",
    ],
  },
  {
    what: "enhanced monitoring makes a role and updates the database in place",
    project: "database",
    config: { "database:monitoringInterval": 60 },
    expected: [
      "create iam.Role demo-db-monitoring",
      "create iam.RolePolicy demo-db-monitoring",
      "update rds.Instance demo-db (monitoringInterval, monitoringRoleArn)",
    ],
  },
  {
    what: "another database name, which RDS can't change, replaces the database and applies the schema anew",
    project: "database",
    config: { "database:databaseName": "other" },
    expected: [
      "replace lambda.Invocation schema (triggers)",
      "replace rds.Instance demo-db (dbName, parameterGroupName)",
      // Its name is part of the final snapshot's, which a second database must not share.
      "replace rds.ParameterGroup demo-db (description)",
      // The new database has a new secret for its master user, which the function is told of and may read.
      "update iam.RolePolicy schema (policy)",
      "update lambda.Function schema (environment)",
    ],
  },
  {
    what: "a migration more updates the schema function's code and applies it",
    project: "database",
    edit: ["functions/sql/005_ingest_watch.sql", "-- How often", "-- How many times"],
    expected: ["replace lambda.Invocation schema (triggers)", "update lambda.Function schema (code)"],
  },
  {
    what: "no bastion takes the bastion away and leaves the database",
    project: "database",
    config: { "database:bastion": "none" },
    expected: [
      "delete ec2.Instance ec2-proxy",
      "delete ec2.SecurityGroup ec2-proxy-sg",
      "delete iam.InstanceProfile ec2-proxy",
      "delete iam.Role ec2-proxy",
      "delete iam.RolePolicy ec2-proxy",
      "delete vpc.SecurityGroupEgressRule ec2-proxy-to-database",
      "delete vpc.SecurityGroupEgressRule ec2-proxy-to-session-manager",
      "delete vpc.SecurityGroupIngressRule ec2-proxy-into-database",
    ],
  },
  {
    what: "a changed route deploys the API anew and leaves its address",
    project: "auth",
    edit: ["infra/auth/apiRoutes.ts", "scopes: [readScope]", "scopes: [passwordScope]"],
    expected: [
      "replace apigateway.Deployment apigateway (triggers)",
      "update apigateway.RestApi apigateway (body)",
      "update apigateway.Stage apigateway (deployment)",
    ],
  },
  {
    what: "another origin, which is in the API's document, deploys it anew and tells it the functions behind routes",
    project: "auth",
    config: { "auth:allowedOrigin": "https://app.example.com" },
    expected: [
      "replace apigateway.Deployment apigateway (triggers)",
      "update apigateway.RestApi apigateway (body)",
      "update apigateway.Stage apigateway (deployment)",
      "update lambda.Function records (environment)",
    ],
  },
  {
    what: "another rate of requests deploys nothing anew",
    project: "auth",
    config: { "auth:throttlingRate": 10 },
    expected: ["update apigateway.MethodSettings apigateway (settings)"],
  },
  {
    what: "editing the authorizer changes only its code",
    project: "auth",
    edit: ["functions/groupAuthorizer/handler.ts", 'user.groups.join(",")', 'user.groups.join(" ")'],
    expected: ["update lambda.Function group-authorizer (code)"],
  },
  {
    what: "editing the ingest function changes only its code",
    project: "ingest",
    edit: ["tables/records.ts", "times: 2", "times: 3"],
    expected: ["update lambda.Function ingest (code)"],
  },
  {
    what: "more memory updates the ingest function alone",
    project: "ingest",
    config: { "ingest:memorySize": 3008 },
    expected: ["update lambda.Function ingest (memorySize)"],
  },
  {
    what: "shorter logs update the log groups alone",
    project: "ingest",
    config: { "ingest:logRetentionDays": 7 },
    expected: [
      "update cloudwatch.LogGroup ingest (retentionInDays)",
      "update cloudwatch.LogGroup ingest-jobs (retentionInDays)",
    ],
  },
  {
    what: "longer flow logs update their log group alone",
    project: "networking",
    config: { "networking:flowLogRetentionDays": 90 },
    expected: ["update cloudwatch.LogGroup network-flow-logs (retentionInDays)"],
  },
];

describe("what a change of an environment does to AWS", () => {
  let outcomes: (string[] | Error)[];
  before(needsPulumi);
  before(async () => {
    outcomes = await twoAtATime(changes, (change) => carryOut(change).catch((error: Error) => error));
  });

  for (const [index, { what, expected }] of changes.entries()) {
    it(what, () => {
      const outcome = outcomes[index];
      if (outcome instanceof Error) throw outcome;
      expect(outcome).to.deep.equal(expected);
    });
  }
});

async function carryOut({ project, config, edit }: Change): Promise<string[]> {
  const engine = deployedCopy();
  if (config) engine.configure("dev", config);
  if (edit) engine.edit(...edit);
  const before = engine.resources(project, "dev");
  await engine.up(project, "dev");
  return changesBetween(before, engine.resources(project, "dev"));
}
