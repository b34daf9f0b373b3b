import { expect } from "chai";
import { rejection } from "../../support/rejection";
import { record } from "../../support/stacks";

const instance = "aws:rds/instance:Instance";

describe("the database stack", () => {
  it("makes a private, encrypted PostgreSQL with the tutorial's names, and asks for nothing but this in dev", async () => {
    const { only, outputs } = await record("database");
    const { tags: _, parameterGroupName, ...asked } = only(instance);
    expect(parameterGroupName).to.match(/^demo-db-/);
    expect(asked).to.deep.equal({
      identifier: "demo-db",
      engine: "postgres",
      engineVersion: "18",
      instanceClass: "db.t4g.micro",
      multiAz: false,
      allocatedStorage: 20,
      maxAllocatedStorage: 100,
      storageType: "gp3",
      storageEncrypted: true,
      dbName: "groundwork",
      username: "postgres",
      manageMasterUserPassword: true,
      iamDatabaseAuthenticationEnabled: true,
      dbSubnetGroupName: "private-db-subnet",
      vpcSecurityGroupIds: [outputs.securityGroupId],
      publiclyAccessible: false,
      backupRetentionPeriod: 1,
      backupWindow: "03:00-03:30",
      maintenanceWindow: "sun:04:00-sun:05:00",
      applyImmediately: true,
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      monitoringInterval: 0,
      deletionProtection: false,
      skipFinalSnapshot: true,
    });
    const group = only("aws:ec2/securityGroup:SecurityGroup", "demo-db-sg");
    expect(group.name).to.equal("private-db-sg");
    expect(group.tags).to.include({ Name: "private-db-sg" });
  });

  it("is protected by Pulumi and by RDS in prod, and in dev by neither", async () => {
    for (const [stack, kept] of [["dev", false] as const, ["prod", true] as const]) {
      const { only, optionsOf } = await record("database", { stack });
      expect(optionsOf(instance).protect, stack).to.equal(kept);
      expect(only(instance).deletionProtection, stack).to.equal(kept);
    }
  });

  it("leaves the master password to RDS: none in the program, none in its state", async () => {
    const { only, resources } = await record("database");
    expect(only(instance).manageMasterUserPassword).to.equal(true);
    expect(JSON.stringify(resources)).to.not.match(/"password":/);
  });

  it("forces TLS by a parameter group of the engine's major version", async () => {
    const { only } = await record("database", { config: { "database:engineVersion": "17" } });
    expect(only("aws:rds/parameterGroup:ParameterGroup")).to.deep.include({
      family: "postgres17",
      parameters: [{ name: "rds.force_ssl", value: "1", applyMethod: "pending-reboot" }],
    });
    expect(only(instance).parameterGroupName).to.be.a("string").that.is.not.empty;
  });

  it("lets RDS make and fill the log group of its monitoring, as CloudWatch Logs checks it", async () => {
    const { only } = await record("database", { config: { "database:monitoringInterval": "60" } });
    const { Statement } = JSON.parse(
      String(only("aws:iam/rolePolicy:RolePolicy", "demo-db-monitoring").policy),
    ) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    expect(only("aws:iam/role:Role", "demo-db-monitoring").assumeRolePolicy).to.include(
      '"monitoring.rds.amazonaws.com"',
    );
    const asked = "arn:aws:logs:us-east-1:123456789012:log-group:RDSOSMetrics:log-stream:";
    const makes = Statement.filter(({ Action }) => Action.includes("logs:CreateLogGroup"));
    const matches = (pattern: string) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(asked);
    expect(makes.flatMap(({ Resource }) => Resource).some(matches)).to.equal(true);
    expect(Statement.map(({ Action, Resource }) => [Action, Resource])).to.deep.equal([
      [["logs:CreateLogGroup", "logs:PutRetentionPolicy"], ["arn:aws:logs:*:*:log-group:RDSOSMetrics*"]],
      [
        ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams", "logs:GetLogEvents"],
        ["arn:aws:logs:*:*:log-group:RDSOSMetrics:log-stream:*"],
      ],
    ]);
  });

  it("lies in the private subnets of the networking stack", async () => {
    const { only } = await record("database", {
      upstream: {
        networking: {
          vpcId: "vpc-1",
          privateSubnetIds: ["subnet-a", "subnet-b"],
          publicSubnetIds: ["subnet-p"],
        },
      },
    });
    expect(only("aws:rds/subnetGroup:SubnetGroup").subnetIds).to.deep.equal(["subnet-a", "subnet-b"]);
    expect(only("aws:ec2/securityGroup:SecurityGroup", "demo-db-sg").vpcId).to.equal("vpc-1");
  });

  it("makes the groups of its exported logs before RDS does, which would keep them for ever", async () => {
    const groups = async (logExports: string): Promise<unknown[]> =>
      (
        await record("database", {
          config: { "database:logExports": logExports, "database:logRetentionDays": "14" },
        })
      )
        .all("aws:cloudwatch/logGroup:LogGroup")
        .filter(({ name }) => name !== "schema")
        .map(({ inputs }) => [inputs.name, inputs.retentionInDays]);
    expect(await groups('["postgresql","upgrade"]')).to.deep.equal([
      ["/aws/rds/instance/demo-db/postgresql", 14],
      ["/aws/rds/instance/demo-db/upgrade", 14],
    ]);
    expect(await groups("[]")).to.be.empty;
  });

  it("takes every choice of config over to the instance", async () => {
    const { only } = await record("database", {
      config: {
        "database:instanceClass": "db.m7g.large",
        "database:allocatedStorage": "200",
        "database:maxAllocatedStorage": "1000",
        "database:multiAz": "true",
        "database:backupRetentionDays": "21",
        "database:backupWindow": "22:00-23:00",
        "database:maintenanceWindow": "tue:01:00-tue:02:00",
        "database:applyImmediately": "false",
        "database:performanceInsights": "true",
        "database:monitoringInterval": "15",
        "database:logExports": '["postgresql"]',
      },
    });
    expect(only(instance)).to.deep.include({
      instanceClass: "db.m7g.large",
      allocatedStorage: 200,
      maxAllocatedStorage: 1000,
      multiAz: true,
      backupRetentionPeriod: 21,
      backupWindow: "22:00-23:00",
      maintenanceWindow: "tue:01:00-tue:02:00",
      applyImmediately: false,
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      monitoringInterval: 15,
      enabledCloudwatchLogsExports: ["postgresql"],
    });
    expect(only(instance).monitoringRoleArn).to.match(/:role\/groundwork\/dev\/demo-db-monitoring/);
  });

  it("is upgraded to another major version, and has the storage of accounts without gp3, where config says so", async () => {
    const { only } = await record("database", {
      config: { "database:allowMajorVersionUpgrade": "true", "database:storageType": "gp2" },
    });
    expect(only(instance)).to.include({ allowMajorVersionUpgrade: true, storageType: "gp2" });
  });

  it("makes no monitoring role, and no ceiling, where config wants none", async () => {
    const { only } = await record("database", {
      config: { "database:monitoringInterval": "0", "database:maxAllocatedStorage": "20" },
    });
    expect(only(instance)).to.not.have.any.keys("monitoringRoleArn", "maxAllocatedStorage");
  });

  it("is safe where config says nothing", async () => {
    const { only } = await record("database", {
      stack: "prod",
      config: Object.fromEntries(
        ["multiAz", "deletionProtection", "finalSnapshot", "monitoringInterval", "performanceInsights"].map(
          (key) => [`database:${key}`, undefined],
        ),
      ),
    });
    expect(only(instance)).to.include({
      multiAz: true,
      deletionProtection: true,
      skipFinalSnapshot: false,
      monitoringInterval: 60,
      performanceInsightsEnabled: true,
    });
  });

  it("can be destroyed in dev, and in prod neither destroyed nor lost without a snapshot", async () => {
    expect((await record("database")).only(instance)).to.include({
      deletionProtection: false,
      skipFinalSnapshot: true,
    });
    const prod = (await record("database", { stack: "prod" })).only(instance);
    expect(prod).to.include({ deletionProtection: true, skipFinalSnapshot: false });
  });

  it("leaves a final snapshot with another name than the instance before it, also where an update replaces it", async () => {
    const { only } = await record("database", { stack: "prod" });
    const { parameterGroupName, finalSnapshotIdentifier } = only(instance);
    // Pulumi ends the name of each new group at random.
    const suffix = String(parameterGroupName).replace(/^demo-db-/, "");
    expect(finalSnapshotIdentifier).to.equal(`prod-demo-db-final-${suffix}`);
    // What replaces the instance makes a new group: a description can't be changed.
    expect(only("aws:rds/parameterGroup:ParameterGroup").description).to.include(
      String(only(instance).dbName),
    );
  });

  it("puts the environment into names that AWS wants unique, so that two fit in one account", async () => {
    const { only } = await record("database", { stack: "prod" });
    expect(only(instance).identifier).to.equal("prod-demo-db");
    expect(only("aws:rds/subnetGroup:SubnetGroup").name).to.equal("prod-private-db-subnet");
  });

  it("exports where the database is, and its secret's ARN", async () => {
    const { outputs } = await record("database");
    expect(outputs.endpoint).to.match(/^demo-db\..*\.rds\.amazonaws\.com$/);
    expect(outputs).to.include({ port: 5432, databaseName: "groundwork" });
    expect(outputs.secretArn).to.match(/^arn:aws:secretsmanager:/);
    expect(outputs.securityGroupId).to.match(/^sg-/);
  });

  it("tells a topic what RDS does to the database, where config names one", async () => {
    const topic = "arn:aws:sns:us-east-1:123456789012:operators";
    const { only } = await record("database", { config: { "database:eventTopicArn": topic } });
    const type = "aws:rds/eventSubscription:EventSubscription";
    expect(only(type, "demo-db-instance")).to.deep.include({
      snsTopic: topic,
      sourceType: "db-instance",
      sourceIds: ["demo-db"],
      eventCategories: ["configuration change", "failover", "failure", "low storage", "maintenance"],
    });
    expect(only(type, "demo-db-parameter-group")).to.deep.include({
      snsTopic: topic,
      sourceType: "db-parameter-group",
      sourceIds: [only(instance).parameterGroupName],
      eventCategories: ["configuration change"],
    });
    expect((await record("database")).all(type)).to.be.empty;
  });

  it("says which stack to deploy first when there is no network", async () => {
    expect(await rejection(record("database", { upstream: {} }))).to.equal(
      "Stack organization/networking/dev is not deployed: deploy it first with npm run deploy -- --stack dev --only networking",
    );
  });

  it("keeps its final snapshot when only the deletion protection is taken off, as a destroy needs it", async () => {
    const { only } = await record("database", {
      stack: "prod",
      config: { "database:deletionProtection": "false", "groundwork:retire": "true" },
    });
    expect(only(instance).skipFinalSnapshot).to.equal(false);
  });

  it("names the output that an upstream stack lacks, and the fix", async () => {
    const message = await rejection(record("database", { upstream: { networking: { vpcId: "vpc-1" } } }));
    expect(message).to.include(
      "Stack networking has no output publicSubnetIds: deploy it first with npm run deploy -- --stack dev --only networking",
    );
  });

  it("reads another network's stack where config names one", async () => {
    const message = await rejection(
      record("database", {
        upstream: {},
        config: { "database:networkingStack": "acme/shared-network/live" },
      }),
    );
    expect(message).to.include("acme/shared-network/live");
  });
});
