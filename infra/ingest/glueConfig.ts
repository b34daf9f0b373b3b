import * as z from "zod";
import type { Values } from "../projectConfig";

/** The config of the Glue road, part of the ingest stack's. All of it does nothing without `glue`. */
export const glueKeys = {
  glue: z.boolean().default(false).meta({
    description: "Whether the stack has the Glue road too: catalog, crawler and job.",
    cost: "$0.44 an hour and worker, by the second from a minute on; a crawler the same, from ten minutes on.",
  }),
  glueWorkers: z.int().min(2).max(100).default(2).meta({
    description: "Workers of a run, one of which is the driver's. Each has 4 cores.",
    cost: "$0.44 an hour each.",
  }),
  glueTimeout: z
    .int()
    .min(1)
    .max(2880)
    .default(60)
    .meta({ description: "Minutes that a run of the Glue job may take." }),
  glueMaxRetries: z.int().min(0).max(10).default(1).meta({
    description:
      "How often Glue starts a run again that failed: the second finds the job where the first left it.",
  }),
};

export type GlueConfig = Values<typeof glueKeys>;

/** What of it a Learner Lab forbids: G.1X is all that there is, and ten workers. */
export function glueBreaches({ glue, glueWorkers }: GlueConfig): string[] {
  return glue && glueWorkers > 10
    ? [`ingest:glueWorkers ${glueWorkers} is more than it allows: 10 at most`]
    : [];
}
