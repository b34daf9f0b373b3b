import { expect } from "chai";
import type { Declared } from "../../../policy/rule";
import { isRule, rows } from "../../../policy/rules";
import {
  type Inputs,
  acl,
  documentOf,
  instance,
  machine,
  queue,
  refusals,
  secret,
  stage,
  subscription,
  tags,
  tls,
  userPool,
} from "./samples";

describe("the guard rails", () => {
  it("refuse types that no rule is about, and the kinds that would go round one", () => {
    expect(refusals("aws:ec2/securityGroupRule:SecurityGroupRule", {}).join()).to.include(
      "SecurityGroupIngressRule",
    );
    for (const type of ["aws:s3/bucketV2:BucketV2", "aws:iam/user:User", "aws-native:s3:Bucket"]) {
      expect(refusals(type, {}).join()).to.include("of a type that nobody has judged");
    }
    expect(refusals("groundwork:network:Network", {})).to.deep.equal([]);
  });

  it("refuse a secret that nobody rotates", () => {
    expect(refusals(secret[0], secret[1], { beside: [] }).join()).to.include("never changes");
  });

  it("name no control as met and unmet both, and none that the standard hasn't", () => {
    const notes = rows.filter((row) => !isRule(row)).flatMap(({ controls }) => controls);
    const rules = rows.filter(isRule).flatMap(({ controls }) => controls);
    expect(notes.filter((control) => rules.includes(control))).to.be.empty;
    expect([...notes, ...rules].filter((control) => control.startsWith("CloudWatch."))).to.be.empty;
  });

  it("refuse a bucket that lacks one of its guards, or has that of another", () => {
    const guards = [
      "PublicAccessBlock",
      "ServerSideEncryptionConfiguration",
      "Versioning",
      "Policy",
      "OwnershipControls",
      "LifecycleConfiguration",
    ].map((guard) => ({ type: `aws:s3/bucket${guard}:Bucket${guard}`, name: "one", inputs: {} }));
    const bucket = (beside: readonly Declared[]) => refusals("aws:s3/bucket:Bucket", { tags }, { beside });
    expect(bucket(guards)).to.deep.equal([]);
    for (const guard of guards) {
      const others = guards.filter((other) => other !== guard);
      const name = guard.type.split(":").at(-1);
      for (const beside of [others, [...others, { ...guard, name: "two" }]]) {
        expect(bucket(beside)).to.deep.equal([`has no ${name} of its name: make it with PrivateBucket`]);
      }
    }
  });

  it("refuse a network without flow logs, and a topic that hears of parameters alone or not at all", () => {
    const flowLog = { type: "aws:ec2/flowLog:FlowLog", name: "any", inputs: {} };
    expect(refusals("awsx:ec2:Vpc", { tags }).join()).to.include("networking:flowLogs");
    expect(refusals("awsx:ec2:Vpc", { tags }, { beside: [flowLog] })).to.deep.equal([]);
    const told = (sourceType: string) => ({
      type: subscription[0],
      name: sourceType,
      inputs: { sourceType },
    });
    const [type, inputs] = instance;
    expect(refusals(type, inputs, { beside: [told("db-instance")] }).join()).to.include("db-parameter-group");
    expect(
      refusals(type, inputs, { beside: [told("db-instance"), told("db-parameter-group")] }),
    ).to.deep.equal([]);
  });

  it("ask of production what other environments may do without, until it is given up", () => {
    const unkept: [string, Inputs][] = [
      [instance[0], { ...instance[1], deletionProtection: false, skipFinalSnapshot: true }],
      [userPool[0], { ...userPool[1], deletionProtection: "INACTIVE" }],
      [secret[0], { ...secret[1], recoveryWindowInDays: 0 }],
    ];
    for (const [type, inputs] of unkept) {
      expect(refusals(type, inputs), type).to.not.be.empty;
      expect(refusals(type, inputs, { retires: true }), type).to.be.empty;
      expect(refusals(type, inputs, { production: false }), type).to.be.empty;
    }
    const cheap = { ...instance[1], multiAz: false, backupRetentionPeriod: 1 };
    expect(refusals(instance[0], cheap, { retires: true })).to.have.length(2);
  });

  it("leave to other environments what costs more, and to none that is given up", () => {
    const cheap: [string, Inputs][] = [
      ...[
        { multiAz: false },
        { monitoringInterval: 0 },
        { enabledCloudwatchLogsExports: [] },
        { backupRetentionPeriod: 1 },
      ].map((change): [string, Inputs] => [instance[0], { ...instance[1], ...change }]),
      [userPool[0], { ...userPool[1], mfaConfiguration: "OFF" }],
      ["awsx:ec2:Vpc", { tags }],
    ];
    for (const [type, inputs] of cheap) {
      expect(refusals(type, inputs, { retires: true }), JSON.stringify(inputs)).to.have.length(1);
      expect(refusals(type, inputs, { production: false }), JSON.stringify(inputs)).to.deep.equal([]);
    }
  });

  it("ask a stage for a web ACL where there is one, and excuse a pool without threat protection", () => {
    const association = { type: "aws:wafv2/webAclAssociation:WebAclAssociation", name: "any", inputs: {} };
    const one = { type: acl[0], name: "any", inputs: acl[1] };
    const sentence = "has no web ACL: set auth:webAcl to true";
    expect(refusals(...stage, { beside: [one] })).to.deep.equal([sentence]);
    expect(refusals(...stage, { beside: [] }, true)).to.deep.equal([sentence]);
    expect(refusals(...stage, { beside: [one, association] })).to.deep.equal([]);
    expect(refusals(...stage, { beside: [one, association] }, true)).to.deep.equal([]);

    const excused = (advancedSecurityMode: string, customAuthMode: string) => {
      const userPoolAddOns = { advancedSecurityMode, advancedSecurityAdditionalFlows: { customAuthMode } };
      return refusals(userPool[0], { ...userPool[1], userPoolAddOns }, {}, true);
    };
    expect(excused("ENFORCED", "ENFORCED")).to.deep.equal([]);
    for (const said of [excused("AUDIT", "ENFORCED"), excused("ENFORCED", "AUDIT")])
      expect(said.join()).to.include("auth:threatProtection");
  });

  it("ask whatever takes tags for them, also where it names none", () => {
    expect(refusals(queue[0], { sqsManagedSseEnabled: true, tagsAll: undefined })).to.deep.equal([
      "lacks the tags Project, Environment, Stack: make it a child of a Component",
    ]);
  });

  it("refuse broad policies of every kind, whoever they belong to", () => {
    const broad = documentOf({ Effect: "Allow", Action: "S3:*", Resource: "arn:aws:s3:::a/b" });
    for (const type of ["aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"]) {
      const narrow = documentOf({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::a/b" });
      expect(refusals(type, { tags, policy: narrow }), type).to.deep.equal([]);
      expect(refusals(type, { tags, policy: broad }).join(), type).to.include("name the actions");
    }
    const open = documentOf(tls, { Effect: "Allow", Action: "a:B", Principal: "*", Resource: "arn:c" });
    for (const type of [
      "aws:s3/bucketPolicy:BucketPolicy",
      "aws:sqs/queuePolicy:QueuePolicy",
      "aws:secretsmanager/secretPolicy:SecretPolicy",
    ])
      expect(refusals(type, { policy: open }).join(), type).to.include("lets everyone in");
  });

  it("let API Gateway's role log as AWS asks for, and no more; those who deploy make roles, and no others", () => {
    const type = "aws:iam/rolePolicy:RolePolicy";
    const logging =
      "CreateLogGroup CreateLogStream DescribeLogGroups DescribeLogStreams FilterLogEvents GetLogEvents PutLogEvents"
        .split(" ")
        .map((name) => `logs:${name}`);
    const policy = (Action: string[]) => ({ policy: documentOf({ Effect: "Allow", Action, Resource: "*" }) });
    expect(refusals(type, policy(logging))).to.deep.equal([]);
    expect(refusals(type, policy([...logging].reverse()))).to.deep.equal([]);
    expect(refusals(type, policy(logging.slice(1)))).to.have.length(1);
    expect(refusals(type, policy([...logging, "logs:DeleteLogGroup"]))).to.have.length(1);
    const Resource = ["arn:aws:iam::*:role/groundwork/dev/*"];
    const makes = { policy: documentOf({ Effect: "Allow", Action: ["iam:CreateRole"], Resource }) };
    expect(refusals(type, makes, { name: "github-deploy-dev" })).to.deep.equal([]);
    expect(refusals(type, makes, { name: "github-preview" })).to.have.length(1);
    const looks = (Action: string) => ({
      policy: documentOf({ Effect: "Allow", Action: [Action], Resource: "*" }),
    });
    expect(refusals(type, looks("rds:DescribeDBInstances"), { name: "github-plan-dev" })).to.deep.equal([]);
    expect(refusals(type, looks("rds:ModifyDBInstance"), { name: "github-plan-dev" })).to.have.length(1);
    const all = { policy: documentOf({ Effect: "Allow", Action: ["iam:CreateRole"], Resource: "*" }) };
    expect(refusals(type, all, { name: "github-deploy-dev" })).to.have.length(1);
  });

  it("keep buckets with files from being destroyed, but for the Glue job's own and what is given up", () => {
    const sentence = "would be destroyed with its files: set ingest:deleteFilesOnDestroy to false";
    const bucket = (name: string, retires = false, forceDestroy = true) =>
      refusals("aws:s3/bucket:Bucket", { tags, forceDestroy }, { name, retires });
    expect(bucket("ingest")).to.include(sentence);
    for (const kept of [bucket("ingest", true), bucket("ingest-glue"), bucket("ingest", false, false)])
      expect(kept).to.not.include(sentence);
  });

  it("excuse what their exceptions name, and nothing beside it", () => {
    const nat = { associatePublicIpAddress: true, sourceDestCheck: false, iamInstanceProfile: undefined };
    expect(refusals(machine[0], { ...machine[1], ...nat }, { name: "network-nat" })).to.deep.equal([]);
    expect(refusals(machine[0], { ...machine[1], ...nat }, { name: "ec2-proxy" })).to.have.length(2);
    expect(refusals(machine[0], { ...machine[1], ...nat }, { name: "network-nat-2" })).to.have.length(3);
    const power = { policyArn: "arn:aws:iam::aws:policy/PowerUserAccess" };
    const attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
    expect(refusals(attachment, power, { name: "github-deploy-dev" })).to.deep.equal([]);
    expect(refusals(attachment, power, { name: "github-preview" })).to.have.length(1);
    const boundary = (Resource: string) => documentOf({ Effect: "Allow", Action: "s3:GetObject", Resource });
    const made = ["aws:iam/policy:Policy", { tags, policy: boundary("*") }] as const;
    expect(refusals(...made, { name: "github-boundary-dev" })).to.deep.equal([]);
    expect(refusals(...made, { name: "github-bounds" })).to.have.length(1);
    const quiet = ["aws:cloudwatch/metricAlarm:MetricAlarm", { tags, alarmActions: [] }] as const;
    expect(refusals(...quiet, { name: "ingest-errors" })).to.deep.equal([]);
    expect(refusals(...quiet, { name: "errors-ingest-" })).to.have.length(1);
    for (const policy of ["AdministratorAccess", "IAMFullAccess", "ReadOnlyAccess"]) {
      const policyArn = `arn:aws:iam::aws:policy/${policy}`;
      expect(refusals(attachment, { policyArn }, { name: "github-deploy-dev" }), policy).to.have.length(1);
    }
  });
});
