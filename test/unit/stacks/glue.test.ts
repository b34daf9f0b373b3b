import { expect } from "chai";
import { readerScript } from "../../../infra/ingest/glueReader";
import { readTables } from "../../../infra/tables";
import { standInForGlueWheels } from "../../support/glueWheels";
import { rejection } from "../../support/rejection";
import { type Recording, record } from "../../support/stacks";

const on = { "ingest:glue": "true" };
const job = "aws:glue/job:Job";

describe("the Glue road of the ingest stack", () => {
  standInForGlueWheels();
  let recording: Recording;
  before(async () => (recording = await record("ingest", { config: on })));

  it("is not there unless config asks for it, and the output says so", async () => {
    const { outputs, resources } = await record("ingest");
    expect(outputs.glueJobName).to.equal("none");
    expect(resources.filter(({ type }) => type.startsWith("aws:glue/"))).to.be.empty;
  });

  it("runs the script of functions/glue on Glue 5 with G.1X workers, inside the network", () => {
    const { only, outputs } = recording;
    const inputs = only(job);
    expect(inputs).to.include({
      name: "dev-ingest-glue",
      glueVersion: "5.0",
      workerType: "G.1X",
      timeout: 60,
    });
    expect(inputs).to.include({ numberOfWorkers: 2, maxRetries: 1 });
    expect(outputs.glueJobName).to.equal("dev-ingest-glue");
    expect(inputs.connections).to.deep.equal([only("aws:glue/connection:Connection").name]);
    const given = inputs.defaultArguments as Record<string, string>;
    expect(given["--bucket"]).to.equal(outputs.bucketName);
    expect(given["--job-bookmark-option"]).to.equal("job-bookmark-disable");
    expect(given["--extra-py-files"]?.split(",").map((uri) => uri.split("/").at(-1))).to.have.members([
      "database.py",
      "node_reader.py",
      "parts.py",
      "source.py",
    ]);
  });

  it("gives the job the function's own reader with the tables, from a bucket of its own", async () => {
    const { all, outputs } = recording;
    const objects = all("aws:s3/bucketObjectv2:BucketObjectv2").map(({ inputs }) => inputs);
    const reader = objects.find(({ key }) => key === "reader.js");
    expect(reader?.content).to.equal(await readerScript(readTables()));
    for (const object of objects) expect(object.bucket).to.not.equal(outputs.bucketName);
  });

  it("runs in the VPC by a connection that knows no database", () => {
    const connection = recording.only("aws:glue/connection:Connection");
    expect(connection.connectionType).to.equal("NETWORK");
    expect(connection).to.not.have.property("connectionProperties");
  });

  it("lets its workers talk among themselves, in a group of their own, and with the database", () => {
    const own = recording
      .all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .map(({ inputs }) => inputs)
      .filter(
        ({ securityGroupId, referencedSecurityGroupId }) => securityGroupId === referencedSecurityGroupId,
      );
    expect(own).to.have.length(1);
    expect(own[0]).to.include({ ipProtocol: "tcp", fromPort: 0, toPort: 65_535 });
  });

  it("catalogs the bucket when someone starts the crawler, which signs in nowhere", () => {
    const crawler = recording.only("aws:glue/crawler:Crawler");
    expect(crawler).to.not.have.any.keys("schedule", "jdbcTargets");
    const policy = recording.only("aws:iam/rolePolicy:RolePolicy", "ingest-glue-crawler").policy;
    expect(policy).to.not.match(/secretsmanager|ec2:|glue:GetConnection/);
  });

  it("may do what it must: wildcards stand only with what takes no other", () => {
    for (const name of ["ingest-glue-job", "ingest-glue-crawler"]) {
      const policy = String(recording.only("aws:iam/rolePolicy:RolePolicy", name).policy);
      const { Statement } = JSON.parse(policy) as { Statement: { Action: string[]; Resource: string[] }[] };
      const wide = Statement.filter(({ Resource }) => Resource.includes("*")).flatMap(({ Action }) => Action);
      expect(
        wide.filter((action) => !/^(ec2:.*|cloudwatch:PutMetricData)$/.test(action)),
        name,
      ).to.be.empty;
      expect(
        Statement.flatMap(({ Action }) => Action).filter((action) => action.includes("*")),
        name,
      ).to.be.empty;
    }
  });

  it("raises an alarm when a run fails, and keeps the log for as long as config says", () => {
    const alarm = recording.only("aws:cloudwatch/metricAlarm:MetricAlarm", "ingest-glue-failed");
    expect(alarm).to.have.nested.property("dimensions.JobName", "dev-ingest-glue");
    const prefix = (recording.only(job).defaultArguments as Record<string, string>)[
      "--custom-logGroup-prefix"
    ];
    for (const stream of ["output", "error"]) {
      expect(recording.only("aws:cloudwatch/logGroup:LogGroup", `ingest-glue-${stream}`)).to.include({
        name: `${prefix}/${stream}`,
        retentionInDays: 30,
      });
    }
  });

  it("brings its Python packages along, in its own bucket, and asks no index, without a NAT too", () => {
    const given = recording.only(job).defaultArguments as Record<string, string>;
    const wheels = recording
      .all("aws:s3/bucketObjectv2:BucketObjectv2")
      .filter(({ inputs }) => String(inputs.key).endsWith(".whl"))
      .map(({ inputs }) => `s3://${String(inputs.bucket)}/${String(inputs.key)}`);
    expect(wheels).to.have.length(2);
    expect(given["--additional-python-modules"]).to.equal(wheels.join(","));
    expect(given["--python-modules-installer-option"]).to.equal("--no-index");
  });

  it("takes the role and the limits of a Learner Lab", async () => {
    const stack = "learnerlab";
    const { only, all } = await record("ingest", { stack, config: on });
    expect(only(job).roleArn).to.match(/:role\/LabRole$/);
    expect(all("aws:iam/role:Role")).to.be.empty;
    const message = await rejection(
      record("ingest", { stack, config: { ...on, "ingest:glueWorkers": "11" } }),
    );
    expect(message).to.include("Learner Lab would refuse").and.to.include("ingest:glueWorkers");
  });
});
