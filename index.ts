import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "./infra/config";
import { sharedConfig } from "./infra/learnerLab";
import { Upstream } from "./infra/upstream";

readConfig(sharedConfig);
const database = new Upstream("database");
const ingest = new Upstream("ingest");

export const bucketName = ingest.string("bucketName");
export const loadCommand = `npm run load -- FILE --stack ${pulumi.getStack()}`;
export const dashboardUrl = ingest.string("dashboardUrl");
export const tunnelCommand = database.string("tunnelCommand");
