import { type AttributeTable, arn, digest, input, named } from "./table";

/** Functions and their logs. */
export const compute: AttributeTable = {
  "aws:lambda/function:Function": (r) => {
    const functionArn = arn(r, "lambda", `function:${named(r)}`);
    return {
      id: named(r),
      name: named(r),
      arn: functionArn,
      invokeArn: `arn:aws:apigateway:${r.scope.region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
      qualifiedArn: `${functionArn}:$LATEST`,
      version: "$LATEST",
    };
  },
  // The behaviour of the environment replaces the result by the function's own.
  "aws:lambda/invocation:Invocation": (r) => ({
    id: `${input(r, "functionName")}_$LATEST_${digest(r).slice(0, 32)}`,
    result: "null",
  }),
  "aws:lambda/permission:Permission": (r) => ({
    id: named(r, "statementId"),
    statementId: named(r, "statementId"),
  }),
  "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": (r) => ({ id: input(r, "functionName") }),
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (r) => ({ id: input(r, "functionName") }),
  "aws:cloudwatch/eventRule:EventRule": (r) => ({
    id: named(r),
    name: named(r),
    arn: arn(r, "events", `rule/${named(r)}`),
  }),
  "aws:cloudwatch/eventTarget:EventTarget": (r) => {
    const targetId = named(r, "targetId");
    return { id: `${input(r, "rule")}-${targetId}`, targetId };
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": (r) => ({
    id: named(r),
    name: named(r),
    arn: arn(r, "cloudwatch", `alarm:${named(r)}`),
  }),
  "aws:cloudwatch/dashboard:Dashboard": (r) => ({
    id: input(r, "dashboardName"),
    dashboardArn: `arn:aws:cloudwatch::${r.scope.account}:dashboard/${input(r, "dashboardName")}`,
  }),
  "aws:cloudwatch/logGroup:LogGroup": (r) => ({
    id: named(r),
    name: named(r),
    arn: arn(r, "logs", `log-group:${named(r)}`),
  }),
};
