import * as z from "zod";
import {
  type ProjectConfig,
  type SharedConfig,
  type Values,
  logDays,
  snsTopicArn,
  topicProblems,
  upstreamName,
} from "../projectConfig";
import { defaultMaxRejects } from "../tables";
import { glueBreaches, glueKeys } from "./glueConfig";

const keys = {
  memorySize: z.int().min(128).max(10_240).default(1769).meta({
    description: "The function's memory in MB. It gets CPU in proportion: 1769 is one whole core.",
    cost: "$0.000024 a second at 1769, and only while it loads: about $0.00007 a million rows.",
  }),
  timeout: z
    .int()
    .min(3)
    .max(900)
    .default(900)
    .meta({ description: "In seconds: how long one hop may take at most; 900 is Lambda's own limit." }),
  handOverReserveMs: z
    .int()
    .min(1000)
    .default(60_000)
    .meta({
      description: `In milliseconds: with less than this left the function hands over to its next hop at the end of a chunk.
It has to cover ingest:chunkBytes of the file and the call.`,
    }),
  chunkBytes: z
    .int()
    .min(64 * 1024)
    .default(4 * 1024 * 1024)
    .meta({
      description:
        "Bytes of the file that are under way at once, half of them in each of two transactions: the most that is done twice after a crash.",
    }),
  maxConcurrency: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .meta({
      description: `Files that are loaded at once at most; further ones wait, which costs nothing. Unset: as many as the
account runs functions; those that find no connection to the database free wait for one, and are paid for meanwhile. What is
set is taken from the account's own limit, of which AWS keeps 100 for other functions.`,
      example: "20",
    }),
  maxRejects: z
    .int()
    .min(0)
    .default(defaultMaxRejects)
    .meta({ description: "Bad rows after which a job stops." }),
  sweepMinutes: z
    .int()
    .min(1)
    .max(60)
    .default(5)
    .meta({ description: "Minutes after which a job that runs and doesn't move is started again." }),
  alarmTopicArn: snsTopicArn.optional().meta({
    description: "An SNS topic that is told of alarms; without one they only show in CloudWatch.",
    example: "arn:aws:sns:REGION:ACCOUNT:NAME",
  }),
  logRetentionDays: logDays
    .default(30)
    .meta({ description: "Days that the functions' logs are kept.", cost: "$0.50 a GB of log." }),
  noncurrentVersionDays: z
    .int()
    .positive()
    .default(30)
    .meta({ description: "Days that replaced and deleted files are kept.", cost: "$0.023 a GB and month." }),
  deleteFilesOnDestroy: z.boolean().default(false).meta({
    description:
      "Whether pulumi destroy deletes the bucket with the files that are in it; otherwise it refuses to.",
  }),
  networkingStack: upstreamName("networking"),
  databaseStack: upstreamName("database"),
  ...glueKeys,
};

export type IngestConfig = Values<typeof keys> & SharedConfig;

/** The config of the ingest stack. */
export const ingestConfig: ProjectConfig<typeof keys> = {
  project: "ingest",
  keys,
  problems: ({ handOverReserveMs, timeout, ...config }) => [
    ...topicProblems("ingest:alarmTopicArn", config.alarmTopicArn, config),
    ...(handOverReserveMs < timeout * 1000
      ? []
      : [
          `ingest:handOverReserveMs (${handOverReserveMs}) leaves a hop no time to load: ` +
            `make it less than ingest:timeout, ${timeout} s`,
        ]),
  ],
  breaches: ({ maxConcurrency, ...config }) => [
    ...(maxConcurrency === undefined
      ? []
      : [
          `ingest:maxConcurrency ${maxConcurrency} can't be set aside of the 10 functions that it runs at once: take the key out`,
        ]),
    ...glueBreaches(config),
  ],
};
