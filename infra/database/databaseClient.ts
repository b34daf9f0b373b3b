import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";

/** Where the database is, as the database stack's outputs say it. */
export interface DatabaseAddress {
  readonly endpoint: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly databaseName: pulumi.Input<string>;
  readonly secretArn: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
}

/** A security group for a function that talks with the database, and the door in the database's group. */
export class DatabaseClient extends Component {
  readonly securityGroupId: pulumi.Output<string>;
  /** The rules that let a connection through: wait for them before the first call. */
  readonly rules: pulumi.Resource[];

  constructor(
    name: string,
    args: {
      vpcId: pulumi.Input<string>;
      database: Pick<DatabaseAddress, "port" | "securityGroupId">;
      /** What a destroy takes away only after the group. */
      after?: readonly pulumi.Resource[];
    },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("database:DatabaseClient", name, opts);
    const group = new aws.ec2.SecurityGroup(
      `${name}-sg`,
      { vpcId: args.vpcId, description: `Function ${name}`, tags: { Name: `${name}-sg` } },
      { ...this.child, dependsOn: [...(args.after ?? [])] },
    );
    this.securityGroupId = group.id;
    const port = { ipProtocol: "tcp", fromPort: args.database.port, toPort: args.database.port };
    this.rules = [
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-to-database`,
        {
          ...port,
          securityGroupId: group.id,
          referencedSecurityGroupId: args.database.securityGroupId,
          description: "PostgreSQL",
        },
        this.child,
      ),
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-into-database`,
        {
          ...port,
          securityGroupId: args.database.securityGroupId,
          referencedSecurityGroupId: group.id,
          description: `PostgreSQL from function ${name}`,
        },
        this.child,
      ),
      // S3 has no fixed addresses; where there is no NAT, the only way that this opens leads to AWS.
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-to-aws`,
        {
          securityGroupId: group.id,
          cidrIpv4: "0.0.0.0/0",
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          description: "HTTPS to AWS services",
        },
        this.child,
      ),
    ];
    this.registerOutputs();
  }
}

/** What `functions/shared/database.ts` reads to connect. */
export function databaseEnvironment(database: DatabaseAddress): Record<string, pulumi.Input<string>> {
  return {
    DATABASE_HOST: database.endpoint,
    DATABASE_PORT: pulumi.interpolate`${database.port}`,
    DATABASE_NAME: database.databaseName,
    DATABASE_SECRET_ARN: database.secretArn,
  };
}
