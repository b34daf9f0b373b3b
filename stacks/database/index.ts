import * as path from "node:path";
import * as z from "zod";
import { readMigrations } from "../../functions/schema/migrations";
import { readConfig } from "../../infra/config";
import { Database } from "../../infra/database";
import { databaseConfig } from "../../infra/databaseConfig";
import { SchemaMigration } from "../../infra/schemaMigration";
import { Upstream } from "../../infra/upstream";

const config = readConfig({
  ...databaseConfig,
  /** Days that the schema function's log is kept. Default 30. */
  logRetentionDays: z.int().positive().default(30),
  /** Full name of the networking stack, where it isn't `<organization>/networking/<environment>`. */
  networkingStack: z.string().optional(),
});
const networking = new Upstream("networking", config.networkingStack);
const network = { vpcId: networking.string("vpcId"), subnetIds: networking.strings("privateSubnetIds") };

const database = new Database("demo-db", { ...config, ...network });

const schema = new SchemaMigration("schema", {
  ...network,
  database,
  databaseId: database.instance.id,
  migrations: readMigrations(path.join(__dirname, "../../functions/sql")),
  logRetentionDays: config.logRetentionDays,
});

export const endpoint = database.endpoint;
export const port = database.port;
// Not before its schema is there: who reads this output may use the tables.
export const databaseName = schema.applied.apply(() => database.databaseName);
export const secretArn = database.secretArn;
export const securityGroupId = database.securityGroupId;
