import { expect } from "chai";
import { record, recordAll } from "../support/stacks";

describe("all stacks", () => {
  for (const stack of ["dev", "prod", "local", "learnerlab"]) {
    it(`of ${stack} tag every taggable resource with project, environment and stack`, async () => {
      for (const [project, { resources }] of await recordAll(stack)) {
        for (const { type, name, inputs } of resources.filter((r) => taggable.has(r.type))) {
          expect(inputs.tags, `${type} ${name}`).to.include({
            Project: "groundwork",
            Environment: stack,
            Stack: project,
          });
        }
      }
    });

    it(`of ${stack} have a value for each of their outputs`, async () => {
      for (const [project, { outputs }] of await recordAll(stack)) {
        for (const [name, value] of Object.entries(outputs)) {
          expect(value, `${project} ${name}`).to.not.be.oneOf([undefined, null, ""]);
        }
      }
    });
  }

  it("know every resource type that they make as taggable or not", async () => {
    const nat = await record("networking", { config: { "networking:nat": "instance" } });
    const recordings = [nat, ...(await recordAll()).values(), ...(await recordAll("local")).values()];
    for (const { resources } of recordings) {
      for (const { type } of resources) {
        expect(taggable.has(type) || untaggable.has(type), `${type} is in a list of this test`).to.equal(
          true,
        );
      }
    }
  });

  it("lead a person from the root's outputs to the bucket", async () => {
    const recordings = await recordAll();
    const bucket = String(recordings.get("ingest")?.outputs.bucketName);
    expect(recordings.get("groundwork")?.outputs).to.deep.equal({
      apiUrl: recordings.get("auth")?.outputs.apiUrl,
      bucketName: bucket,
      tunnelCommand: "npm run tunnel -- --stack dev --port 8003",
      loadCommand: "npm run load -- FILE --stack dev",
      dashboardUrl: recordings.get("ingest")?.outputs.dashboardUrl,
    });
  });
});

// By AWS's documentation of each, written down apart from the code that tags.
const taggable = new Set([
  "awsx:ec2:Vpc",
  "aws:cloudwatch/eventRule:EventRule",
  "aws:apigateway/restApi:RestApi",
  "aws:apigateway/stage:Stage",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:cognito/userPool:UserPool",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ec2/eip:Eip",
  "aws:ec2/flowLog:FlowLog",
  "aws:ec2/instance:Instance",
  "aws:ec2/keyPair:KeyPair",
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:iam/instanceProfile:InstanceProfile",
  "aws:iam/role:Role",
  "aws:lambda/function:Function",
  "aws:rds/instance:Instance",
  "aws:rds/parameterGroup:ParameterGroup",
  "aws:rds/subnetGroup:SubnetGroup",
  "aws:s3/bucket:Bucket",
  "aws:secretsmanager/secret:Secret",
  "aws:sqs/queue:Queue",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
]);
const untaggable = new Set([
  "aws:cloudwatch/dashboard:Dashboard",
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:apigateway/account:Account",
  "aws:apigateway/deployment:Deployment",
  "aws:apigateway/methodSettings:MethodSettings",
  "aws:cognito/resourceServer:ResourceServer",
  "aws:cognito/userGroup:UserGroup",
  "aws:cognito/userPoolClient:UserPoolClient",
  "aws:cognito/userPoolDomain:UserPoolDomain",
  "aws:ec2/route:Route",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
  "aws:lambda/invocation:Invocation",
  "aws:lambda/permission:Permission",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketNotification:BucketNotification",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:scheduler/schedule:Schedule",
]);
