import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { metricNamespace } from "../../functions/shared/metrics";
import { Component } from "../component";
import { environmentName } from "../names";
import type { SharedConfig } from "../projectConfig";
import { type IngestNames, alarmPlan, dashboardBody } from "./ingestWatchPlan";

interface IngestWatchArgs extends Pick<SharedConfig, "region"> {
  readonly ingest: aws.lambda.Function;
  readonly jobs: aws.lambda.Function;
  readonly deadLetters: aws.sqs.Queue;
  /** Of a hop, seconds. */
  readonly timeout: number;
  readonly handOverReserveMs: number;
  readonly sweepMinutes: number;
  readonly alarmTopicArn?: string | undefined;
}

/** Alarms and a dashboard for the ingest. An alarm costs $0.10 a month, the dashboard $3 beyond the first three. */
export class IngestWatch extends Component {
  readonly dashboardUrl: pulumi.Output<string>;

  constructor(name: string, args: IngestWatchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ingest:IngestWatch", name, opts);
    const names: pulumi.Output<IngestNames> = pulumi
      .all([args.ingest.name, args.jobs.name, args.deadLetters.name])
      .apply(([ingest, jobs, deadLetters]) => ({ ingest, jobs, deadLetters }));
    const actions = args.alarmTopicArn === undefined ? [] : [args.alarmTopicArn];
    for (const { key, metric, ...alarm } of alarmPlan(metricNamespace, pulumi.getStack(), args)) {
      new aws.cloudwatch.MetricAlarm(
        `${name}-${key}`,
        {
          name: environmentName(`${name}-${key}`),
          namespace: metric.namespace,
          metricName: metric.name,
          dimensions: names.apply((known) => ({ [metric.dimension]: known[metric.of] })),
          comparisonOperator: "GreaterThanThreshold",
          treatMissingData: "notBreaching",
          alarmActions: actions,
          okActions: actions,
          ...alarm,
        },
        this.child,
      );
    }
    const { region } = args;
    const dashboard = new aws.cloudwatch.Dashboard(
      name,
      {
        dashboardName: environmentName(name),
        dashboardBody: names.apply((known) => JSON.stringify(dashboardBody(metricNamespace, region, known))),
      },
      this.child,
    );
    this.dashboardUrl = pulumi.interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`;
    this.registerOutputs();
  }
}
