import { readConfig } from "../../infra/config";
import { Ingest } from "../../infra/ingest/ingest";
import { ingestConfig } from "../../infra/ingest/ingestConfig";
import { logGroupsOf } from "../../infra/inlineFunction";
import type { Exports } from "../../infra/outputs";
import { Upstream } from "../../infra/upstream";

const config = readConfig(ingestConfig);
const networking = new Upstream("networking", config.networkingStack);
const database = new Upstream("database", config.databaseStack);

const ingest = new Ingest("ingest", {
  ...config,
  vpcId: networking.get("vpcId"),
  subnetIds: networking.get("privateSubnetIds"),
  availabilityZones: networking.get("availabilityZones"),
  database: {
    endpoint: database.get("endpoint"),
    port: database.get("port"),
    databaseName: database.get("databaseName"),
    secretArn: database.get("ingestSecretArn"),
    securityGroupId: database.get("securityGroupId"),
  },
});

const outputs: Exports<"ingest"> = {
  bucketName: ingest.bucket.id,
  functionName: ingest.function.name,
  deadLetterQueueUrl: ingest.deadLetters.url,
  jobsFunctionName: ingest.jobs.name,
  glueJobName: ingest.glueJobName,
  dashboardUrl: ingest.dashboardUrl,
  logGroups: logGroupsOf({ ingest: ingest.function, "ingest-jobs": ingest.jobs }),
};
export = outputs;
