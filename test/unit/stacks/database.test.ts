import { expect } from "chai";
import { failureOf, record } from "../support/stacks";

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
    expect(only("aws:ec2/securityGroup:SecurityGroup", "private-db-sg").name).to.equal("private-db-sg");
  });

  it("leaves the master password to RDS: none in the program, none in its state", async () => {
    const { only, resources } = await record("database");
    expect(only(instance).manageMasterUserPassword).to.equal(true);
    expect(JSON.stringify(resources)).to.not.match(/"password":/);
  });

  it("forces TLS by a parameter group of the engine's major version", async () => {
    const { only } = await record("database", { config: { "database:engineVersion": "17.5" } });
    expect(only("aws:rds/parameterGroup:ParameterGroup")).to.deep.include({
      family: "postgres17",
      parameters: [{ name: "rds.force_ssl", value: "1" }],
    });
    expect(only(instance).parameterGroupName).to.be.a("string").that.is.not.empty;
  });

  it("lies in the private subnets of the networking stack", async () => {
    const { only } = await record("database", {
      upstream: { networking: { vpcId: "vpc-1", privateSubnetIds: ["subnet-a", "subnet-b"] } },
    });
    expect(only("aws:rds/subnetGroup:SubnetGroup").subnetIds).to.deep.equal(["subnet-a", "subnet-b"]);
    expect(only("aws:ec2/securityGroup:SecurityGroup", "private-db-sg").vpcId).to.equal("vpc-1");
  });

  it("is entered by the schema function alone, on the database's port, by its security group", async () => {
    const { all, outputs } = await record("database");
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
    expect(triggers.migrations.split(",")[0]).to.match(/^[0-9a-f]{64}$/);
  });

  it("gives the schema function the master secret and nothing else of Secrets Manager", async () => {
    const { only, outputs } = await record("database");
    const { Statement } = JSON.parse(String(only("aws:iam/rolePolicy:RolePolicy", "schema").policy)) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    const secrets = Statement.filter(({ Action }) => Action.some((a) => a.startsWith("secretsmanager:")));
    expect(secrets).to.deep.equal([
      { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [outputs.secretArn] },
    ]);
  });

  it("can be destroyed in dev, and in prod neither destroyed nor lost without a snapshot", async () => {
    expect((await record("database")).only(instance)).to.include({
      deletionProtection: false,
      skipFinalSnapshot: true,
    });
    const prod = (await record("database", { stack: "prod" })).only(instance);
    expect(prod).to.include({ deletionProtection: true, skipFinalSnapshot: false });
    expect(prod.finalSnapshotIdentifier).to.be.a("string");
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

  it("says which stack to deploy first when there is no network", async () => {
    expect(await failureOf(record("database", { upstream: {} }))).to.equal(
      "Stack organization/networking/dev is not deployed: deploy it first with pulumi -C stacks/networking up -s dev",
    );
  });

  it("names the output that an upstream stack lacks, and the fix", async () => {
    const message = await failureOf(record("database", { upstream: { networking: { vpcId: "vpc-1" } } }));
    expect(message).to.include(
      "Stack networking has no output privateSubnetIds: deploy it first with pulumi -C stacks/networking up -s dev",
    );
  });

  it("reads another network's stack where config names one", async () => {
    const message = await failureOf(
      record("database", {
        upstream: {},
        config: { "database:networkingStack": "acme/shared-network/live" },
      }),
    );
    expect(message).to.include("acme/shared-network/live");
  });

  const bad = [
    { key: "allocatedStorage", value: "5", says: "20" },
    { key: "allocatedStorage", value: "many", says: "it is many" },
    { key: "deletionProtection", value: "perhaps", says: "boolean" },
    { key: "databaseName", value: "My-Db", says: "lower-case letters" },
    { key: "instanceClass", value: "t4g.micro", says: "db.t4g.micro" },
    { key: "engineVersion", value: "newest", says: "18" },
  ];
  for (const { key, value, says } of bad) {
    it(`refuses ${key} ${value}`, async () => {
      const message = await failureOf(record("database", { config: { [`database:${key}`]: value } }));
      expect(message).to.include(`database:${key}`).and.to.include(says).and.to.include("Pulumi.dev.yaml");
    });
  }
});
