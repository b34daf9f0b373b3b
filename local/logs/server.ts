import { z } from "zod";
import { AwsError } from "../http";
import { listenJson, operation } from "../jsonService";
import type { LogEvent } from "../lambda/log";
import type { Session } from "../session";

/** The logs that are kept on this machine, by their group: each is read where it is asked for. */
export type LogGroups = () => ReadonlyMap<string, () => readonly LogEvent[]>;

/** CloudWatch Logs' own: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const mostEvents = 10_000;

const filterSchema = z.strictObject({
  logGroupName: z.string().min(1),
  startTime: z.int().nonnegative().optional(),
  endTime: z.int().nonnegative().optional(),
  limit: z.int().min(1).max(mostEvents).optional(),
  nextToken: z.string().optional(),
});
const describeSchema = z.strictObject({ logGroupNamePrefix: z.string().optional() });

/** Starts a CloudWatch Logs endpoint on this machine that hands out what functions have logged. */
export function startLogs(session: Session, groups: LogGroups): Promise<string> {
  return listenJson(session, "logs", {
    DescribeLogGroups: operation(describeSchema, ({ logGroupNamePrefix = "" }) => {
      const names = [...groups().keys()].filter((name) => name.startsWith(logGroupNamePrefix)).sort();
      return { logGroups: names.map((logGroupName) => ({ logGroupName })) };
    }),
    FilterLogEvents: operation(filterSchema, (input) => filterEvents(groups(), input)),
  });
}

function filterEvents(groups: ReturnType<LogGroups>, input: z.infer<typeof filterSchema>) {
  const { logGroupName, startTime = 0, endTime = Infinity, limit = mostEvents, nextToken = "0" } = input;
  const read = groups.get(logGroupName);
  if (!read) throw new AwsError("ResourceNotFoundException", 400, "The specified log group does not exist.");
  const found = read()
    .filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime)
    .sort((one, other) => one.timestamp - other.timestamp);
  const from = Number(nextToken);
  const events = found.slice(from, from + limit);
  const next = from + events.length;
  return { events, searchedLogStreams: [], ...(next < found.length && { nextToken: String(next) }) };
}
