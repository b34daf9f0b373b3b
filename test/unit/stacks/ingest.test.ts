import { expect } from "chai";
import { rejection } from "../../support/rejection";
import { type Recording, codeOf, record } from "../../support/stacks";

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
    ).to.deep.equal({ bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] });
    expect(only("aws:s3/bucketOwnershipControls:BucketOwnershipControls")).to.deep.equal({
      bucket,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    const arn = `arn:aws:s3:::${String(bucket)}`;
    expect(JSON.parse(String(only("aws:s3/bucketPolicy:BucketPolicy").policy))).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [arn, `${arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  });

  it("keeps replaced files as long as config says, and what is left of a broken upload a week", async () => {
    const { only, outputs } = await record("ingest", { config: { "ingest:noncurrentVersionDays": "11" } });
    expect(only("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")).to.deep.equal({
      bucket: outputs.bucketName,
      rules: [
        {
          id: "clean-up",
          status: "Enabled",
          filter: {},
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          noncurrentVersionExpiration: { noncurrentDays: 11 },
        },
      ],
    });
  });

  it("starts the function at each object that is created in its bucket, and lets that bucket alone call it", async () => {
    const { only, outputs } = await record("ingest");
    expect(only("aws:lambda/permission:Permission", "ingest")).to.include({
      action: "lambda:InvokeFunction",
      principal: "s3.amazonaws.com",
      function: outputs.functionName,
      sourceArn: `arn:aws:s3:::${String(outputs.bucketName)}`,
      sourceAccount: "123456789012",
    });
    const { bucket, lambdaFunctions } = only("aws:s3/bucketNotification:BucketNotification");
    expect(bucket).to.equal(outputs.bucketName);
    expect(lambdaFunctions).to.have.length(1);
    expect(lambdaFunctions)
      .to.have.nested.property("[0].lambdaFunctionArn")
      .that.matches(/:function:dev-ingest$/);
    expect(lambdaFunctions).to.have.nested.property("[0].events").deep.equal(["s3:ObjectCreated:*"]);
  });

  it("runs the function in the private subnets, with where the database is and no secret", async () => {
    const { only } = await record("ingest");
    const inputs = only(lambda, "ingest");
    expect(inputs).to.include({ name: "dev-ingest", runtime: "nodejs22.x", memorySize: 1769, timeout: 900 });
    expect(inputs).to.have.nested.property("vpcConfig.subnetIds").with.length(2);
    const { variables } = inputs.environment as { variables: Record<string, string> };
    const { outputs } = await record("database");
    expect(variables).to.deep.equal({
      DATABASE_HOST: outputs.endpoint,
      DATABASE_PORT: "5432",
      DATABASE_NAME: "groundwork",
      DATABASE_SECRET_ARN: outputs.ingestSecretArn,
    });
  });

  it("loads by what config says", async () => {
    const config = { handOverReserveMs: 54_321, maxRejects: 777, chunkBytes: 98_765 };
    const entries = Object.entries(config).map(([key, value]) => [`ingest:${key}`, String(value)]);
    const { only } = await record("ingest", {
      config: Object.fromEntries(entries) as Record<string, string>,
    });
    const code = await codeOf(only(lambda, "ingest"));
    for (const value of Object.values(config)) expect(code).to.match(new RegExp(`\\b${value}\\b`));
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
      "s3:ListBucket",
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
    const onFailure = only("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "ingest");
    expect(onFailure)
      .to.have.nested.property("destinationConfig.onFailure.destination")
      .that.matches(/:sqs:/);
    expect(onFailure).to.include({ functionName: outputs.functionName, maximumRetryAttempts: 2 });
    expect(only("aws:sqs/queue:Queue")).to.include({
      messageRetentionSeconds: 14 * 24 * 3600,
      sqsManagedSseEnabled: true,
    });
  });

  it("reaches the database by a rule from its own security group, and HTTPS", async () => {
    const { all, only } = await record("ingest");
    const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
    const egress = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
    expect(all(ingress)).to.have.length(2);
    expect(all(egress)).to.have.length(4);
    for (const name of ["ingest", "ingest-jobs"]) {
      const { securityGroupIds } = only(lambda, name).vpcConfig as { securityGroupIds: string[] };
      const into = only(ingress, `${name}-into-database`);
      expect(into).to.include({
        fromPort: 5432,
        toPort: 5432,
        referencedSecurityGroupId: securityGroupIds[0],
      });
      const own = all(egress).filter(({ inputs }) => inputs.securityGroupId === securityGroupIds[0]);
      expect(own.map(({ inputs }) => inputs.fromPort)).to.have.members([5432, 443]);
    }
  });

  it("keeps the log for as long as config says", async () => {
    const { only } = await record("ingest", { config: { "ingest:logRetentionDays": "90" } });
    expect(only("aws:cloudwatch/logGroup:LogGroup", "ingest").retentionInDays).to.equal(90);
  });

  it("deletes files on destroy in dev only", async () => {
    const bucket = "aws:s3/bucket:Bucket";
    const dev = await record("ingest");
    expect(dev.only(bucket).forceDestroy).to.equal(true);
    expect(dev.optionsOf(bucket).protect).to.equal(false);
    const prod = await record("ingest", { stack: "prod" });
    expect(prod.only(bucket).forceDestroy).to.equal(false);
    expect(prod.optionsOf(bucket).protect).to.equal(true);
  });

  it("refuses a reserve that leaves a hop no time", async () => {
    const message = await rejection(
      record("ingest", { config: { "ingest:timeout": "60", "ingest:handOverReserveMs": "60000" } }),
    );
    expect(message).to.include("ingest:handOverReserveMs").and.to.include("ingest:timeout");
  });

  it("goes on with stalled jobs every few minutes, by a function that may do no more than start the other", async () => {
    const recording = await record("ingest", { config: { "ingest:sweepMinutes": "7" } });
    const { only, outputs } = recording;
    expect(only("aws:cloudwatch/eventRule:EventRule").scheduleExpression).to.equal("rate(7 minutes)");
    const { rule, arn, input } = only("aws:cloudwatch/eventTarget:EventTarget");
    expect(arn).to.match(/:function:dev-ingest-jobs$/);
    expect(JSON.parse(String(input))).to.deep.equal({ action: "sweep", stalledAfterSeconds: 420 });
    expect(only("aws:lambda/permission:Permission", "ingest-jobs-sweep")).to.deep.equal({
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      function: outputs.jobsFunctionName,
      sourceArn: `arn:aws:events:us-east-1:123456789012:rule/${String(rule)}`,
    });
    const everyMinute = await record("ingest", { config: { "ingest:sweepMinutes": "1" } });
    expect(everyMinute.only("aws:cloudwatch/eventRule:EventRule").scheduleExpression).to.equal(
      "rate(1 minute)",
    );
    const own = statementsOf(recording, "ingest-jobs").filter(({ Resource }) => !Resource.includes("*"));
    expect(own.flatMap(({ Action }) => Action)).to.have.members([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "secretsmanager:GetSecretValue",
      "lambda:InvokeFunction",
      "sqs:SendMessage",
    ]);
    expect(only(lambda, "ingest-jobs"))
      .to.include({ name: "dev-ingest-jobs", memorySize: 256, timeout: 900 })
      .and.to.have.nested.property("environment.variables.INGEST_FUNCTION_NAME", outputs.functionName);
  });

  it("keeps the calls of both functions that Lambda gave up on, and lets each role send them", async () => {
    const { all, only, outputs } = await record("ingest");
    const configs = all("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig");
    expect(configs.map(({ inputs }) => inputs.functionName)).to.have.members([
      outputs.functionName,
      outputs.jobsFunctionName,
    ]);
    const destinations = configs.map(({ inputs }) => JSON.stringify(inputs.destinationConfig));
    expect(destinations[0]).to.match(/^\{"onFailure":\{"destination":"arn:aws:sqs:.*ingest-dead-letters-/);
    expect(destinations[1]).to.equal(destinations[0]);
    for (const role of ["ingest", "ingest-jobs"]) {
      expect(String(only("aws:iam/rolePolicy:RolePolicy", role).policy)).to.include("sqs:SendMessage");
    }
  });

  it("may list its bucket, without which S3 says of a missing file that it may not be read", async () => {
    const { only, outputs } = await record("ingest");
    const { Statement } = JSON.parse(String(only("aws:iam/rolePolicy:RolePolicy", "ingest").policy)) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    const lists = Statement.filter(({ Action }) => Action.includes("s3:ListBucket"));
    expect(lists.flatMap(({ Resource }) => Resource)).to.deep.equal([
      `arn:aws:s3:::${String(outputs.bucketName)}`,
    ]);
  });

  it("shows the ingest on a dashboard whose address is an output", async () => {
    const { only, outputs } = await record("ingest");
    const { dashboardName, dashboardBody } = only("aws:cloudwatch/dashboard:Dashboard");
    expect(dashboardName).to.equal("dev-ingest");
    for (const name of ["Rows", "Rejects", "Lag", "StalledJobs", String(outputs.functionName)]) {
      expect(dashboardBody).to.include(name);
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
