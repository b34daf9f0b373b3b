import * as pulumi from "@pulumi/pulumi";
import { Bastion } from "../../infra/database/bastion";
import { bastionBreaches, checkBastionConfig } from "../../infra/database/bastionConfig";
import { readConfig, requireRegion } from "../../infra/config";
import { configKeys } from "../../infra/configKeys";
import { Database } from "../../infra/database/database";
import { checkDatabaseConfig, learnerLabBreaches } from "../../infra/database/databaseConfig";
import { checkLearnerLab } from "../../infra/learnerLab";
import { RoleSecret } from "../../infra/database/roleSecret";
import { SchemaMigration } from "../../infra/database/schemaMigration";
import { Upstream } from "../../infra/upstream";

const config = readConfig(configKeys.database);
checkDatabaseConfig(config);
checkBastionConfig(config);
checkLearnerLab(requireRegion(), [...learnerLabBreaches(config), ...bastionBreaches(config)]);
const networking = new Upstream("networking", config.networkingStack);
const network = { vpcId: networking.string("vpcId"), subnetIds: networking.strings("privateSubnetIds") };

const database = new Database("demo-db", { ...config, ...network });

const ingestSecret = new RoleSecret("ingest", { recoveryDays: config.deletionProtection ? 30 : 0 });

const schema = new SchemaMigration("schema", {
  ...network,
  database,
  databaseId: database.instance.id,
  ingestSecretArn: ingestSecret.arn,
  logRetentionDays: config.logRetentionDays,
});

const bastion =
  config.bastion === "none"
    ? undefined
    : new Bastion("ec2-proxy", {
        ...config,
        vpcId: network.vpcId,
        subnetId: networking.strings("publicSubnetIds").apply(([first]) => first ?? ""),
        database,
      });

export const endpoint = database.endpoint;
export const port = database.port;
// Not before its schema is there: who reads this output may use the tables.
export const databaseName = schema.applied.apply(() => database.databaseName);
export const secretArn = database.secretArn;
// Of the role that the ingest function signs in as; secretArn is the master user's.
export const ingestSecretArn = schema.applied.apply(() => ingestSecret.arn);
export const securityGroupId = database.securityGroupId;
export const bastionMode = config.bastion;
export const bastionHost = bastion?.host ?? "none";
export const bastionInstanceId = bastion?.instanceId ?? "none";
export const tunnelCommand = `npm run tunnel -- --stack ${pulumi.getStack()} --port 8003`;
