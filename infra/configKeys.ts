import * as z from "zod";
import { authConfig } from "./auth/authConfig";
import { bastionConfig } from "./database/bastionConfig";
import { databaseConfig } from "./database/databaseConfig";
import { ingestConfig } from "./ingest/ingestConfig";
import { networkConfig } from "./network/networkPlan";
import { sharedConfig, upstreamName } from "./sharedConfig";

/** Every config key of every project, the schema of each with what it is, its default and its cost. */
export const configKeys = {
  groundwork: sharedConfig,
  networking: networkConfig,
  database: {
    ...databaseConfig,
    ...bastionConfig,
    logRetentionDays: z
      .int()
      .positive()
      .default(30)
      .meta({ description: "Days that the schema function's log is kept." }),
    networkingStack: upstreamName("networking"),
  },
  auth: authConfig,
  ingest: ingestConfig,
} satisfies Record<string, z.ZodRawShape>;
