import type * as Lambda from "@aws-sdk/client-lambda";
import type { Context } from "aws-lambda";
import { connector, isUnreachable } from "../shared/database";
import { giveUp, isGiveUp } from "../shared/giveUp";
import { metricLine } from "../shared/metrics";
import type { Source } from "../shared/source";
import { isNoFile, tableOfKey } from "./chooseTable";
import { type Request, readEvent } from "./event";
import { type IngestResult, endJob, runHop } from "./hop";
import type { HopOptions, HopWork } from "./opening";
import type { Table } from "./table";
import type { Waits } from "./waits";

export type { IngestResult } from "./hop";

export interface IngestOptions {
  /** What files hold and where it goes; each says which keys are its. */
  tables: readonly Table[];
  /** The function hands over when fewer milliseconds than these remain; a chunk and its commit must fit in. */
  reserveMs: number;
  /** A job fails at one more rejected record than these, unless its table says otherwise. */
  maxRejects: number;
  /** Notifications of keys that begin so are answered with "skipped": another road loads these files. */
  skipPrefix?: string;
  /** Bytes of the file in the two transactions under way; 4 MiB unless told: as fast as 8, and a hop ends sooner. */
  chunkBytes?: number;
  /** Bytes parsed at once; 128 KiB unless told (measured best). */
  pieceBytes?: number;
  /** A job fails instead of handing over once more often; 1000 unless told. */
  maxHops?: number;
  /**
   * A job fails when so many functions in a row began with it and none committed a chunk; 25 unless told. Lambda
   * tries an event three times, and the sweeper sends one every few minutes.
   */
  maxStarts?: number;
}

/**
 * The callback of the function that loads CSV files from S3 into PostgreSQL. It loads until the file ends or its
 * time runs out, and then hands over to itself. A file that can't be loaded answers "failed" with a reason.
 *
 * @throws Error for what a retry may mend: S3, the database or Lambda out of reach.
 */
export function ingestHandler(
  options: IngestOptions,
): (event: unknown, context: Context) => Promise<IngestResult> {
  const hopOptions: Omit<HopOptions, "table"> = {
    chunkBytes: 4 * 1024 * 1024,
    pieceBytes: 128 * 1024,
    maxHops: 1000,
    maxStarts: 25,
    ...options,
  };
  const { skipPrefix, tables } = options;
  // Functions in a row that wait for a connection until their time is up and hand over: six hours of full ones.
  const maxWaits = 25;
  const noTable =
    "no table takes its key any more: deploy one that does, and go on with npm run load -- KEY --resume --stack NAME";
  return async (event, context) => {
    const nothing = { rows: 0, rejected: 0, offset: 0, hop: 0 };
    const work: HopWork = { rows: 0, rejected: 0, bytes: 0, retries: 0, paused: 0 };
    let request: Request;
    try {
      request = readEvent(event, skipPrefix);
    } catch (error) {
      if (!isGiveUp(error)) throw error;
      return report({ status: "failed", ...nothing, reason: error.giveUp }, work, context);
    }
    const { sources, skipped = [] } = request;
    const reason = `a file under ${skipPrefix} is not the function's to load`;
    const left: IngestResult = { status: "skipped", ...nothing, reason };
    for (const each of skipped) report(left, work, context, each);
    const [source] = sources;
    if (source === undefined && skipped.length > 0) return left;
    if (source === undefined) return report({ status: "skipped", ...nothing }, work, context);
    if (sources.length > 1) {
      // Each file gets the whole time of a function, and fails alone.
      for (const each of sources) await handOver(each);
      return report({ status: "continued", ...nothing }, work, context);
    }
    const table = tableOfKey(tables, source.key);
    // The sweeper would send one with a job again and again.
    const isBegun = source.swept === true || source.offset !== undefined;
    if (isNoFile(source.key) || (table === undefined && !isBegun)) {
      const why = table ? "a folder's or a tool's marker" : "no table takes this key";
      return report(
        { status: "skipped", ...nothing, reason: `${source.key}: ${why}` },
        work,
        context,
        source,
      );
    }
    try {
      const running = table
        ? runHop(
            source,
            { ...hopOptions, table, maxRejects: table.maxRejects ?? options.maxRejects },
            () => context.getRemainingTimeInMillis(),
            handOver,
            work,
          )
        : endJob({ connect: connector(), source }, undefined, giveUp(noTable));
      return report(await running, work, context, source);
    } catch (error) {
      const { waits = 0, swept } = source;
      if (!isUnreachable(error)) throw error;
      const reason = `no connection to the database: ${error.message}`;
      // The sweeper sends one every few minutes: they would become ever more.
      if (swept) return report({ status: "skipped", ...nothing, reason }, work, context, source);
      if (waits >= maxWaits) throw error;
      await handOver({ ...source, waits: waits + 1 });
      return report({ status: "continued", ...nothing, reason }, work, context, source);
    }
  };
}

async function handOver(source: Source): Promise<void> {
  // Most loads end in their first hop and never need it. TypeScript's import() calls a helper that isn't serialized.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- See above: import() can't be serialized.
  const { InvokeCommand, LambdaClient } = require("@aws-sdk/client-lambda") as typeof Lambda;
  const lambda = new LambdaClient({});
  try {
    await lambda.send(
      new InvokeCommand({
        FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
        InvocationType: "Event",
        Payload: JSON.stringify(source),
      }),
    );
  } finally {
    lambda.destroy();
  }
}

/** One line a hop, which CloudWatch reads both as a log and as metrics. */
function report(result: IngestResult, work: HopWork, context: Context, source?: Source): IngestResult {
  const { status } = result;
  const metrics = {
    Rows: work.rows,
    Rejects: work.rejected,
    Bytes: work.bytes,
    ConnectionRetries: work.retries,
    ConnectionWait: work.paused,
    FailedJobs: status === "failed" ? 1 : 0,
    ...(work.lag !== undefined && { Lag: work.lag }),
    ...(work.waits && metricsOf(work.waits)),
  };
  const facts = {
    requestId: context.awsRequestId,
    ...(source && { bucket: source.bucket, key: source.key }),
    ...result,
    ...(work.oneLane !== undefined && { oneLane: work.oneLane }),
  };
  process.stdout.write(metricLine(status === "failed" ? "ERROR" : "INFO", metrics, facts));
  return result;
}

function metricsOf({ start, s3, lanes, cpu }: Waits): Record<string, number> {
  const [first, second] = lanes;
  return { StartWait: start, S3Wait: s3, FirstLaneWait: first, SecondLaneWait: second, Cpu: cpu };
}
