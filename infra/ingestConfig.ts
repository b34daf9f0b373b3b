import * as z from "zod";
import { GroundworkError } from "./error";
import { glueConfig } from "./glueConfig";

/** The config of the ingest stack. */
export const ingestConfig = {
  /** In MB: 128 to 10240. Default 1769, one whole core, about $0.000029 a second on arm64 less 20%. */
  memorySize: z.int().min(128).max(10_240).default(1769),
  /** In seconds: how long one hop may take at most, 900 is Lambda's own limit. Default 900. */
  timeout: z.int().min(3).max(900).default(900),
  /**
   * In milliseconds: with less than this left the function hands over to its next hop at the end of a chunk.
   * It has to cover one chunk (8 MiB) and the call. Default 60000.
   */
  handOverReserveMs: z.int().min(1000).default(60_000),
  /** Bytes of the file that go into one transaction, and the most that is done twice after a crash. Default 8388608. */
  chunkBytes: z
    .int()
    .min(64 * 1024)
    .default(8 * 1024 * 1024),
  /** Bad rows after which a job stops. Default 1000. */
  maxRejects: z.int().min(0).default(1000),
  /** Minutes after which a job that runs and doesn't move is started again. Default 5. */
  sweepMinutes: z.int().min(1).max(60).default(5),
  /** An SNS topic that is told of alarms; without one they only show in CloudWatch. */
  alarmTopicArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:sns:/, "must be the ARN of an SNS topic")
    .optional(),
  /** Days that the function's log is kept. Default 30. */
  logRetentionDays: z.int().positive().default(30),
  /** Days that replaced and deleted files are kept. Default 30. */
  noncurrentVersionDays: z.int().positive().default(30),
  /** Whether `pulumi destroy` deletes the bucket with the files that are in it. Default false. */
  deleteFilesOnDestroy: z.boolean().default(false),
  /** Full name of the networking stack, where it isn't `<organization>/networking/<environment>`. */
  networkingStack: z.string().optional(),
  /** Full name of the database stack, where it isn't `<organization>/database/<environment>`. */
  databaseStack: z.string().optional(),
  ...glueConfig,
};

export type IngestConfig = z.output<z.ZodObject<typeof ingestConfig>>;

/** @throws GroundworkError where the values don't fit one another */
export function checkIngestConfig(config: IngestConfig): IngestConfig {
  if (config.handOverReserveMs >= config.timeout * 1000) {
    throw new GroundworkError(
      `ingest:handOverReserveMs (${config.handOverReserveMs}) leaves a hop no time to load: ` +
        `make it less than ingest:timeout, ${config.timeout} s`,
    );
  }
  return config;
}
