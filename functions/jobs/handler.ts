import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Client } from "pg";
import type { TableShape } from "../ingest/tableFit";
import { connect } from "../shared/database";
import { metricLine } from "../shared/metrics";
import type { Source } from "../shared/source";
import {
  type StalledJob,
  findJob,
  findJobs,
  listJobs,
  readRejects,
  reopenJob,
  stalledJobs,
  undoJob,
} from "./jobs";
import { tablePage, tableStates } from "./tables";
import { type FileName, type JobsAnswers, readRequest } from "./request";

type Answer = JobsAnswers[keyof JobsAnswers];

/**
 * The callback of the function that looks after the jobs: it says how they stand, goes on with those that stalled,
 * takes up those that failed, and takes their rows back. It loads nothing itself; it invokes the function that the environment variable
 * `INGEST_FUNCTION_NAME` names. It shows what is in the tables to people, too. Takes a `JobsRequest`, answers by `JobsAnswers`.
 *
 * @param shapes of the tables that files are loaded into
 * @throws Error for an event that is none of these, and what PostgreSQL and Lambda throw.
 */
export function jobsHandler(shapes: readonly TableShape[]): (event: unknown) => Promise<Answer> {
  return async (event) => {
    const request = readRequest(event);
    const client = await connect();
    try {
      switch (request.action) {
        case "sweep":
          return await sweep(client, request.stalledAfterSeconds);
        case "status":
          return { job: await findJob(client, request) };
        case "statuses":
          return { jobs: await findJobs(client, request.bucket, request.files) };
        case "list":
          return { jobs: await listJobs(client, request.bucket, request.limit ?? 50, request.table) };
        case "tables":
          return { tables: await tableStates(client, shapes) };
        case "rows":
          return await tablePage(client, shapes, request.table, request.after ?? "(0,0)");
        case "rejects":
          return await readRejects(client, request.job, request.after ?? -1);
        case "resume":
          return await resume(client, fileOf(request));
        case "undo":
          return await undo(client, request);
      }
    } finally {
      await client.end();
    }
  };
}

/** A start too many does no harm: the checkpoint lets only one of two functions get on. */
async function sweep(client: Client, seconds: number): Promise<JobsAnswers["sweep"]> {
  const stalled = await stalledJobs(client, seconds);
  process.stdout.write(
    metricLine("INFO", { StalledJobs: stalled.length }, { stalled: stalled.map(({ key }) => key) }),
  );
  for (const job of stalled) await startIngest({ ...sourceOf(job), swept: true });
  return { stalled: stalled.map(({ key }) => key) };
}

async function resume(client: Client, file: FileName): Promise<JobsAnswers["resume"]> {
  const job = await findJob(client, file);
  const reopened = job && (await reopenJob(client, job.job));
  if (reopened) await startIngest(sourceOf(reopened));
  else if (!job) await startIngest(file);
  return { job };
}

async function undo(client: Client, file: FileName): Promise<JobsAnswers["undo"]> {
  const job = await findJob(client, file);
  return { job, rows: job ? await undoJob(client, job.job) : 0 };
}

function fileOf({ bucket, key, etag }: FileName): FileName {
  return { bucket, key, ...(etag !== undefined && { etag }) };
}

function sourceOf({ versionId, ...job }: StalledJob): Source {
  return { ...job, ...(versionId !== null && { versionId }) };
}

async function startIngest(source: Source): Promise<void> {
  const lambda = new LambdaClient({});
  try {
    await lambda.send(
      new InvokeCommand({
        FunctionName: process.env.INGEST_FUNCTION_NAME,
        InvocationType: "Event",
        Payload: JSON.stringify(source),
      }),
    );
  } finally {
    lambda.destroy();
  }
}
