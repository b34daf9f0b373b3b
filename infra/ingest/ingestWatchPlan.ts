/** The physical names of what is watched. */
export interface IngestNames {
  readonly ingest: string;
  readonly jobs: string;
  readonly deadLetters: string;
}

interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimension: "FunctionName" | "QueueName";
  readonly of: keyof IngestNames;
}

/** An alarm that goes off above its threshold. */
interface Alarm {
  /** Its name's last part. */
  readonly key: string;
  /** What has happened, and what to do. */
  readonly alarmDescription: string;
  readonly metric: Metric;
  readonly statistic: "Maximum" | "Sum";
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly threshold: number;
}

interface Limits {
  /** Of a hop, seconds. */
  readonly timeout: number;
  readonly handOverReserveMs: number;
  readonly sweepMinutes: number;
}

/**
 * @param namespace of the metrics that the functions write themselves
 * @param stack named in what is to be done
 */
export function alarmPlan(namespace: string, stack: string, limits: Limits): Alarm[] {
  const ofFunction = (name: string, of: keyof IngestNames, space = "AWS/Lambda"): Metric => ({
    namespace: space,
    name,
    dimension: "FunctionName",
    of,
  });
  const once = { period: 300, evaluationPeriods: 1, threshold: 0 };
  const hopMs = limits.timeout * 1000 - limits.handOverReserveMs / 2;
  return [
    {
      ...once,
      key: "dead-letters",
      alarmDescription: `Lambda gave up on an event: the retries failed, or a job made no progress. npm run load -- --dead-letters --stack ${stack} says why, and with --retry, when it is mended, goes on`,
      metric: {
        namespace: "AWS/SQS",
        name: "ApproximateNumberOfMessagesVisible",
        dimension: "QueueName",
        of: "deadLetters",
      },
      statistic: "Maximum",
    },
    {
      ...once,
      key: "failed-jobs",
      alarmDescription: `A file can't be loaded: npm run load -- --list --stack ${stack} says which and why`,
      metric: ofFunction("FailedJobs", "ingest", namespace),
      statistic: "Sum",
    },
    {
      ...once,
      key: "errors",
      alarmDescription: "The ingest function threw or ran out of time; Lambda tries again by itself",
      metric: ofFunction("Errors", "ingest"),
      statistic: "Sum",
    },
    {
      ...once,
      key: "sweeper-errors",
      alarmDescription: "The function that takes up stalled jobs failed: nobody looks after them meanwhile",
      metric: ofFunction("Errors", "jobs"),
      statistic: "Sum",
    },
    {
      key: "stalled-jobs",
      alarmDescription: `Jobs still stand after the sweeper started them again twice: npm run load -- --list --stack ${stack} says which`,
      metric: ofFunction("StalledJobs", "jobs", namespace),
      statistic: "Maximum",
      period: Math.max(60, limits.sweepMinutes * 60),
      evaluationPeriods: 3,
      threshold: 0,
    },
    {
      ...once,
      key: "backlog",
      alarmDescription:
        "A file waits for a quarter of an hour to be begun: more come than the functions at once can load",
      // In milliseconds, from the event's arrival to the start of the function.
      metric: ofFunction("AsyncEventAge", "ingest"),
      statistic: "Maximum",
      threshold: 900_000,
    },
    {
      ...once,
      key: "connections",
      alarmDescription:
        "A function waited for five minutes for a connection, which is billed: set ingest:maxConcurrency, or take a larger database",
      metric: ofFunction("ConnectionWait", "ingest", namespace),
      statistic: "Maximum",
      threshold: 300,
    },
    {
      ...once,
      key: "duration",
      alarmDescription:
        "A hop used more than half of its reserve: a chunk takes too long. Raise ingest:handOverReserveMs, or lower ingest:chunkBytes",
      metric: ofFunction("Duration", "ingest"),
      statistic: "Maximum",
      threshold: Math.round(hopMs),
    },
  ];
}

/** The document of the dashboard: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody(
  namespace: string,
  region: string,
  { ingest, jobs, deadLetters }: IngestNames,
): object {
  const own = (name: string, of = ingest) => [namespace, name, "FunctionName", of];
  const lambda = (name: string, of = ingest) => ["AWS/Lambda", name, "FunctionName", of];
  const queue = ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", deadLetters];
  const graphs: [title: string, stat: string, metrics: string[][]][] = [
    ["Rows", "Sum", [own("Rows")]],
    ["Rejects and failed jobs", "Sum", [own("Rejects"), own("FailedJobs")]],
    ["Lag behind the upload, seconds", "Maximum", [own("Lag")]],
    ["Waiting to begin, milliseconds", "Maximum", [lambda("AsyncEventAge")]],
    ["Waiting for a connection, seconds", "Maximum", [own("ConnectionWait")]],
    ["Bytes", "Sum", [own("Bytes")]],
    ["Hops", "Sum", [lambda("Invocations"), lambda("Errors"), lambda("Throttles")]],
    ["A hop's duration, milliseconds", "Maximum", [lambda("Duration")]],
    ["Stalled jobs and dead letters", "Maximum", [own("StalledJobs", jobs), queue]],
  ];
  return {
    widgets: graphs.map(([title, stat, metrics], index) => ({
      type: "metric",
      width: 8,
      height: 6,
      x: (index % 3) * 8,
      y: Math.floor(index / 3) * 6,
      properties: { title, stat, metrics, region, period: 60, view: "timeSeries" },
    })),
  };
}
