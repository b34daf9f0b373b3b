import { expect } from "chai";
import { record } from "../../support/stacks";
import { standInForGlueWheels } from "../../support/glueWheels";

const topic = "arn:aws:sns:us-east-1:123456789012:alarms";

/** All that decides when an alarm goes off, and whom it tells. */
async function alarms(project: string, config: Record<string, string>): Promise<Record<string, unknown>> {
  const { all } = await record(project, { config });
  return Object.fromEntries(
    all("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name, inputs }) => {
      const { alarmDescription: _, tags: _tags, name: _name, ...rest } = inputs;
      return [name, rest];
    }),
  );
}

const once = {
  comparisonOperator: "GreaterThanThreshold",
  threshold: 0,
  period: 300,
  evaluationPeriods: 1,
  statistic: "Sum",
  treatMissingData: "notBreaching",
  alarmActions: [topic],
  okActions: [topic],
};
const lambda = (metricName: string, FunctionName: string, namespace = "AWS/Lambda") => ({
  ...once,
  namespace,
  metricName,
  dimensions: { FunctionName },
});

describe("An alarm", () => {
  standInForGlueWheels();
  it("of the ingest goes off at the first failure, the third look at a stalled job, and half of a hop's reserve", async () => {
    const config = {
      "ingest:alarmTopicArn": topic,
      "ingest:timeout": "600",
      "ingest:handOverReserveMs": "100001",
      "ingest:sweepMinutes": "7",
      "ingest:glue": "true",
    };
    const found = await alarms("ingest", config);
    const QueueName = (found["ingest-dead-letters"] as { dimensions: { QueueName: string } }).dimensions
      .QueueName;
    expect(QueueName).to.match(/^ingest-dead-letters-/);
    expect(found).to.deep.equal({
      "ingest-dead-letters": {
        ...once,
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName },
        statistic: "Maximum",
      },
      "ingest-backlog": {
        ...lambda("AsyncEventAge", "dev-ingest"),
        statistic: "Maximum",
        threshold: 900_000,
      },
      "ingest-connections": {
        ...lambda("ConnectionWait", "dev-ingest", "Groundwork"),
        statistic: "Maximum",
        threshold: 300,
      },
      "ingest-failed-jobs": lambda("FailedJobs", "dev-ingest", "Groundwork"),
      "ingest-errors": lambda("Errors", "dev-ingest"),
      "ingest-sweeper-errors": lambda("Errors", "dev-ingest-jobs"),
      "ingest-stalled-jobs": {
        ...lambda("StalledJobs", "dev-ingest-jobs", "Groundwork"),
        statistic: "Maximum",
        period: 420,
        evaluationPeriods: 3,
      },
      "ingest-duration": { ...lambda("Duration", "dev-ingest"), statistic: "Maximum", threshold: 550_000 },
      "ingest-glue-failed": {
        ...once,
        namespace: "Glue",
        metricName: "glue.error.ALL",
        dimensions: {
          JobName: "dev-ingest-glue",
          JobRunId: "ALL",
          Type: "count",
          ObservabilityGroup: "error",
        },
      },
    });
  });

  it("has the name of its environment in its own", async () => {
    const { all } = await record("ingest", { stack: "prod" });
    const named = all("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name, inputs }) => [
      name,
      inputs.name,
    ]);
    expect(named).to.deep.include(["ingest-errors", "prod-ingest-errors"]);
    for (const [name, inAccount] of named) expect(inAccount).to.equal(`prod-${String(name)}`);
  });

  it("tells nobody where config names no topic", async () => {
    for (const alarm of Object.values(await alarms("ingest", {})))
      expect(alarm).to.deep.include({ alarmActions: [], okActions: [] });
  });

  it("of a NAT instance reboots it at the third minute of its own check's failure", async () => {
    const found = await alarms("networking", { "networking:nat": "instance" });
    const InstanceId = (found["network-nat-ill"] as { dimensions: { InstanceId: string } }).dimensions
      .InstanceId;
    expect(InstanceId).to.match(/^i-/);
    expect(found).to.deep.equal({
      "network-nat-ill": {
        namespace: "AWS/EC2",
        metricName: "StatusCheckFailed_Instance",
        dimensions: { InstanceId },
        statistic: "Maximum",
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold: 1,
        period: 60,
        evaluationPeriods: 3,
        alarmActions: ["arn:aws:automate:us-east-1:ec2:reboot"],
      },
    });
  });
});
