import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "./infra/config";
import { configKeys } from "./infra/configKeys";
import { Upstream } from "./infra/upstream";

readConfig(configKeys.groundwork);
const database = new Upstream("database");
const ingest = new Upstream("ingest");
const auth = new Upstream("auth");

export const apiUrl = auth.string("apiUrl");
export const bucketName = ingest.string("bucketName");
export const tunnelCommand = database.string("tunnelCommand");
export const loadCommand = `npm run load -- FILE --stack ${pulumi.getStack()}`;
export const dashboardUrl = ingest.string("dashboardUrl");
