import { authConfig } from "./auth/authConfig";
import { databaseConfig } from "./database/databaseConfig";
import { ingestConfig } from "./ingest/ingestConfig";
import { networkingConfig } from "./network/networkConfig";
import { type ProjectConfig, groundworkConfig } from "./projectConfig";

/** What each project reads of an environment's config. */
export const projectConfigs: readonly ProjectConfig[] = [
  groundworkConfig,
  networkingConfig,
  databaseConfig,
  authConfig,
  ingestConfig,
];
