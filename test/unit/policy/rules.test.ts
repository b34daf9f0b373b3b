import { expect } from "chai";
import * as aws from "@pulumi/aws";
import { violations } from "../../../policy/rules";
import { taggable } from "../../../policy/tags";
import { record, recordAll } from "../../support/stacks";

const sound = {
  tags: { Project: "groundwork", Environment: "dev", Stack: "database" },
  publiclyAccessible: false,
  storageEncrypted: true,
  deletionProtection: true,
  skipFinalSnapshot: false,
  backupRetentionPeriod: 14,
};
const instance = (inputs: Record<string, unknown>) => ({
  type: "aws:rds/instance:Instance",
  name: "db",
  inputs: { ...sound, ...inputs },
});
const statement = (more: Record<string, unknown>) =>
  JSON.stringify({
    Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::files/*", ...more }],
  });
const allows = (more: Record<string, unknown>) => ({
  type: "aws:iam/rolePolicy:RolePolicy",
  name: "role",
  inputs: { policy: statement(more) },
});
const grants = (type: string, more: Record<string, unknown>) => ({
  type,
  name: "grant",
  inputs: { policy: statement(more) },
});
const trusts = (Principal: unknown) => ({
  type: "aws:iam/role:Role",
  name: "role",
  inputs: { tags, assumeRolePolicy: statement({ Principal }) },
});
const tags = { Project: "groundwork", Environment: "dev", Stack: "ingest" };
const of = (type: string, inputs: Record<string, unknown>) => ({ type, name: "one", inputs });
const ingress = (inputs: Record<string, unknown>) =>
  of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { tags, ...inputs });
const bucket = (inputs: Record<string, unknown>) => of("aws:s3/bucket:Bucket", { tags, ...inputs });
const encryption = of(
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  {},
);
const block = (open: Record<string, unknown>) => ({
  type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  name: "files",
  inputs: {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
    ...open,
  },
});

describe("the guard rails", () => {
  for (const stack of ["dev", "prod", "local"]) {
    it(`hold for every resource of ${stack}`, async () => {
      const resources = [...(await recordAll(stack)).values()].flatMap((recording) => recording.resources);
      expect(resources).to.not.be.empty;
      expect(violations(resources, stack)).to.deep.equal([]);
    });
  }

  const cases: { what: string; resources: Parameters<typeof violations>[0]; says: string }[] = [
    {
      what: "a public database",
      resources: [instance({ publiclyAccessible: true })],
      says: "publiclyAccessible",
    },
    {
      what: "an unset public access",
      resources: [instance({ publiclyAccessible: undefined })],
      says: "internet",
    },
    {
      what: "an unencrypted database",
      resources: [instance({ storageEncrypted: false })],
      says: "storageEncrypted",
    },
    {
      what: "a password in state",
      resources: [instance({ password: "x" })],
      says: "manageMasterUserPassword",
    },
    {
      what: "SSH from anywhere",
      resources: [ingress({ cidrIpv4: "0.0.0.0/0", fromPort: 22 })],
      says: "internet",
    },
    { what: "SSH from anywhere over IPv6", resources: [ingress({ cidrIpv6: "::/0" })], says: "internet" },
    { what: "half of the internet", resources: [ingress({ cidrIpv4: "128.0.0.0/1" })], says: "internet" },
    {
      what: "SSH from anywhere in the older kind of rule",
      resources: [
        of("aws:ec2/securityGroupRule:SecurityGroupRule", {
          type: "ingress",
          cidrBlocks: ["0.0.0.0/0"],
        }),
      ],
      says: "internet",
    },
    { what: "every action", resources: [allows({ Action: "*" })], says: "allows *" },
    {
      what: "every action of a service",
      resources: [allows({ Action: ["s3:GetObject", "iam:*"] })],
      says: "allows iam:*",
    },
    {
      what: "all but some actions",
      resources: [allows({ NotAction: "iam:*" })],
      says: "all but some actions",
    },
    {
      what: "all but some resources",
      resources: [allows({ NotResource: "x" })],
      says: "all but some resources",
    },
    {
      what: "every resource for an action that takes one",
      resources: [allows({ Action: ["ec2:DescribeSubnets", "s3:GetObject"], Resource: "*" })],
      says: "allows s3:GetObject on every resource",
    },
    {
      what: "a role that may read all logs",
      resources: [allows({ Action: ["logs:GetLogEvents"], Resource: ["*"] })],
      says: "logs:GetLogEvents",
    },
    {
      what: "a policy that is no JSON",
      resources: [of("aws:iam/policy:Policy", {})],
      says: "no policy document",
    },
    {
      what: "AWS's policy that allows everything",
      resources: [
        of("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
          policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
        }),
      ],
      says: "every right",
    },
    { what: "a role that anybody takes on", resources: [trusts({ AWS: "*" })], says: "lets everyone in" },
    {
      what: "a bucket that everybody reads",
      resources: [grants("aws:s3/bucketPolicy:BucketPolicy", { Principal: "*" })],
      says: "lets everyone in",
    },
    {
      what: "a queue that all but one may fill",
      resources: [grants("aws:sqs/queuePolicy:QueuePolicy", { NotPrincipal: { AWS: "1" } })],
      says: "all but some",
    },
    {
      what: "a function that everybody calls",
      resources: [of("aws:lambda/permission:Permission", { principal: "*" })],
      says: "lets everyone call",
    },
    {
      what: "missing tags",
      resources: [of("aws:cloudwatch/logGroup:LogGroup", { tags: { Project: "groundwork" } })],
      says: "lacks the tags Environment, Stack",
    },
    {
      what: "no tags at all",
      resources: [of("aws:cloudwatch/logGroup:LogGroup", {})],
      says: "lacks the tags Project, Environment, Stack",
    },
    {
      what: "an unencrypted queue",
      resources: [of("aws:sqs/queue:Queue", { tags })],
      says: "sqsManagedSseEnabled",
    },
    {
      what: "an unencrypted disk",
      resources: [of("aws:ec2/instance:Instance", { tags, rootBlockDevice: { encrypted: false } })],
      says: "rootBlockDevice.encrypted",
    },
    { what: "an unencrypted volume", resources: [of("aws:ebs/volume:Volume", {})], says: "set encrypted" },
    {
      what: "a bucket without a block of public access",
      resources: [bucket({}), encryption],
      says: "PrivateBucket",
    },
    {
      what: "an unencrypted bucket",
      resources: [bucket({}), block({})],
      says: "no BucketServerSideEncryption",
    },
    {
      what: "an opened bucket",
      resources: [block({ blockPublicAcls: false })],
      says: "set blockPublicAcls to true",
    },
    {
      what: "inline rules",
      resources: [of("aws:ec2/securityGroup:SecurityGroup", { tags, ingress: [] })],
      says: "SecurityGroupIngressRule",
    },
  ];
  for (const { what, resources, says } of cases) {
    it(`refuse ${what}, and say how to mend it`, () => {
      const found = violations(resources, "dev");
      expect(found).to.have.length(1);
      expect(found[0]).to.include(says);
    });
  }

  const production = [
    {
      what: "a database",
      resource: instance({ deletionProtection: false }),
      says: "database:deletionProtection",
    },
    { what: "no last snapshot", resource: instance({ skipFinalSnapshot: true }), says: "skipFinalSnapshot" },
    { what: "short backups", resource: instance({ backupRetentionPeriod: 1 }), says: "backupRetentionDays" },
    {
      what: "a user pool",
      resource: of("aws:cognito/userPool:UserPool", { tags }),
      says: "auth:deletionProtection",
    },
  ];
  for (const { what, resource, says } of production) {
    it(`refuse ${what} without protection in prod, and allow it in dev`, () => {
      expect(violations([resource], "prod").join()).to.include(says);
      expect(violations([resource], "dev")).to.deep.equal([]);
    });
  }

  it("know which of the resources that the programs make take tags", async () => {
    const config = { "ingest:glue": "true", "ingest:glueModules": "s3://wheels/psycopg.whl" };
    const recordings = [...(await recordAll("prod")).values(), await record("ingest", { config })];
    const types = new Set(recordings.flatMap(({ resources }) => resources.map(({ type }) => type)));
    for (const type of types) {
      const [, module = "", name = ""] = /^aws:(\w+)\/\w+:(\w+)$/.exec(type) ?? [];
      if (name === "") continue;
      // One module at a time: to list them would load all of AWS.
      const made: unknown = Reflect.get(Object(Reflect.get(aws, module)) as object, name);
      expect(made, `the provider's class of ${type}`).to.be.a("function");
      // The provider computes tagsAll for whatever takes tags; a constructor names it.
      expect(taggable.has(type), type).to.equal(String(made).includes("tagsAll"));
    }
  });

  it("refuse files that go with their bucket in prod", () => {
    const resources = [bucket({ forceDestroy: true }), block({}), encryption];
    expect(violations(resources, "prod-eu").join()).to.include("ingest:deleteFilesOnDestroy");
    expect(violations(resources, "dev")).to.deep.equal([]);
  });
});
