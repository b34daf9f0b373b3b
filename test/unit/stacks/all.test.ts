import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { rejection } from "../../support/rejection";
import { type Recorded, codeOf, record, recordAll } from "../../support/stacks";

/** One an account and region: the environment that comes first makes it, and the others find it. */
const sharedRole = "apigateway-logs";

/** The environments; one of them in a region that no committed file names, so that nothing may name another. */
const environments = [
  { stack: "dev" },
  { stack: "prod", config: { "aws:region": "eu-central-1" } },
  { stack: "local" },
  { stack: "learnerlab" },
];

describe("all stacks", () => {
  for (const { stack, config } of environments) {
    it(`of ${stack} carry the tags that name project, environment and stack`, async () => {
      for (const [project, { resources }] of await recordAll(stack, config)) {
        for (const { type, name, inputs } of resources.filter((r) => r.inputs.tags !== undefined)) {
          expect(inputs.tags, `${type} ${name}`).to.include({
            Project: "groundwork",
            Environment: stack,
            Stack: project,
          });
        }
      }
    });

    it(`of ${stack} have a value for each of their outputs`, async () => {
      for (const [project, { outputs }] of await recordAll(stack, config)) {
        for (const [name, value] of Object.entries(outputs)) {
          expect(value, `${project} ${name}`).to.not.be.oneOf([undefined, null, ""]);
        }
      }
    });
  }

  for (const [project, first] of [
    ["database", "networking"],
    ["ingest", "networking"],
    ["groundwork", "database"],
  ] as const) {
    it(`read other stacks of the backend's own organization: ${project}`, async () => {
      const message = await rejection(record(project, { upstream: {}, organization: "acme" }));
      expect(message).to.include(`Stack acme/${first}/dev is not deployed`);
    });
  }

  it("share no name that AWS wants to be unique with those of another environment in the account", async () => {
    const owners = new Map<string, string>();
    for (const { stack, config } of environments) {
      for (const { resources } of (await recordAll(stack, config)).values()) {
        for (const { type, name, inputs } of resources) {
          const given = inputs[uniqueNames[type] ?? ""];
          // Pulumi ends the name of what isn't named at random.
          if (typeof given !== "string" || name === sharedRole) continue;
          const unique = `${type} ${given}`;
          expect(owners.get(unique), `the owner of ${unique}, before ${name} of ${stack}`).to.equal(
            undefined,
          );
          owners.set(unique, `${name} of ${stack}`);
        }
      }
    }
    expect(owners.size).to.be.above(20);
  });

  it("of another region than dev's name that region alone, in what they ask for and in their functions", async () => {
    const otherRegion = /us-(east|west)-\d/;
    for (const { resources, outputs } of (await recordAll("prod", environments[1]?.config)).values()) {
      for (const resource of resources) {
        expect(await textOf(resource), `${resource.type} ${resource.name}`).to.not.match(otherRegion);
      }
      expect(JSON.stringify(outputs)).to.not.match(otherRegion);
    }
  });

  it("are made of components of these types, which stand in URNs: under another all that is in one is made anew", async () => {
    const recordings = [];
    for (const { stack, config } of environments)
      recordings.push(...(await recordAll(stack, config)).values());
    expect([...new Set(recordings.flatMap(({ components }) => components))].sort()).to.deep.equal([
      "groundwork:auth:ApiLogs",
      "groundwork:auth:HostedUi",
      "groundwork:auth:RestApi",
      "groundwork:auth:UserPool",
      "groundwork:database:Bastion",
      "groundwork:database:Database",
      "groundwork:database:DatabaseClient",
      "groundwork:database:RoleSecret",
      "groundwork:database:SchemaMigration",
      "groundwork:iam:ServiceRole",
      "groundwork:ingest:Ingest",
      "groundwork:ingest:IngestJobs",
      "groundwork:ingest:IngestWatch",
      "groundwork:lambda:InlineFunction",
      "groundwork:network:FlowLogs",
      "groundwork:network:Network",
      "groundwork:network:VpcEndpoints",
      "groundwork:storage:PrivateBucket",
    ]);
  });

  it("keep what earlier versions deployed under other names", async () => {
    const ssh = {
      "database:bastion": "ssh",
      "database:bastionKeyName": "mine",
      "database:bastionSshCidrs": '["203.0.113.7/32"]',
    };
    const recordings = [
      ...(await recordAll()).values(),
      await record("database", { config: ssh }),
      await record("database", { config: { "database:bastion": "ssm" } }),
    ];
    const former = recordings.flatMap(({ resources, optionsOf }) =>
      resources.flatMap(({ type, name }) => optionsOf(type, name).formerNames.map((was) => [name, was])),
    );
    expect(Object.fromEntries(former)).to.deep.equal({
      "demo-db-subnets": "private-db-subnet",
      "demo-db-sg": "private-db-sg",
      "ec2-proxy-sg": "proxy-ec2-sg",
      "ec2-proxy-ssh-203.0.113.7/32": "bastion-ssh-203.0.113.7/32",
      "ec2-proxy-to-database": "bastion-to-database",
      "ec2-proxy-into-database": "bastion-into-database",
      "ec2-proxy-to-session-manager": "bastion-to-session-manager",
      "pool-members": "test-g1",
      "pool-client": "app-public",
      "hosted-ui-scopes": "groundwork",
      "hosted-ui-client": "app-hosted",
    });
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

/** All that a resource is made of; of a function's archive its own code, not the packages that come with it. */
async function textOf({ inputs }: Recorded): Promise<string> {
  if (!pulumi.asset.Archive.isInstance(inputs.code)) return JSON.stringify(inputs);
  return JSON.stringify(inputs) + (await codeOf(inputs));
}

/** Of the types whose names are unique in an account and region, or everywhere: the input that names one. */
const uniqueNames: Readonly<Record<string, string>> = {
  "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
  "aws:cloudwatch/eventRule:EventRule": "name",
  "aws:cloudwatch/logGroup:LogGroup": "name",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "name",
  "aws:cognito/userPoolDomain:UserPoolDomain": "domain",
  "aws:ec2/keyPair:KeyPair": "keyName",
  // Unique in a VPC, of which each environment has its own; unless config puts two into one.
  "aws:ec2/securityGroup:SecurityGroup": "name",
  "aws:iam/instanceProfile:InstanceProfile": "name",
  "aws:iam/role:Role": "name",
  "aws:lambda/function:Function": "name",
  "aws:rds/instance:Instance": "identifier",
  "aws:rds/parameterGroup:ParameterGroup": "name",
  "aws:rds/subnetGroup:SubnetGroup": "name",
  "aws:s3/bucket:Bucket": "bucket",
  "aws:scheduler/schedule:Schedule": "name",
  "aws:secretsmanager/secret:Secret": "name",
  "aws:sqs/queue:Queue": "name",
  "aws:wafv2/webAcl:WebAcl": "name",
};
