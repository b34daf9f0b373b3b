/** Where the functions' metrics stand in CloudWatch, with the function's name as their one dimension. */
export const metricNamespace = "Groundwork";

/** Seconds for what is measured in them, else a count. */
const unitOf = (name: string): "Seconds" | "Count" => (/^(Lag|Cpu|.*Wait)$/.test(name) ? "Seconds" : "Count");

/**
 * A line of log that CloudWatch also takes for metrics (the embedded metric format). It has to reach stdout as it
 * is: `console.log` would put it, as a text, into another line of JSON.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * @param facts what else the line says; not names of metrics.
 */
export function metricLine(
  level: "INFO" | "ERROR",
  metrics: Readonly<Record<string, number>>,
  facts: Readonly<Record<string, unknown>>,
): string {
  const now = new Date();
  const line = {
    timestamp: now.toISOString(),
    level,
    ...facts,
    ...metrics,
    FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [["FunctionName"]],
          Metrics: Object.keys(metrics).map((Name) => ({ Name, Unit: unitOf(Name) })),
        },
      ],
    },
  };
  return `${JSON.stringify(line)}\n`;
}
