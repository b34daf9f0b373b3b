import { expect } from "chai";
import { violations } from "../../policy/rules";
import { recordAll } from "./support/stacks";

const sound = {
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
const allows = (Action: string | string[]) => ({
  type: "aws:iam/rolePolicy:RolePolicy",
  name: "role",
  inputs: { policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action, Resource: "*" }] }) },
});
const ingress = (inputs: Record<string, unknown>) => ({
  type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  name: "ssh",
  inputs,
});
const bucket = (inputs: Record<string, unknown>) => ({ type: "aws:s3/bucket:Bucket", name: "files", inputs });
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

  const cases = [
    {
      what: "a public database",
      resource: instance({ publiclyAccessible: true }),
      says: "publiclyAccessible",
    },
    {
      what: "an unset public access",
      resource: instance({ publiclyAccessible: undefined }),
      says: "internet",
    },
    {
      what: "an unencrypted database",
      resource: instance({ storageEncrypted: false }),
      says: "storageEncrypted",
    },
    { what: "a password in state", resource: instance({ password: "x" }), says: "manageMasterUserPassword" },
    {
      what: "SSH from anywhere",
      resource: ingress({ cidrIpv4: "0.0.0.0/0", fromPort: 22 }),
      says: "internet",
    },
    { what: "SSH from anywhere over IPv6", resource: ingress({ cidrIpv6: "::/0" }), says: "internet" },
    { what: "every action", resource: allows("*"), says: "allows *" },
    { what: "every action of a service", resource: allows(["s3:GetObject", "iam:*"]), says: "allows iam:*" },
    {
      what: "missing tags",
      resource: { type: "aws:sqs/queue:Queue", name: "q", inputs: { tags: { Project: "groundwork" } } },
      says: "lacks the tags Environment, Stack",
    },
    { what: "a bucket without a block of public access", resource: bucket({}), says: "PrivateBucket" },
    {
      what: "an opened bucket",
      resource: block({ blockPublicAcls: false }),
      says: "set blockPublicAcls to true",
    },
    {
      what: "inline rules",
      resource: { type: "aws:ec2/securityGroup:SecurityGroup", name: "sg", inputs: { ingress: [] } },
      says: "SecurityGroupIngressRule",
    },
  ];
  for (const { what, resource, says } of cases) {
    it(`refuse ${what}, and say how to mend it`, () => {
      const found = violations([resource], "dev");
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
      resource: { type: "aws:cognito/userPool:UserPool", name: "pool", inputs: {} },
      says: "auth:deletionProtection",
    },
  ];
  for (const { what, resource, says } of production) {
    it(`refuse ${what} without protection in prod, and allow it in dev`, () => {
      expect(violations([resource], "prod").join()).to.include(says);
      expect(violations([resource], "dev")).to.deep.equal([]);
    });
  }

  it("refuse files that go with their bucket in prod", () => {
    const resources = [bucket({ forceDestroy: true }), block({})];
    expect(violations(resources, "prod-eu").join()).to.include("ingest:deleteFilesOnDestroy");
    expect(violations(resources, "dev")).to.deep.equal([]);
  });
});
