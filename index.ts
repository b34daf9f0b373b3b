import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "./infra/config";
import { sharedConfig } from "./infra/learnerLab";
import { Upstream } from "./infra/upstream";

readConfig(sharedConfig);
const database = new Upstream("database");
const ingest = new Upstream("ingest");
const auth = new Upstream("auth");

export const apiUrl = auth.string("apiUrl");
export const bucketName = ingest.string("bucketName");
export const loadCommand = pulumi.interpolate`aws s3 cp FILE.csv s3://${bucketName}/`;
export const tunnelCommand = database.string("tunnelCommand");
