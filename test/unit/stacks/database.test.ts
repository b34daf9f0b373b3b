import { expect } from "chai";
import { shapeOf } from "../../../functions/ingest/tableFit";
import { readMigrations } from "../../../infra/database/migrations";
import { readTables } from "../../../infra/tables";
import { rejection } from "../../support/rejection";
import { record } from "../../support/stacks";

const instance = "aws:rds/instance:Instance";
const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

describe("the database stack", () => {
  it("makes a private, encrypted PostgreSQL with the tutorial's names", async () => {
    const { only } = await record("database");
    expect(only(instance)).to.include({
      identifier: "demo-db",
      engine: "postgres",
      username: "postgres",
      publiclyAccessible: false,
      storageEncrypted: true,
      dbSubnetGroupName: "private-db-subnet",
    });
    expect(only("aws:ec2/securityGroup:SecurityGroup", "demo-db-sg").name).to.equal("private-db-sg");
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
    const asked = "arn:aws:logs:us-east-1:123456789012:log-group:RDSOSMetrics:log-stream:";
    const makes = Statement.filter(({ Action }) => Action.includes("logs:CreateLogGroup"));
    const matches = (pattern: string) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(asked);
    expect(makes.flatMap(({ Resource }) => Resource).some(matches)).to.equal(true);
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

  it("is entered by the schema function alone, on the database's port, by its security group", async () => {
    const { all, outputs } = await record("database", { config: { "database:bastion": "none" } });
    expect(all(ingressRule)).to.have.length(1);
    const [rule] = all(ingressRule);
    expect(rule?.inputs).to.include({
      securityGroupId: outputs.securityGroupId,
      ipProtocol: "tcp",
      fromPort: outputs.port,
      toPort: outputs.port,
    });
    expect(rule?.inputs.referencedSecurityGroupId).to.match(/^sg-/);
    expect(rule?.inputs).to.not.have.property("cidrIpv4");
  });

  it("applies the schema on up, and again when a migration is added or the database is another", async () => {
    const { only } = await record("database");
    const invocation = only("aws:lambda/invocation:Invocation");
    expect(invocation.functionName).to.equal("dev-schema");
    const triggers = invocation.triggers as { database: string; migrations: string };
    expect(triggers.database).to.match(/^db-/);
    expect(triggers.migrations.split(",")).to.deep.equal(readMigrations().map(({ checksum }) => checksum));
    const { outputs } = await record("database");
    expect(invocation.triggers).to.deep.include({
      ingestSecret: outputs.ingestSecretArn,
      readerSecret: outputs.readerSecretArn,
      tables: JSON.stringify(readTables().map(shapeOf)),
    });
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
    const instances = { snsTopic: topic, sourceType: "db-instance", sourceIds: ["demo-db"] };
    expect(only(type, "demo-db-instance")).to.deep.include(instances);
    expect(only(type, "demo-db-parameter-group")).to.include({
      snsTopic: topic,
      sourceType: "db-parameter-group",
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
