import { readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { rdsAuthorities } from "../../functions/shared/authorities";
import type { Table } from "../../functions/ingest/table";
import { Component } from "../component";
import { type DatabaseAddress, DatabaseClient } from "../database/databaseClient";
import { environmentName } from "../names";
import type { SharedConfig } from "../projectConfig";
import { ServiceRole } from "../serviceRole";
import type { GlueConfig } from "./glueConfig";
import { type GlueAccess, crawlerStatements, jobStatements } from "./glueAccess";
import { readerScript } from "./glueReader";
import { glueWheels } from "./glueWheels";
import { PrivateBucket } from "./privateBucket";

interface GlueArgs extends GlueConfig, Pick<SharedConfig, "region" | "learnerLab"> {
  /** The bucket with the files. */
  readonly bucket: aws.s3.Bucket;
  /** Of the files. */
  readonly tables: readonly Table[];
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly availabilityZones: pulumi.Input<string[]>;
  readonly database: DatabaseAddress;
  readonly maxRejects: number;
  readonly noncurrentVersionDays: number;
  readonly logRetentionDays: number;
  readonly alarmTopicArn?: string | undefined;
}

const scripts = path.join(__dirname, "../../functions/glue");

/** The Glue road: a job that loads a file over many cores, and a catalog of the bucket. */
export class Glue extends Component {
  readonly jobName: pulumi.Output<string>;

  constructor(name: string, args: GlueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ingest:Glue", name, opts);
    // Of its own: in the bucket of the files each script would be taken for one.
    const code = new PrivateBucket(
      name,
      { forceDestroy: true, noncurrentVersionDays: args.noncurrentVersionDays },
      this.child,
    ).bucket;
    const client = new DatabaseClient(name, args, this.child);
    const database = new aws.glue.CatalogDatabase(name, { name: environmentName(name) }, this.child);
    const connection = this.connection(name, args, client);
    const logPrefix = `/aws-glue/${environmentName(name)}`;
    const logs = ["output", "error"].map(
      (stream) =>
        new aws.cloudwatch.LogGroup(
          `${name}-${stream}`,
          { name: `${logPrefix}/${stream}`, retentionInDays: args.logRetentionDays },
          this.child,
        ),
    );
    const access: GlueAccess = {
      region: args.region,
      accountId: aws.getCallerIdentityOutput({}, { parent: this }).accountId,
      files: args.bucket.arn,
      code: code.arn,
      secretArn: args.database.secretArn,
      logGroups: logs.map(({ arn }) => arn),
      connection: connection.name,
      database: database.name,
    };
    this.crawler(name, args, access);
    this.jobName = this.job(name, args, { code, connection, access, client, logs, logPrefix }).name;
    this.alarm(name, args);
    this.registerOutputs();
  }

  private connection(name: string, args: GlueArgs, client: DatabaseClient): aws.glue.Connection {
    // Glue's workers talk among themselves on any port: https://docs.aws.amazon.com/glue/latest/dg/setup-vpc-for-glue-access.html
    const own = {
      securityGroupId: client.securityGroupId,
      referencedSecurityGroupId: client.securityGroupId,
      ipProtocol: "tcp",
      fromPort: 0,
      toPort: 65_535,
      description: "Workers of Glue among themselves",
    };
    const rules = [
      ...client.rules,
      new aws.vpc.SecurityGroupIngressRule(`${name}-workers-in`, own, this.child),
      new aws.vpc.SecurityGroupEgressRule(`${name}-workers-out`, own, this.child),
    ];
    return new aws.glue.Connection(
      name,
      {
        name: environmentName(name),
        // It says where in the VPC the job runs, which signs in by itself:
        // https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html
        connectionType: "NETWORK",
        physicalConnectionRequirements: {
          availabilityZone: pulumi.output(args.availabilityZones).apply(([first]) => first ?? ""),
          subnetId: pulumi.output(args.subnetIds).apply(([first]) => first ?? ""),
          securityGroupIdLists: [client.securityGroupId],
        },
      },
      { ...this.child, dependsOn: rules },
    );
  }

  /**
   * Started by hand: on a schedule it would cost. There is none for the database: crawlers sign in by a JDBC driver that
   * doesn't know SCRAM, which RDS asks for from PostgreSQL 14 on, and what another driver (JDBC_DRIVER_JAR_URI) does could
   * not be tried without AWS. https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html
   */
  private crawler(name: string, args: GlueArgs, access: GlueAccess): void {
    const role = new ServiceRole(
      `${name}-crawler`,
      { learnerLab: args.learnerLab, service: "glue.amazonaws.com", statements: crawlerStatements(access) },
      this.child,
    );
    new aws.glue.Crawler(
      `${name}-files`,
      {
        databaseName: access.database,
        role: role.arn,
        name: environmentName(`${name}-files`),
        tablePrefix: "files_",
        s3Targets: [{ path: pulumi.interpolate`s3://${args.bucket.id}/` }],
      },
      { ...this.child, dependsOn: role.ready },
    );
  }

  private job(name: string, args: GlueArgs, parts: JobParts): aws.glue.Job {
    const { code, connection, access, client, logs, logPrefix } = parts;
    const upload = (
      key: string,
      what: Pick<aws.s3.BucketObjectv2Args, "content" | "source">,
    ): pulumi.Output<string> => {
      const object = new aws.s3.BucketObjectv2(
        `${name}-${key}`,
        { bucket: code.id, key, ...what },
        this.child,
      );
      return pulumi.interpolate`s3://${object.bucket}/${object.key}`;
    };
    const put = (key: string, content: pulumi.Input<string>): pulumi.Output<string> =>
      upload(key, { content });
    const wheels = glueWheels().map((file) =>
      upload(path.basename(file), { source: new pulumi.asset.FileAsset(file) }),
    );
    const files = readdirSync(scripts).filter((file) => file.endsWith(".py"));
    const uris = new Map(
      files.map((file) => [file, put(file, readFileSync(path.join(scripts, file), "utf8"))]),
    );
    const modules = [...uris].filter(([file]) => file !== "job.py").map(([, uri]) => uri);
    const role = new ServiceRole(
      `${name}-job`,
      { learnerLab: args.learnerLab, service: "glue.amazonaws.com", statements: jobStatements(access) },
      this.child,
    );
    return new aws.glue.Job(
      name,
      {
        name: environmentName(name),
        glueVersion: "5.0",
        workerType: "G.1X",
        numberOfWorkers: args.glueWorkers,
        timeout: args.glueTimeout,
        maxRetries: args.glueMaxRetries,
        executionProperty: { maxConcurrentRuns: 3 },
        roleArn: role.arn,
        connections: [connection.name],
        command: { name: "glueetl", pythonVersion: "3", scriptLocation: uris.get("job.py") ?? "" },
        defaultArguments: {
          // ingest_jobs is the book of what was loaded. A bookmark would be a second one, and not of one transaction
          // with the rows.
          "--job-bookmark-option": "job-bookmark-disable",
          "--enable-metrics": "true",
          "--enable-observability-metrics": "true",
          "--custom-logGroup-prefix": logPrefix,
          // All from this bucket, so that the job needs no way to the internet:
          // https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html
          "--additional-python-modules": pulumi.all(wheels).apply((all) => all.join(",")),
          "--python-modules-installer-option": "--no-index",
          "--extra-py-files": pulumi.all(modules).apply((all) => all.join(",")),
          "--bucket": args.bucket.id,
          "--reader": put("reader.js", readerScript(args.tables)),
          "--database_host": args.database.endpoint,
          "--database_port": pulumi.interpolate`${args.database.port}`,
          "--database_name": args.database.databaseName,
          "--database_secret_arn": args.database.secretArn,
          "--database_ca": put("authorities.pem", rdsAuthorities(access.region).join("\n")),
          "--max_rejects": String(args.maxRejects),
        },
      },
      { ...this.child, dependsOn: [...role.ready, ...client.rules, ...logs] },
    );
  }

  private alarm(name: string, { alarmTopicArn }: GlueArgs): void {
    const actions = alarmTopicArn === undefined ? [] : [alarmTopicArn];
    new aws.cloudwatch.MetricAlarm(
      `${name}-failed`,
      {
        name: environmentName(`${name}-failed`),
        alarmDescription: "A run of the Glue job failed: its log says why, and ingest_jobs where it stands",
        namespace: "Glue",
        metricName: "glue.error.ALL",
        dimensions: { JobName: this.jobName, JobRunId: "ALL", Type: "count", ObservabilityGroup: "error" },
        statistic: "Sum",
        period: 300,
        evaluationPeriods: 1,
        threshold: 0,
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
        alarmActions: actions,
        okActions: actions,
      },
      this.child,
    );
  }
}

interface JobParts {
  readonly code: aws.s3.Bucket;
  readonly connection: aws.glue.Connection;
  readonly access: GlueAccess;
  readonly client: DatabaseClient;
  readonly logs: readonly aws.cloudwatch.LogGroup[];
  readonly logPrefix: string;
}
