import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "../../infra/config";
import { bastionOf } from "../../infra/database/bastion";
import { Database } from "../../infra/database/database";
import { databaseConfig } from "../../infra/database/databaseConfig";
import { RoleSecret } from "../../infra/database/roleSecret";
import { SchemaMigration } from "../../infra/database/schemaMigration";
import { logGroupsOf } from "../../infra/inlineFunction";
import type { Exports } from "../../infra/outputs";
import { Upstream } from "../../infra/upstream";

const config = readConfig(databaseConfig);
const networking = new Upstream("networking", config.networkingStack);
const network = { vpcId: networking.get("vpcId"), subnetIds: networking.get("privateSubnetIds") };

const database = new Database("demo-db", { ...config, ...network });

const ingestSecret = new RoleSecret("ingest", config);
const readerSecret = new RoleSecret("reader", config);

const schema = new SchemaMigration("schema", {
  ...config,
  ...network,
  database,
  ingestSecretArn: ingestSecret.arn,
  readerSecretArn: readerSecret.arn,
});

const bastion = bastionOf("ec2-proxy", {
  ...config,
  vpcId: network.vpcId,
  publicSubnetIds: networking.get("publicSubnetIds"),
  database,
});

const outputs: Exports<"database"> = {
  endpoint: database.endpoint,
  port: database.port,
  databaseName: schema.databaseName,
  secretArn: database.secretArn,
  ingestSecretArn: schema.ingestSecretArn,
  readerSecretArn: schema.readerSecretArn,
  securityGroupId: database.securityGroupId,
  bastionMode: config.bastion,
  bastionHost: bastion.host,
  bastionInstanceId: bastion.instanceId,
  logGroups: logGroupsOf({ schema: schema.function }),
  tunnelCommand: `npm run tunnel -- --stack ${pulumi.getStack()} --port 8003`,
};
export = outputs;
