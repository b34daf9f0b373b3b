import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { physicalName } from "../names";
import type { SharedConfig } from "../projectConfig";
import { ServiceRole } from "../serviceRole";
import { DatabaseEvents } from "./databaseEvents";
import type { DatabaseConfig } from "./databaseConfig";

interface DatabaseArgs extends DatabaseConfig, Pick<SharedConfig, "learnerLab"> {
  readonly logRetentionDays: number;
  readonly vpcId: pulumi.Input<string>;
  /** In two zones at least: RDS asks for it even of a database in one. */
  readonly subnetIds: pulumi.Input<string[]>;
}

/** A private, encrypted PostgreSQL on RDS that takes TLS connections only. */
export class Database extends Component {
  readonly instance: aws.rds.Instance;
  readonly endpoint: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly databaseName: string;
  readonly securityGroupId: pulumi.Output<string>;
  /** The secret that RDS keeps the master user's name and password in, and rotates every 7 days. */
  readonly secretArn: pulumi.Output<string>;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("database:Database", name, opts);
    const subnetGroup = new aws.rds.SubnetGroup(
      `${name}-subnets`,
      { name: physicalName("private-db-subnet"), description: "Private subnets", subnetIds: args.subnetIds },
      this.once("private-db-subnet"),
    );
    const securityGroup = new aws.ec2.SecurityGroup(
      `${name}-sg`,
      {
        vpcId: args.vpcId,
        name: physicalName("private-db-sg"),
        description: "PostgreSQL: each client adds the rule that lets it in",
        tags: { Name: "private-db-sg" },
      },
      this.once("private-db-sg"),
    );
    const major = args.engineVersion;
    // One a major version: for another Pulumi makes a new group, moves the database to it with the upgrade, and takes the
    // old one away last, when nobody uses it any more.
    const parameters = new aws.rds.ParameterGroup(
      name,
      {
        family: `postgres${major}`,
        // Of what makes RDS replace the instance, so that a new instance has a new group: see finalSnapshotOf.
        description: `PostgreSQL ${major} with the database ${args.databaseName}`,
        // RDS answers pending-reboot for a parameter that is at its family's default, which 1 is since PostgreSQL 15:
        // written otherwise, each refresh finds a change. https://github.com/hashicorp/terraform-provider-aws/issues/39252
        parameters: [{ name: "rds.force_ssl", value: "1", applyMethod: "pending-reboot" }],
      },
      this.child,
    );
    this.instance = new aws.rds.Instance(
      name,
      {
        identifier: physicalName(name),
        engine: "postgres",
        engineVersion: args.engineVersion,
        ...(args.allowMajorVersionUpgrade && { allowMajorVersionUpgrade: true }),
        instanceClass: args.instanceClass,
        multiAz: args.multiAz,
        ...storage(args),
        dbName: args.databaseName,
        username: "postgres",
        manageMasterUserPassword: true,
        iamDatabaseAuthenticationEnabled: true,
        dbSubnetGroupName: subnetGroup.name,
        vpcSecurityGroupIds: [securityGroup.id],
        parameterGroupName: parameters.name,
        publiclyAccessible: false,
        ...upkeep(args),
        ...this.observation(name, args),
        deletionProtection: args.deletionProtection,
        skipFinalSnapshot: !args.finalSnapshot,
        ...(args.finalSnapshot && { finalSnapshotIdentifier: finalSnapshotOf(name, parameters) }),
      },
      // AWS would refuse in the middle of a destroy or a replacement; so Pulumi refuses before it begins.
      { ...this.child, protect: args.deletionProtection, dependsOn: this.exportedLogs(name, args) },
    );
    if (args.eventTopicArn !== undefined) {
      const { identifier } = this.instance;
      const events = {
        topicArn: args.eventTopicArn,
        instanceId: identifier,
        parameterGroupName: parameters.name,
      };
      new DatabaseEvents(name, events, this.child);
    }
    this.endpoint = this.instance.address;
    this.port = this.instance.port;
    this.databaseName = args.databaseName;
    this.securityGroupId = securityGroup.id;
    this.secretArn = this.instance.masterUserSecrets.apply((secrets) => secrets[0]?.secretArn ?? "");
    this.registerOutputs();
  }

  /**
   * Where RDS writes the logs that it exports. Groups that it makes by itself are kept for ever, and outlive the
   * database: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.html
   */
  private exportedLogs(
    name: string,
    { logExports, logRetentionDays }: DatabaseArgs,
  ): aws.cloudwatch.LogGroup[] {
    return logExports.map(
      (log) =>
        new aws.cloudwatch.LogGroup(
          `${name}-${log}`,
          { name: `/aws/rds/instance/${physicalName(name)}/${log}`, retentionInDays: logRetentionDays },
          this.child,
        ),
    );
  }

  /** What the database tells of itself. */
  private observation(name: string, args: DatabaseArgs): Partial<aws.rds.InstanceArgs> {
    return {
      enabledCloudwatchLogsExports: args.logExports,
      performanceInsightsEnabled: args.performanceInsights,
      ...(args.performanceInsights && { performanceInsightsRetentionPeriod: 7 }),
      monitoringInterval: args.monitoringInterval,
      ...(args.monitoringInterval > 0 && { monitoringRoleArn: this.monitoringRole(name, args) }),
    };
  }

  /** What AWS's policy AmazonRDSEnhancedMonitoringRole allows, on the one log group that RDS writes it to. */
  private monitoringRole(name: string, { learnerLab }: DatabaseArgs): pulumi.Input<string> {
    // Creating the group is checked on `log-group:RDSOSMetrics:log-stream:`, hence the star behind it, as in AWS's policy:
    // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonRDSEnhancedMonitoringRole.html
    const logGroup = "arn:aws:logs:*:*:log-group:RDSOSMetrics";
    return new ServiceRole(
      `${name}-monitoring`,
      {
        learnerLab,
        service: "monitoring.rds.amazonaws.com",
        statements: [
          {
            actions: ["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
            resources: [`${logGroup}*`],
            wildcard:
              "In whichever region and account the database is: AWS's own policy names all that begin with RDS",
          },
          {
            actions: [
              "logs:CreateLogStream",
              "logs:PutLogEvents",
              "logs:DescribeLogStreams",
              "logs:GetLogEvents",
            ],
            resources: [`${logGroup}:log-stream:*`],
            wildcard: "RDS names the streams, one a database",
          },
        ],
      },
      this.child,
    ).arn;
  }
}

function storage(args: DatabaseConfig): Partial<aws.rds.InstanceArgs> {
  const { allocatedStorage, maxAllocatedStorage, storageType } = args;
  return {
    allocatedStorage,
    // RDS takes a ceiling only where it leaves room to grow.
    ...(maxAllocatedStorage > allocatedStorage && { maxAllocatedStorage }),
    storageType,
    storageEncrypted: true,
  };
}

function upkeep(args: DatabaseConfig): Partial<aws.rds.InstanceArgs> {
  return {
    backupRetentionPeriod: args.backupRetentionDays,
    backupWindow: args.backupWindow,
    maintenanceWindow: args.maintenanceWindow,
    applyImmediately: args.applyImmediately,
    copyTagsToSnapshot: true,
    autoMinorVersionUpgrade: true,
  };
}

/**
 * A name that no earlier snapshot has: Pulumi ends the name of each new parameter group at random. A database that is
 * destroyed, made again and destroyed again leaves two snapshots, and so does one that an update replaces. The name
 * stays the same from one update to the next.
 */
function finalSnapshotOf(name: string, parameters: aws.rds.ParameterGroup): pulumi.Output<string> {
  return parameters.name.apply((group) => `${physicalName(name)}-final-${group.split("-").at(-1)}`);
}
