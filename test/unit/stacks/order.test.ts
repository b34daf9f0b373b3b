import { expect } from "chai";
import { type Recording, record } from "../../support/stacks";
import { standInForGlueWheels } from "../../support/glueWheels";

const lambda = "aws:lambda/function:Function";
const rules = (name: string): string[] => [`${name}-to-database`, `${name}-into-database`, `${name}-to-aws`];

/** Names are shared by what belongs together: a role, its policy and its function. Each is counted. */
const cases: {
  what: string;
  project: string;
  config?: Record<string, string>;
  of: [type: string, name: string];
  waitsFor: string[];
}[] = [
  {
    what: "the ingest function for its role, its role's policy and the rules of its network",
    project: "ingest",
    of: [lambda, "ingest"],
    waitsFor: ["ingest", "ingest", ...rules("ingest")],
  },
  {
    what: "the function for jobs for the rules of its network",
    project: "ingest",
    of: [lambda, "ingest-jobs"],
    waitsFor: ["ingest-jobs", "ingest-jobs", ...rules("ingest-jobs")],
  },
  {
    what: "the queue of what the function for jobs gave up on for its leave to send there",
    project: "ingest",
    of: ["aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "ingest-jobs"],
    waitsFor: ["ingest-jobs", "ingest-jobs", "ingest-jobs"],
  },
  {
    what: "uploads for the leave to call the function, and for all that a hop needs",
    project: "ingest",
    of: ["aws:s3/bucketNotification:BucketNotification", "ingest"],
    // Bucket, function (as its target and by itself), permission, role, policy, recursion, retries.
    waitsFor: [...Array<string>(7).fill("ingest"), "ingest-hand-over"],
  },
  {
    what: "the sweep for the leave to call the function",
    project: "ingest",
    of: ["aws:cloudwatch/eventTarget:EventTarget", "ingest-jobs-sweep"],
    waitsFor: ["ingest-jobs-sweep", "ingest-jobs-sweep", "ingest-jobs"],
  },
  {
    what: "rules for old versions for the bucket to have versions",
    project: "ingest",
    of: ["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "ingest"],
    waitsFor: ["ingest", "ingest"],
  },
  {
    what: "a bucket's policy for the change of its access before it",
    project: "ingest",
    of: ["aws:s3/bucketPolicy:BucketPolicy", "ingest"],
    waitsFor: ["ingest", "ingest"],
  },
  {
    what: "the schema function for its role, its role's policy and the rules of its network",
    project: "database",
    of: [lambda, "schema"],
    waitsFor: ["schema", "schema", "schema", ...rules("schema")],
  },
  {
    what: "the schema for the function and its rights",
    project: "database",
    of: ["aws:lambda/invocation:Invocation", "schema"],
    waitsFor: ["schema", "schema", "schema"],
  },
  {
    what: "a function's security group for the role that Lambda cleans up as, so that a destroy goes the other way",
    project: "database",
    of: ["aws:ec2/securityGroup:SecurityGroup", "schema-sg"],
    waitsFor: ["schema", "schema"],
  },
  {
    what: "a new password for the leave to call the function, and for the first password",
    project: "database",
    of: ["aws:secretsmanager/secretRotation:SecretRotation", "schema-rotation"],
    waitsFor: ["schema-rotation", "schema", "schema"],
  },
  {
    what: "the database for the groups of its logs",
    project: "database",
    of: ["aws:rds/instance:Instance", "demo-db"],
    waitsFor: ["demo-db-postgresql", "demo-db-upgrade"],
  },
  {
    what: "the bastion's profile for its role's policy",
    project: "database",
    config: { "database:bastion": "ssm" },
    of: ["aws:iam/instanceProfile:InstanceProfile", "ec2-proxy"],
    waitsFor: ["ec2-proxy", "ec2-proxy"],
  },
  {
    what: "flow logs for the role's policy",
    project: "networking",
    of: ["aws:ec2/flowLog:FlowLog", "network-flow-logs"],
    waitsFor: Array<string>(3).fill("network-flow-logs"),
  },
  {
    what: "the schedule of a NAT instance for the role's policy",
    project: "networking",
    config: { "networking:nat": "instance" },
    of: ["aws:scheduler/schedule:Schedule", "network-nat-start"],
    waitsFor: ["network-nat-start", "network-nat-start", "network-nat"],
  },
  {
    what: "a client for the scopes that it names",
    project: "auth",
    of: ["aws:cognito/userPoolClient:UserPoolClient", "hosted-ui-client"],
    waitsFor: ["hosted-ui-scopes"],
  },
  {
    what: "a stage that logs for the account's leave, and for the API's to call its functions",
    project: "auth",
    of: ["aws:apigateway/stage:Stage", "apigateway"],
    waitsFor: [...Array<string>(4).fill("apigateway"), "apigateway-authorizer", "apigateway-get-records"],
  },
  {
    what: "the account's leave for the role's policy",
    project: "auth",
    of: ["aws:apigateway/account:Account", "apigateway"],
    waitsFor: ["apigateway-logs", "apigateway-logs"],
  },
];

const glue = { "ingest:glue": "true" };
const workers = ["ingest-glue-workers-in", "ingest-glue-workers-out"];
cases.push(
  {
    what: "Glue's connection for all rules of its network",
    project: "ingest",
    config: glue,
    of: ["aws:glue/connection:Connection", "ingest-glue"],
    waitsFor: [...rules("ingest-glue"), ...workers],
  },
  {
    what: "the Glue job for its rights, its network and its logs",
    project: "ingest",
    config: glue,
    of: ["aws:glue/job:Job", "ingest-glue"],
    waitsFor: [
      ...rules("ingest-glue"),
      "ingest-glue-job",
      "ingest-glue-job",
      "ingest-glue-output",
      "ingest-glue-error",
    ],
  },
  {
    what: "the crawler of files for its rights",
    project: "ingest",
    config: glue,
    of: ["aws:glue/crawler:Crawler", "ingest-glue-files"],
    waitsFor: ["ingest-glue-crawler", "ingest-glue-crawler"],
  },
);

const count = (names: readonly string[], name: string): number =>
  names.filter((each) => each === name).length;

describe("On up", () => {
  standInForGlueWheels();
  const recordings = new Map<string, Promise<Recording>>();
  for (const { what, project, config, of, waitsFor } of cases) {
    it(`waits ${what}`, async () => {
      const key = project + JSON.stringify(config);
      const recording = recordings.get(key) ?? record(project, config && { config });
      recordings.set(key, recording);
      const names = (await recording).waitsFor(...of);
      for (const name of waitsFor) expect(count(names, name), name).to.be.at.least(count(waitsFor, name));
    });
  }
});
