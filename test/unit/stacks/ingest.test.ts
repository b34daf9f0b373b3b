import { expect } from "chai";
import { type Recording, failureOf, record } from "../../support/stacks";

const lambda = "aws:lambda/function:Function";

describe("the ingest stack", () => {
  it("bounds how many files are loaded at once, where config says so", async () => {
    const reserved = async (config?: Record<string, string>): Promise<unknown> =>
      (await record("ingest", config && { config })).only("aws:lambda/function:Function", "ingest")
        .reservedConcurrentExecutions;
    expect(await reserved({ "ingest:maxConcurrency": "20" })).to.equal(20);
    expect(await reserved()).to.equal(undefined);
  });

  it("keeps its bucket private, versioned, encrypted and on TLS", async () => {
    const { only, outputs } = await record("ingest");
    const bucket = outputs.bucketName;
    expect(only("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")).to.include({
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(only("aws:s3/bucketVersioning:BucketVersioning")).to.deep.include({
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    expect(
      only("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"),
    ).to.include({ bucket });
    expect(only("aws:s3/bucketPolicy:BucketPolicy").policy).to.include('"aws:SecureTransport":"false"');
  });

  it("starts the function at each object that is created, once the bucket may call it", async () => {
    const { only, outputs } = await record("ingest");
    expect(only("aws:lambda/permission:Permission", "ingest")).to.include({
      action: "lambda:InvokeFunction",
      principal: "s3.amazonaws.com",
      function: outputs.functionName,
      sourceArn: `arn:aws:s3:::${String(outputs.bucketName)}`,
    });
    const { lambdaFunctions } = only("aws:s3/bucketNotification:BucketNotification");
    expect(lambdaFunctions).to.have.length(1);
    expect(lambdaFunctions).to.have.nested.property("[0].events").deep.equal(["s3:ObjectCreated:*"]);
  });

  it("runs the function in the private subnets, with where the database is and no secret", async () => {
    const { only } = await record("ingest");
    const inputs = only(lambda, "ingest");
    expect(inputs).to.include({ name: "dev-ingest", runtime: "nodejs22.x", memorySize: 1769, timeout: 900 });
    expect(inputs).to.have.nested.property("vpcConfig.subnetIds").with.length(2);
    const { variables } = inputs.environment as { variables: Record<string, string> };
    expect(Object.keys(variables)).to.have.members([
      "DATABASE_HOST",
      "DATABASE_PORT",
      "DATABASE_NAME",
      "DATABASE_SECRET_ARN",
    ]);
    expect(variables.DATABASE_PORT).to.equal("5432");
  });

  it("may read its bucket and its secret, write its log and dead letters, call itself, and no more", async () => {
    const recording = await record("ingest");
    const statements = [...statementsOf(recording, "ingest"), ...statementsOf(recording, "ingest-hand-over")];
    expect(statements.flatMap(({ Action }) => Action)).to.have.members([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "ec2:CreateNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:DeleteNetworkInterface",
      "ec2:AssignPrivateIpAddresses",
      "ec2:UnassignPrivateIpAddresses",
      "s3:GetObject",
      "s3:GetObjectVersion",
      "secretsmanager:GetSecretValue",
      "sqs:SendMessage",
      "lambda:InvokeFunction",
    ]);
    const everywhere = statements.filter(({ Resource }) => Resource.includes("*"));
    expect(everywhere.flatMap(({ Action }) => Action).filter((a) => !a.startsWith("ec2:"))).to.be.empty;
    expect(recording.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")).to.be.empty;
  });

  it("lets the function call itself, and keeps what it gave up on for two weeks", async () => {
    const { only, outputs } = await record("ingest");
    expect(only("aws:lambda/functionRecursionConfig:FunctionRecursionConfig")).to.include({
      functionName: outputs.functionName,
      recursiveLoop: "Allow",
    });
    const onFailure = only("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig");
    expect(onFailure)
      .to.have.nested.property("destinationConfig.onFailure.destination")
      .that.matches(/:sqs:/);
    expect(only("aws:sqs/queue:Queue").messageRetentionSeconds).to.equal(14 * 24 * 3600);
  });

  it("reaches the database by a rule from its own security group, and HTTPS", async () => {
    const { all, only } = await record("ingest");
    expect(only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")).to.include({
      fromPort: 5432,
      toPort: 5432,
    });
    const egress = all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
    expect(egress.map(({ inputs }) => inputs.fromPort)).to.have.members([5432, 443]);
  });

  it("keeps the log for as long as config says", async () => {
    const { only } = await record("ingest", { config: { "ingest:logRetentionDays": "90" } });
    expect(only("aws:cloudwatch/logGroup:LogGroup", "ingest").retentionInDays).to.equal(90);
  });

  it("deletes files on destroy in dev only", async () => {
    const bucket = "aws:s3/bucket:Bucket";
    expect((await record("ingest")).only(bucket).forceDestroy).to.equal(true);
    expect((await record("ingest", { stack: "prod" })).only(bucket).forceDestroy).to.equal(false);
  });

  it("refuses a reserve that leaves a hop no time", async () => {
    const message = await failureOf(
      record("ingest", { config: { "ingest:timeout": "60", "ingest:handOverReserveMs": "60000" } }),
    );
    expect(message).to.include("ingest:handOverReserveMs").and.to.include("ingest:timeout");
  });

  it("goes on with stalled jobs every few minutes, by a function that may do no more than start the other", async () => {
    const recording = await record("ingest", { config: { "ingest:sweepMinutes": "7" } });
    const { only, outputs } = recording;
    expect(only("aws:cloudwatch/eventRule:EventRule").scheduleExpression).to.equal("rate(7 minutes)");
    expect(JSON.parse(String(only("aws:cloudwatch/eventTarget:EventTarget").input))).to.deep.equal({
      action: "sweep",
      stalledAfterSeconds: 420,
    });
    expect(only("aws:lambda/permission:Permission", "ingest-jobs-sweep")).to.include({
      principal: "events.amazonaws.com",
      function: outputs.jobsFunctionName,
    });
    const own = statementsOf(recording, "ingest-jobs").filter(({ Resource }) => !Resource.includes("*"));
    expect(own.flatMap(({ Action }) => Action)).to.have.members([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "secretsmanager:GetSecretValue",
      "lambda:InvokeFunction",
    ]);
    expect(only(lambda, "ingest-jobs")).to.have.nested.property(
      "environment.variables.INGEST_FUNCTION_NAME",
      outputs.functionName,
    );
  });

  it("has an alarm for all that needs a person, and tells the topic that config names", async () => {
    const topic = "arn:aws:sns:us-east-1:123456789012:alarms";
    const { all } = await record("ingest", { config: { "ingest:alarmTopicArn": topic } });
    const alarms = all("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => inputs);
    expect(alarms.map(({ metricName }) => metricName)).to.have.members([
      "ApproximateNumberOfMessagesVisible",
      "FailedJobs",
      "Errors",
      "Errors",
      "StalledJobs",
      "Duration",
      "AsyncEventAge",
      "ConnectionWait",
    ]);
    for (const alarm of alarms) expect(alarm.alarmActions).to.deep.equal([topic]);
    const duration = alarms.find(({ metricName }) => metricName === "Duration");
    expect(duration?.threshold, "between the hand-over and the timeout").to.be.within(840_000, 900_000);
  });

  it("shows the ingest on a dashboard whose address is an output", async () => {
    const { only, outputs } = await record("ingest");
    const body = String(only("aws:cloudwatch/dashboard:Dashboard").dashboardBody);
    for (const name of ["Rows", "Rejects", "Lag", "StalledJobs", String(outputs.functionName)]) {
      expect(body).to.include(name);
    }
    expect(outputs.dashboardUrl).to.match(
      /^https:\/\/us-east-1\.console\.aws\.amazon\.com\/.*dashboard\/dev-ingest$/,
    );
  });
});

function statementsOf({ only }: Recording, name: string): { Action: string[]; Resource: string[] }[] {
  const policy = String(only("aws:iam/rolePolicy:RolePolicy", name).policy);
  return (JSON.parse(policy) as { Statement: { Action: string[]; Resource: string[] }[] }).Statement;
}
