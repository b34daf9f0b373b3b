import { expect } from "chai";
import type { Declared } from "../../../policy/rule";
import { judge, rulesOf } from "../../../policy/rules";

type Inputs = Record<string, unknown>;

interface Place {
  readonly stack?: string;
  readonly retires?: boolean;
  readonly name?: string;
  /** Beside it in its program: types of S3, and inputs by their types. */
  readonly beside?: readonly Declared[];
}

/** What the rules say of a resource that no exception excuses. */
function refusals(type: string, inputs: Inputs, place: Place = {}): string[] {
  const { stack = "prod", retires = false, name = "one", beside = [] } = place;
  const resource = { type, name, inputs };
  const subject = { name, stack, retires, declared: [resource, ...beside] };
  return rulesOf(resource).flatMap((rule) => {
    const finding = judge(
      rule,
      rule.reads.map((input) => inputs[input]),
      subject,
    );
    return finding === undefined || finding.excuse !== undefined ? [] : [finding.sentence];
  });
}

const tags = { Project: "groundwork", Environment: "prod", Stack: "one" };
const instance: [string, Inputs] = [
  "aws:rds/instance:Instance",
  {
    tags,
    publiclyAccessible: false,
    storageEncrypted: true,
    multiAz: true,
    monitoringInterval: 60,
    deletionProtection: true,
    enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
    iamDatabaseAuthenticationEnabled: true,
    backupRetentionPeriod: 7,
    autoMinorVersionUpgrade: true,
    copyTagsToSnapshot: true,
    manageMasterUserPassword: true,
    skipFinalSnapshot: false,
  },
];
const machine: [string, Inputs] = [
  "aws:ec2/instance:Instance",
  {
    tags,
    rootBlockDevice: { encrypted: true },
    metadataOptions: { httpTokens: "required" },
    associatePublicIpAddress: false,
    instanceType: "t4g.nano",
    iamInstanceProfile: "own",
  },
];
const userPool: [string, Inputs] = [
  "aws:cognito/userPool:UserPool",
  {
    tags,
    deletionProtection: "ACTIVE",
    passwordPolicy: {
      minimumLength: 8,
      temporaryPasswordValidityDays: 7,
      requireLowercase: true,
      requireUppercase: true,
      requireNumbers: true,
      requireSymbols: true,
    },
  },
];
const block: [string, Inputs] = [
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
];
const permission: [string, Inputs] = [
  "aws:lambda/permission:Permission",
  { principal: "s3.amazonaws.com", sourceArn: "arn:aws:s3:::files", sourceAccount: "123456789012" },
];
const queue: [string, Inputs] = ["aws:sqs/queue:Queue", { tags, sqsManagedSseEnabled: true }];
const ingress: [string, Inputs] = [
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  { tags, cidrIpv4: "203.0.113.7/32" },
];
const lambda: [string, Inputs] = ["aws:lambda/function:Function", { tags, runtime: "nodejs22.x" }];
const settings: [string, Inputs] = [
  "aws:apigateway/methodSettings:MethodSettings",
  { settings: { loggingLevel: "ERROR" } },
];
const subscription: [string, Inputs] = [
  "aws:rds/eventSubscription:EventSubscription",
  { tags, sourceType: "db-instance", eventCategories: ["maintenance", "configuration change", "failure"] },
];
const alarm: [string, Inputs] = ["aws:cloudwatch/metricAlarm:MetricAlarm", { tags, alarmActions: ["topic"] }];
const logGroup: [string, Inputs] = ["aws:cloudwatch/logGroup:LogGroup", { tags, retentionInDays: 1 }];
const secret: [string, Inputs] = ["aws:secretsmanager/secret:Secret", { tags, recoveryWindowInDays: 7 }];
const group: [string, Inputs] = ["aws:ec2/securityGroup:SecurityGroup", { tags }];
const role: [string, Inputs] = [
  "aws:iam/role:Role",
  { tags, assumeRolePolicy: trust("lambda.amazonaws.com") },
];
const parameters: [string, Inputs] = [
  "aws:rds/parameterGroup:ParameterGroup",
  { tags, parameters: [{ name: "rds.force_ssl", value: "1" }] },
];
const job: [string, Inputs] = ["aws:glue/job:Job", { tags, glueVersion: "3.0" }];
const connection: [string, Inputs] = [
  "aws:glue/connection:Connection",
  { tags, connectionProperties: { JDBC_ENFORCE_SSL: "true" } },
];
const defaultGroup: [string, Inputs] = ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { tags }];
const stage: [string, Inputs] = ["aws:apigateway/stage:Stage", { tags, xrayTracingEnabled: true }];
const client: [string, Inputs] = [
  "aws:cognito/userPoolClient:UserPoolClient",
  { preventUserExistenceErrors: "ENABLED" },
];
const owner: [string, Inputs] = [
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  { rule: { objectOwnership: "BucketOwnerEnforced" } },
];
const lifecycle: [string, Inputs] = [
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  { rules: [{ status: "Enabled" }] },
];
const tls = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const bucketPolicy: [string, Inputs] = ["aws:s3/bucketPolicy:BucketPolicy", { policy: documentOf(tls) }];

