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
  let network: Recording;
  let databaseStack: Recording;
  before(async () => {
    recording = await record("ingest", { config: on });
    network = await record("networking");
    databaseStack = await record("database");
  });

  /** Of the group that reaches itself. */
  const ownRules = (way: "Ingress" | "Egress" = "Ingress") =>
    recording
      .all(`aws:vpc/securityGroup${way}Rule:SecurityGroup${way}Rule`)
      .map(({ inputs }) => inputs)
      .filter(
        ({ securityGroupId, referencedSecurityGroupId }) => securityGroupId === referencedSecurityGroupId,
      );

  it("is not there unless config asks for it, and the output says so", async () => {
    const { outputs, resources } = await record("ingest");
    expect(outputs.glueJobName).to.equal("none");
    expect(resources.filter(({ type }) => type.startsWith("aws:glue/"))).to.be.empty;
  });

  it("runs the script of functions/glue on Glue 5 with G.1X workers, inside the network", () => {
    const { only, outputs } = recording;
    const { tags: _, defaultArguments, roleArn, command, ...asked } = only(job);
    expect(asked).to.deep.equal({
      name: "dev-ingest-glue",
      glueVersion: "5.0",
      workerType: "G.1X",
      numberOfWorkers: 2,
      timeout: 60,
      maxRetries: 1,
      executionProperty: { maxConcurrentRuns: 3 },
      connections: ["dev-ingest-glue"],
    });
    expect(roleArn).to.match(/:role\/groundwork\/dev\/ingest-glue-job-/);
    expect(only("aws:glue/connection:Connection").name).to.equal("dev-ingest-glue");
    expect(outputs.glueJobName).to.equal("dev-ingest-glue");
    expect(command).to.include({ name: "glueetl", pythonVersion: "3" });
    const bucket = String(only("aws:s3/bucketObjectv2:BucketObjectv2", "ingest-glue-job.py").bucket);
    const uri = (key: string) => `s3://${bucket}/${key}`;
    expect((command as Record<string, string>).scriptLocation).to.equal(uri("job.py"));
    const { "--additional-python-modules": _wheels, ...given } = defaultArguments as Record<string, string>;
    const database = databaseStack.outputs;
    expect(given).to.deep.equal({
      "--job-bookmark-option": "job-bookmark-disable",
      "--enable-metrics": "true",
      "--enable-observability-metrics": "true",
      "--custom-logGroup-prefix": "/aws-glue/dev-ingest-glue",
      "--python-modules-installer-option": "--no-index",
      "--extra-py-files": ["database.py", "node_reader.py", "parts.py", "source.py"].map(uri).join(","),
      "--bucket": outputs.bucketName,
      "--reader": uri("reader.js"),
      "--database_host": database.endpoint,
      "--database_port": "5432",
      "--database_name": "groundwork",
      "--database_secret_arn": database.ingestSecretArn,
      "--database_ca": uri("authorities.pem"),
      "--max_rejects": "1000",
    });
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
    const { availabilityZones, privateSubnetIds } = network.outputs as Record<string, string[]>;
    const [group] = ownRules().map(({ securityGroupId }) => securityGroupId);
    expect(connection.physicalConnectionRequirements).to.deep.equal({
      availabilityZone: availabilityZones?.[0],
      subnetId: privateSubnetIds?.[0],
      securityGroupIdLists: [group],
    });
    expect(connection.connectionType).to.equal("NETWORK");
    expect(connection).to.not.have.property("connectionProperties");
  });

  it("lets its workers talk among themselves, in a group of their own, and with the database", () => {
    for (const way of ["Ingress", "Egress"] as const) {
      const own = ownRules(way);
      expect(own).to.have.length(1);
      expect(own[0]).to.include({ ipProtocol: "tcp", fromPort: 0, toPort: 65_535 });
    }
  });

  it("catalogs the bucket when someone starts the crawler, which signs in nowhere", () => {
    const { tags: _, role, ...crawler } = recording.only("aws:glue/crawler:Crawler");
    expect(role).to.match(/:role\/groundwork\/dev\/ingest-glue-crawler-/);
    expect(crawler).to.deep.equal({
      name: "dev-ingest-glue-files",
      databaseName: "dev-ingest-glue",
      tablePrefix: "files_",
      s3Targets: [{ path: `s3://${String(recording.outputs.bucketName)}/` }],
    });
    for (const name of ["ingest-glue-job", "ingest-glue-crawler"])
      expect(recording.only("aws:iam/role:Role", name).assumeRolePolicy).to.include('"glue.amazonaws.com"');
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
