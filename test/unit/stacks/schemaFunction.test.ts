import { expect } from "chai";
import { shapeOf } from "../../../functions/ingest/tableFit";
import { readMigrations } from "../../../infra/database/migrations";
import { readTables } from "../../../infra/tables";
import { record } from "../../support/stacks";

const egressRule = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

describe("the schema function", () => {
  it("alone enters the database, on the database's port, by its security group", async () => {
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

  it("is called on up, and again when a migration is added or the database is another", async () => {
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
      instanceClass: "db.t4g.micro",
    });
    expect(invocation.input).to.equal("{}");
  });

  it("runs in the private subnets, with what it connects with and time for an index", async () => {
    const { only, outputs } = await record("database");
    const {
      tags: _,
      code: _code,
      role: _role,
      loggingConfig,
      ...asked
    } = only("aws:lambda/function:Function");
    const { outputs: network } = await record("networking");
    expect(loggingConfig)
      .to.include({ logFormat: "JSON" })
      .and.to.have.property("logGroup")
      .that.matches(/^schema-/);
    expect(asked).to.deep.equal({
      name: "dev-schema",
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "__index.handler",
      memorySize: 256,
      timeout: 900,
      tracingConfig: { mode: "PassThrough" },
      environment: {
        variables: {
          DATABASE_HOST: outputs.endpoint,
          DATABASE_PORT: "5432",
          DATABASE_NAME: "groundwork",
          DATABASE_SECRET_ARN: outputs.secretArn,
          INGEST_SECRET_ARN: outputs.ingestSecretArn,
          READER_SECRET_ARN: outputs.readerSecretArn,
        },
      },
      vpcConfig: {
        subnetIds: network.privateSubnetIds,
        securityGroupIds: [only(egressRule, "schema-to-aws").securityGroupId],
      },
    });
  });

  it("reaches the database and AWS alone", async () => {
    const { all, only, outputs } = await record("database", { config: { "database:bastion": "none" } });
    expect(only("aws:ec2/securityGroup:SecurityGroup", "schema-sg").tags).to.include({ Name: "schema-sg" });
    const rules = all(egressRule).map(({ inputs: { tags: _, description: _text, ...rule } }) => rule);
    const [securityGroupId] = rules.map((rule) => rule.securityGroupId);
    expect(rules).to.have.deep.members([
      {
        securityGroupId,
        referencedSecurityGroupId: outputs.securityGroupId,
        ipProtocol: "tcp",
        fromPort: 5432,
        toPort: 5432,
      },
      { securityGroupId, cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443 },
    ]);
  });
});
