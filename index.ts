import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "./infra/config";
import type { Exports } from "./infra/outputs";
import { groundworkConfig } from "./infra/projectConfig";
import { Upstream } from "./infra/upstream";

readConfig(groundworkConfig);
const database = new Upstream("database");
const ingest = new Upstream("ingest");
const auth = new Upstream("auth");

const outputs: Exports<"groundwork"> = {
  apiUrl: auth.get("apiUrl"),
  bucketName: ingest.get("bucketName"),
  tunnelCommand: database.get("tunnelCommand"),
  loadCommand: `npm run load -- FILE --stack ${pulumi.getStack()}`,
  dashboardUrl: ingest.get("dashboardUrl"),
};
export = outputs;