function documentOf(...statements: readonly unknown[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function trust(service: string, Condition?: unknown): string {
  return documentOf({
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { Service: service },
    Condition,
  });
}

/** What passes, each with the changes to it that the rules refuse, and a word of what they say. */
const borders: readonly [sound: [string, Inputs], refused: readonly (readonly [Inputs, string])[]][] = [
  [
    instance,
    [
      [{ publiclyAccessible: true }, "internet"],
      [{ publiclyAccessible: undefined }, "internet"],
      [{ storageEncrypted: false }, "storageEncrypted"],
      [{ multiAz: false }, "database:multiAz"],
      [{ monitoringInterval: 0 }, "database:monitoringInterval"],
      [{ deletionProtection: false }, "database:deletionProtection"],
      [{ enabledCloudwatchLogsExports: ["upgrade"] }, "database:logExports"],
      [{ enabledCloudwatchLogsExports: ["postgresql"] }, "database:logExports"],
      [{ iamDatabaseAuthenticationEnabled: false }, "iamDatabaseAuthenticationEnabled"],
      ...[0, 2, 6, undefined].map(
        (days) => [{ backupRetentionPeriod: days }, "BackupRetentionDays"] as const,
      ),
      [{ autoMinorVersionUpgrade: false }, "autoMinorVersionUpgrade"],
      [{ copyTagsToSnapshot: false }, "copyTagsToSnapshot"],
      [{ password: "x" }, "manageMasterUserPassword"],
      [{ manageMasterUserPassword: undefined }, "manageMasterUserPassword"],
      [{ skipFinalSnapshot: true }, "database:finalSnapshot"],
      [{ tags: { Project: "groundwork" } }, "lacks the tags Environment, Stack"],
    ],
  ],
  [
    machine,
    [
      [{ rootBlockDevice: { encrypted: false } }, "rootBlockDevice.encrypted"],
      [{ rootBlockDevice: undefined }, "rootBlockDevice.encrypted"],
      [{ ebsBlockDevices: [{ encrypted: true }, { encrypted: false }] }, "not encrypted"],
      [{ metadataOptions: { httpTokens: "optional" } }, "httpTokens"],
      [{ associatePublicIpAddress: true }, "public address"],
      [{ associatePublicIpAddress: undefined }, "public address"],
      [{ networkInterfaces: [{}] }, "network interfaces"],
      [{ instanceType: "m3.medium" }, "paravirtual"],
      [{ sourceDestCheck: false }, "sourceDestCheck"],
      [{ iamInstanceProfile: undefined }, "Systems Manager"],
    ],
  ],
  [
    ingress,
    [
      ...[0, 1, 2, 3, 4, 5, 6, 7].map(
        (bits) => [{ cidrIpv4: `128.0.0.0/${bits}` }, "whole internet"] as const,
      ),
      ...[0, 3, 31].map((bits) => [{ cidrIpv6: `2000::/${bits}` }, "whole internet"] as const),
      [{ prefixListId: "pl-1" }, "prefix list"],
    ],
  ],
  [["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { tags, cidrIpv4: "10.0.0.0/8" }], []],
  [["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { tags, cidrIpv6: "2001:db8::/32" }], []],
  [
    group,
    [
      [{ ingress: [] }, "inline rules"],
      [{ egress: [] }, "inline rules"],
    ],
  ],
  [
    defaultGroup,
    [
      [{ ingress: [{}] }, "default group"],
      [{ egress: [{}] }, "default group"],
    ],
  ],
  [
    userPool,
    [
      [{ deletionProtection: "INACTIVE" }, "auth:deletionProtection"],
      [{ passwordPolicy: undefined }, "weak passwords"],
      ...[
        { minimumLength: 7 },
        { temporaryPasswordValidityDays: 8 },
        { requireLowercase: false },
        { requireUppercase: false },
        { requireNumbers: false },
        { requireSymbols: false },
      ].map(
        (weak) =>
          [
            { passwordPolicy: { ...(userPool[1].passwordPolicy as Inputs), ...weak } },
            "weak passwords",
          ] as const,
      ),
    ],
  ],
  [client, [[{ preventUserExistenceErrors: undefined }, "who exists"]]],
  [
    settings,
    [
      [{ settings: { loggingLevel: "OFF" } }, "logs nothing"],
      [{ settings: { loggingLevel: "INFO", dataTraceEnabled: true } }, "dataTraceEnabled"],
      [{ settings: { loggingLevel: "INFO", cachingEnabled: true } }, "cacheDataEncrypted"],
    ],
  ],
  [stage, [[{ xrayTracingEnabled: undefined }, "xrayTracingEnabled"]]],
  [block, Object.keys(block[1]).map((way) => [{ [way]: undefined }, `set ${way} to true`] as const)],
  [owner, [[{ rule: { objectOwnership: "ObjectWriter" } }, "BucketOwnerEnforced"]]],
  [lifecycle, [[{ rules: [{ status: "Disabled" }] }, "enable a rule"]]],
  [
    bucketPolicy,
    [
      [{ policy: documentOf({ ...tls, Action: "s3:GetObject" }) }, "answers without TLS"],
      [{ policy: documentOf({ ...tls, Principal: { AWS: "1" } }) }, "answers without TLS"],
      [
        { policy: documentOf({ ...tls, Condition: { Bool: { "aws:SecureTransport": "true" } } }) },
        "answers without TLS",
      ],
      [
        { policy: documentOf(tls, { ...tls, Effect: "Allow", Principal: { AWS: "123456789012" } }) },
        "allows what a role",
      ],
    ],
  ],
  [
    permission,
    [
      [{ principal: "*" }, "lets everyone call"],
      [{ sourceArn: undefined }, "name one as sourceArn"],
      [{ sourceAccount: undefined }, "add sourceAccount"],
    ],
  ],
  [
    lambda,
    [
      [{ runtime: "nodejs20.x" }, "nodejs24.x"],
      [{ vpcConfig: { subnetIds: ["one"] } }, "two"],
    ],
  ],
  [queue, [[{ sqsManagedSseEnabled: undefined }, "sqsManagedSseEnabled"]]],
  [["aws:sqs/queue:Queue", { tags, kmsMasterKeyId: "key" }], []],
  [
    job,
    [
      [{ glueVersion: "2.0" }, "glueVersion"],
      [{ glueVersion: undefined }, "glueVersion"],
    ],
  ],
  [
    connection,
    [
      [{ connectionProperties: {} }, "JDBC_ENFORCE_SSL"],
      [{ connectionProperties: { JDBC_ENFORCE_SSL: "true", PASSWORD: "x" } }, "SECRET_ID"],
    ],
  ],
  [parameters, [[{ parameters: [{ name: "rds.force_ssl", value: "0" }] }, "rds.force_ssl"]]],
  [
    subscription,
    ["maintenance", "configuration change", "failure"].map(
      (left) =>
        [
          { eventCategories: (subscription[1].eventCategories as string[]).filter((one) => one !== left) },
          "leaves events out",
        ] as const,
    ),
  ],
  [
    alarm,
    [
      [{ alarmActions: [] }, "tells nobody"],
      [{ actionsEnabled: false }, "silent"],
    ],
  ],
  [
    logGroup,
    [
      [{ retentionInDays: undefined }, "for ever"],
      [{ retentionInDays: 0 }, "for ever"],
      [{ tags: undefined }, "lacks the tags Project, Environment, Stack"],
    ],
  ],
  [secret, [[{ recoveryWindowInDays: 6 }, "recoveryWindowInDays"]]],
  [
    role,
    [
      [{ managedPolicyArns: [] }, "policies of its own"],
      [{ inlinePolicies: [] }, "policies of its own"],
    ],
  ],
];

describe("the guard rails", () => {
  for (const [[type, inputs], refused] of borders) {
    const kind = type.split(":").at(-1);
    it(`let a sound ${kind} pass${refused.length > 0 ? `, and refuse it with one thing changed` : ""}`, () => {
      expect(refusals(type, inputs)).to.deep.equal([]);
      for (const [change, says] of refused) {
        const found = refusals(type, { ...inputs, ...change });
        expect(found, JSON.stringify(change)).to.have.length(1);
        expect(found[0]?.toLowerCase(), JSON.stringify(change)).to.include(says.toLowerCase());
      }
    });
  }

  it("refuse types that no rule is about, and the kinds that would go round one", () => {
    expect(refusals("aws:ec2/securityGroupRule:SecurityGroupRule", {}).join()).to.include(
      "SecurityGroupIngressRule",
    );
    for (const type of ["aws:s3/bucketV2:BucketV2", "aws:iam/user:User", "aws-native:s3:Bucket"]) {
      expect(refusals(type, {}).join()).to.include("of a type that no rule is about");
    }
    expect(refusals("groundwork:network:Network", {})).to.deep.equal([]);
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

  const production = ["prod", "production", "prod-eu", "eu-prod", "prod2", "shop-production"];
  const others = ["dev", "products", "pre-prod", "non-prod", "preprod", "reprod-1", "staging"];
  it("ask of production what other environments may do without, until it is given up", () => {
    const unkept: [string, Inputs][] = [
      [instance[0], { ...instance[1], deletionProtection: false, skipFinalSnapshot: true }],
      [userPool[0], { ...userPool[1], deletionProtection: "INACTIVE" }],
      [secret[0], { ...secret[1], recoveryWindowInDays: 0 }],
    ];
    for (const [type, inputs] of unkept) {
      for (const stack of production) {
        expect(refusals(type, inputs, { stack }), `${type} of ${stack}`).to.not.be.empty;
        expect(refusals(type, inputs, { stack, retires: true }), `${type} of ${stack}`).to.be.empty;
      }
      for (const stack of others)
        expect(refusals(type, inputs, { stack }), `${type} of ${stack}`).to.be.empty;
    }
    const cheap = { ...instance[1], multiAz: false, backupRetentionPeriod: 1 };
    expect(refusals(instance[0], cheap, { retires: true })).to.have.length(2);
  });

  it("excuse what their exceptions name, and nothing beside it", () => {
    const nat = { associatePublicIpAddress: true, sourceDestCheck: false, iamInstanceProfile: undefined };
    expect(refusals(machine[0], { ...machine[1], ...nat }, { name: "nat" })).to.deep.equal([]);
    expect(refusals(machine[0], { ...machine[1], ...nat }, { name: "ec2-proxy" })).to.have.length(2);
    expect(refusals(machine[0], { ...machine[1], ...nat }, { name: "nat-2" })).to.have.length(3);
    const power = { policyArn: "arn:aws:iam::aws:policy/PowerUserAccess" };
    const attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
    expect(refusals(attachment, power, { name: "github-deploy-dev" })).to.deep.equal([]);
    expect(refusals(attachment, power, { name: "github-preview" })).to.have.length(1);
    for (const policy of ["AdministratorAccess", "IAMFullAccess", "ReadOnlyAccess"]) {
      const policyArn = `arn:aws:iam::aws:policy/${policy}`;
      expect(refusals(attachment, { policyArn }, { name: "github-deploy-dev" }), policy).to.have.length(1);
    }
  });
});
