import { expect } from "chai";
import {
  type Inputs,
  acl,
  alarm,
  block,
  bucketPolicy,
  client,
  connection,
  defaultGroup,
  documentOf,
  group,
  ingress,
  instance,
  job,
  lambda,
  lifecycle,
  logGroup,
  machine,
  owner,
  parameters,
  permission,
  queue,
  refusals,
  role,
  secret,
  settings,
  stage,
  subscription,
  tags,
  tls,
  userPool,
} from "./samples";

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
      [{ mfaConfiguration: "OFF" }, "auth:mfa"],
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
  [[userPool[0], { ...userPool[1], mfaConfiguration: "ON" }], []],
  [client, [[{ preventUserExistenceErrors: undefined }, "who exists"]]],
  [
    settings,
    [
      [{ settings: { loggingLevel: "OFF" } }, "logs nothing"],
      [{ settings: { loggingLevel: "INFO", dataTraceEnabled: true } }, "dataTraceEnabled"],
      [{ settings: { loggingLevel: "INFO", cachingEnabled: true } }, "cacheDataEncrypted"],
    ],
  ],
  [[settings[0], { settings: { loggingLevel: "INFO", cachingEnabled: true, cacheDataEncrypted: true } }], []],
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
    [permission[0], { principal: "secretsmanager.amazonaws.com", sourceAccount: "123456789012" }],
    [[{ sourceAccount: undefined }, "name one as sourceArn"]],
  ],
  [
    lambda,
    [
      [{ runtime: "nodejs20.x" }, "nodejs24.x"],
      [{ vpcConfig: { subnetIds: ["one"] } }, "two"],
    ],
  ],
  [[lambda[0], { ...lambda[1], runtime: "nodejs24.x", vpcConfig: { subnetIds: ["one", "two"] } }], []],
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
  [[connection[0], { tags, connectionType: "NETWORK" }], [[{ connectionType: "JDBC" }, "JDBC_ENFORCE_SSL"]]],
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
    acl,
    [
      [{ rules: [] }, "refuses nothing"],
      [{ rules: [{ visibilityConfig: {} }] }, "visibilityConfig.cloudwatchMetricsEnabled"],
    ],
  ],
  [
    role,
    [
      [{ path: "/" }, "where others may rewrite it"],
      [{ path: "/groundwork/dev/" }, "where others may rewrite it"],
      [
        { assumeRolePolicy: documentOf({ Effect: "Allow", Action: "sts:AssumeRole", Principal: "*" }) },
        "lets everyone in",
      ],
      [{ managedPolicyArns: [] }, "policies of its own"],
      [{ inlinePolicies: [] }, "policies of its own"],
    ],
  ],
  [[role[0], { ...role[1], path: "/groundwork-github/" }], []],
  [
    ["aws:iam/instanceProfile:InstanceProfile", { tags, path: "/groundwork/prod/" }],
    [[{ path: "/" }, "where others may rewrite it"]],
  ],
  // With a key a bastion is reached by SSH.
  [[machine[0], { ...machine[1], iamInstanceProfile: undefined, keyName: "own" }], []],
  [[instance[0], { ...instance[1], monitoringInterval: 1 }], []],
];

describe("the guard rails, at the borders of what they take,", () => {
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
});
