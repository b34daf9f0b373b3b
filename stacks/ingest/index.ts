import { readConfig, requireRegion } from "../../infra/config";
import { configKeys } from "../../infra/configKeys";
import { Ingest } from "../../infra/ingest/ingest";
import { glueBreaches } from "../../infra/ingest/glueConfig";
import { checkIngestConfig, ingestBreaches } from "../../infra/ingest/ingestConfig";
import { checkLearnerLab } from "../../infra/learnerLab";
import { Upstream } from "../../infra/upstream";

const config = checkIngestConfig(readConfig(configKeys.ingest));
checkLearnerLab(requireRegion(), [...ingestBreaches(config), ...glueBreaches(config)]);
const networking = new Upstream("networking", config.networkingStack);
const database = new Upstream("database", config.databaseStack);

const ingest = new Ingest("ingest", {
  ...config,
  vpcId: networking.string("vpcId"),
  subnetIds: networking.strings("privateSubnetIds"),
  availabilityZones: networking.strings("availabilityZones"),
  natMode: networking.string("natMode"),
  database: {
    endpoint: database.string("endpoint"),
    port: database.number("port"),
    databaseName: database.string("databaseName"),
    secretArn: database.string("ingestSecretArn"),
    securityGroupId: database.string("securityGroupId"),
  },
});

export const bucketName = ingest.bucket.id;
export const functionName = ingest.function.name;
export const deadLetterQueueUrl = ingest.deadLetters.url;
export const jobsFunctionName = ingest.jobs.name;
export const glueJobName = ingest.glueJobName;
export const dashboardUrl = ingest.dashboardUrl;
