import { expect } from "chai";
import { rejection } from "../../support/rejection";
import { record } from "../../support/stacks";

describe("the auth stack's routes with a function", () => {
  it("run in the VPC with the database, with leave for its log and the reader's secret alone", async () => {
    const { only, outputs } = await record("auth");
    const database = (await record("database")).outputs;
    const records = only("aws:lambda/function:Function", "records");
    const { subnetIds } = records.vpcConfig as { subnetIds: string[] };
    const { privateSubnetIds, vpcId } = (await record("networking")).outputs;
    expect(subnetIds).to.deep.equal(privateSubnetIds);
    expect(only("aws:ec2/securityGroup:SecurityGroup", "records-sg").vpcId).to.equal(vpcId);
    expect(records)
      .to.include({ name: "dev-records", timeout: 29, memorySize: 512 })
      .and.not.have.property("reservedConcurrentExecutions");
    const { variables } = records.environment as { variables: Record<string, string> };
    expect(variables).to.deep.equal({
      ALLOWED_ORIGIN: "*",
      DATABASE_HOST: database.endpoint,
      DATABASE_PORT: "5432",
      DATABASE_NAME: "groundwork",
      DATABASE_SECRET_ARN: database.readerSecretArn,
    });
    expect(
      only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "records-into-database"),
    ).to.include({
      securityGroupId: database.securityGroupId,
      fromPort: 5432,
      toPort: 5432,
    });
    const { Statement } = JSON.parse(String(only("aws:iam/rolePolicy:RolePolicy", "records").policy)) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    expect(
      Statement.flatMap(({ Action }) => Action).filter((action) => !action.startsWith("ec2:")),
    ).to.deep.equal([...["logs:CreateLogStream", "logs:PutLogEvents", "secretsmanager:GetSecretValue"]]);
    expect(Statement.at(-1)?.Resource).to.deep.equal([database.readerSecretArn]);
    expect(outputs.logGroups).to.have.property("records");
  });

  it("are called by the API, for their route in its stage alone", async () => {
    const { only, outputs } = await record("auth");
    expect(only("aws:lambda/permission:Permission", "apigateway-get-records")).to.include({
      function: "dev-records",
      action: "lambda:InvokeFunction",
      principal: "apigateway.amazonaws.com",
      sourceArn: `arn:aws:execute-api:us-east-1:123456789012:${/https:..([^.]+)/.exec(String(outputs.apiUrl))?.[1]}/dev/GET/records`,
    });
    const { paths, components } = JSON.parse(String(only("aws:apigateway/restApi:RestApi").body)) as {
      paths: Record<string, Record<string, Record<string, unknown>>>;
      components: { securitySchemes: object };
    };
    expect(components.securitySchemes).to.have.all.keys("dev-authorizer-1", "dev-group-authorizer");
    expect(paths["/records"]?.get?.["x-amazon-apigateway-integration"]).to.deep.equal({
      ...{ type: "aws_proxy", httpMethod: "POST", passthroughBehavior: "when_no_match" },
      uri: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:dev-records/invocations",
    });
  });

  it("leave out those of the database where config says so, and the stack then needs no other", async () => {
    const { outputs, all } = await record("auth", {
      upstream: {},
      config: { "auth:databaseRoutes": "false" },
    });
    expect(outputs.routes).to.include("GET /admin-only").and.not.include("GET /records");
    expect(all("aws:lambda/function:Function").map(({ name }) => name)).to.deep.equal(["group-authorizer"]);
    expect(await rejection(record("auth", { upstream: {} }))).to.include("is not deployed");
  });
});
