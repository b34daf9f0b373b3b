import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";
import type { DatabaseConfig } from "./databaseConfig";
import { physicalName } from "./names";

interface DatabaseArgs extends DatabaseConfig {
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
      "private-db-subnet",
      { name: physicalName("private-db-subnet"), description: "Private subnets", subnetIds: args.subnetIds },
      this.child,
    );
    const securityGroup = new aws.ec2.SecurityGroup(
      "private-db-sg",
      {
        vpcId: args.vpcId,
        name: physicalName("private-db-sg"),
        description: "PostgreSQL: each client adds the rule that lets it in",
        tags: { Name: "private-db-sg" },
      },
      this.child,
    );
    const [major] = args.engineVersion.split(".");
    const parameters = new aws.rds.ParameterGroup(
      name,
      { family: `postgres${major}`, parameters: [{ name: "rds.force_ssl", value: "1" }] },
      this.child,
    );
    this.instance = new aws.rds.Instance(
      name,
      {
        identifier: physicalName(name),
        engine: "postgres",
        engineVersion: args.engineVersion,
        instanceClass: args.instanceClass,
        allocatedStorage: args.allocatedStorage,
        storageType: "gp3",
        storageEncrypted: true,
        dbName: args.databaseName,
        username: "postgres",
        manageMasterUserPassword: true,
        dbSubnetGroupName: subnetGroup.name,
        vpcSecurityGroupIds: [securityGroup.id],
        parameterGroupName: parameters.name,
        publiclyAccessible: false,
        backupRetentionPeriod: args.backupRetentionDays,
        copyTagsToSnapshot: true,
        autoMinorVersionUpgrade: true,
        deletionProtection: args.deletionProtection,
        skipFinalSnapshot: !args.deletionProtection,
        ...(args.deletionProtection && { finalSnapshotIdentifier: `${physicalName(name)}-final` }),
      },
      this.child,
    );
    this.endpoint = this.instance.address;
    this.port = this.instance.port;
    this.databaseName = args.databaseName;
    this.securityGroupId = securityGroup.id;
    this.secretArn = this.instance.masterUserSecrets.apply((secrets) => secrets[0]?.secretArn ?? "");
    this.registerOutputs();
  }
}
