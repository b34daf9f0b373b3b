import { GroundworkError } from "../../infra/error";
import { stackOutputs } from "../shared/stackOutputs";

/** The stacks that have functions. */
const projects = ["ingest", "database", "auth"] as const;

interface LogGroup {
  /** The function's name in the programs. */
  readonly name: string;
  readonly group: string;
}

/**
 * The log groups of an environment's functions, of the stacks that are deployed.
 *
 * @throws GroundworkError where none is, with the reason of the first
 */
export async function findLogGroups(stack: string, readOutputs = stackOutputs): Promise<LogGroup[]> {
  const outcomes = await Promise.allSettled(
    projects.map(async (project) => (await readOutputs(stack, project))("logGroups")),
  );
  const found = outcomes.flatMap((outcome) =>
    outcome.status === "fulfilled"
      ? Object.entries(outcome.value).map(([name, group]) => ({ name, group }))
      : [],
  );
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (found.length === 0 && failed) throw failed.reason;
  if (failed) process.stderr.write(`${(failed.reason as Error).message}\n`);
  return found;
}

interface LoggedEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** CloudWatch Logs takes some seconds to show an event, and not in their order. */
const overlap = 10_000;

/** Opens CloudWatch Logs where the process has entered AWS. `reader` answers, call by call, with what came in since the call before. */
export async function openLogs() {
  const { CloudWatchLogsClient, paginateFilterLogEvents } = await import("@aws-sdk/client-cloudwatch-logs");
  const client = new CloudWatchLogsClient({});
  return {
    reader(logGroupName: string, from: number): () => Promise<LoggedEvent[]> {
      const seen = new Map<string, number>();
      let startTime = from;
      return async () => {
        const events: LoggedEvent[] = [];
        try {
          for await (const page of paginateFilterLogEvents({ client }, { logGroupName, startTime })) {
            for (const { eventId = "", timestamp = 0, message = "" } of page.events ?? []) {
              if (seen.has(eventId)) continue;
              seen.set(eventId, timestamp);
              events.push({ timestamp, message });
            }
          }
        } catch (error) {
          throw new GroundworkError(`The log ${logGroupName} can't be read: ${(error as Error).message}`);
        }
        const newest = [...seen.values()].reduce((one, other) => Math.max(one, other), 0);
        startTime = Math.max(from, newest - overlap);
        for (const [id, time] of seen) if (time < startTime) seen.delete(id);
        return events;
      };
    },
    close: () => client.destroy(),
  };
}
