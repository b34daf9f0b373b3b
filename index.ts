import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "./infra/config";
import { Upstream } from "./infra/upstream";

readConfig({});
const ingest = new Upstream("ingest");

export const bucketName = ingest.string("bucketName");
export const loadCommand = `npm run load -- FILE --stack ${pulumi.getStack()}`;
export const dashboardUrl = ingest.string("dashboardUrl");
