import { expect } from "chai";
import { awsProblems } from "../../../policy/awsInputs";
import { attributesOf } from "../../../programs/attributes";

describe("what AWS itself takes", () => {
  const securityGroupRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
  const refused: [type: string, inputs: Record<string, unknown>, says: RegExp][] = [
    [securityGroupRule, { description: "Glue's workers" }, /description .*"Glue's workers"/],
    ["aws:ec2/securityGroup:SecurityGroup", { name: "sg-one" }, /a name .*"sg-one"/],
    [
      "aws:lambda/function:Function",
      { name: `dev ${"x".repeat(150)}` },
      /name "dev x+…" has 154 characters: from 1 to 140/,
    ],
    ["aws:lambda/function:Function", { memorySize: 64 }, /memorySize "64" has to be from 128 to/],
    ["aws:lambda/function:Function", { runtime: "nodejs12" }, /runtime "nodejs12" is none of nodejs, /],
    [
      "aws:lambda/function:Function",
      { environment: { variables: { "a-b": "1" } } },
      /environment.variables\{key\} "a-b"/,
    ],
    [
      "aws:lambda/function:Function",
      { environment: { variables: { AWS_REGION: "1" } } },
      /Lambda keeps to itself/,
    ],
    [
      "aws:lambda/function:Function",
      { environment: { variables: { TOO: "x".repeat(4096) } } },
      /more than 4 KB/,
    ],
    [
      "aws:iam/role:Role",
      { description: "of Müller — and others" },
      /description "of Müller — and others" isn't of the form/,
    ],
    ["aws:iam/role:Role", { tags: { "a*": "b" } }, /tags\{key\} "a\*"/],
    ["aws:iam/role:Role", { tags: { a: "b*" } }, /tags\{\} "b\*"/],
    ["aws:iam/rolePolicy:RolePolicy", { policy: "x".repeat(10_241) }, /more than 10240 characters/],
    [
      "aws:scheduler/schedule:Schedule",
      { target: { retryPolicy: { maximumRetryAttempts: 200 } } },
      /from 0 to 185/,
    ],
    [
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      { rules: [{ status: "On" }] },
      /rules\[\].status "On" is none of/,
    ],
    ["aws:s3/bucket:Bucket", { bucket: "My_Files" }, /a bucket that AWS refuses/],
    ["aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 21 }, /other days than CloudWatch has/],
    [
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      { alarmActions: Array(6).fill("arn:aws:sns:x") },
      /6 elements: 5 at most/,
    ],
    [
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      { period: 90, evaluationPeriods: 1 },
      /periods of whole minutes/,
    ],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", { period: 1800, evaluationPeriods: 49 }, /a day in all/],
    ["aws:rds/instance:Instance", { identifier: "demo--db" }, /an identifier|a identifier/],
    [
      "aws:rds/instance:Instance",
      { allocatedStorage: 100, maxAllocatedStorage: 109 },
      /grow by less than a tenth/,
    ],
    [
      "aws:rds/instance:Instance",
      { monitoringInterval: 60 },
      /one of monitoringInterval and monitoringRoleArn/,
    ],
    [
      "aws:rds/instance:Instance",
      { monitoringRoleArn: "arn" },
      /one of monitoringInterval and monitoringRoleArn/,
    ],
    [
      "aws:ec2/instance:Instance",
      { instanceType: "t2.micro", ebsOptimized: true },
      /can't be optimized for EBS/,
    ],
    ["aws:secretsmanager/secret:Secret", { recoveryWindowInDays: 3 }, /0, or 7 to 30/],
  ];
  for (const [type, inputs, says] of refused) {
    it(`refuses ${JSON.stringify(inputs).slice(0, 60)} of ${type.split(":").at(-1)}`, () => {
      const [problem, ...more] = awsProblems(type, inputs);
      expect(problem).to.match(says);
      expect(more).to.deep.equal([]);
    });
  }

  it("lets pass what lies at a border, has letters of any language, or is the provider's own", () => {
    for (const [type, inputs] of [
      ["aws:iam/role:Role", { name: "r".repeat(64), tags: { Größe: "東京" } }],
      ["aws:cloudwatch/metricAlarm:MetricAlarm", { alarmActions: Array(5).fill("arn:aws:sns:x") }],
      ["aws:lambda/function:Function", { memorySize: 128, runtime: "nodejs22.x" }],
      ["aws:s3/bucket:Bucket", { forceDestroy: true }],
    ] as const)
      expect(awsProblems(type, inputs)).to.deep.equal([]);
  });

  it("is what the stand-ins of AWS take, also of names that Pulumi gives", () => {
    const scope = { region: "us-east-1", account: "123456789012", stack: "dev" };
    const make = (name: string) => attributesOf({ type: "aws:iam/role:Role", name, inputs: {}, scope });
    expect(() => make("r".repeat(56))).to.not.throw();
    expect(() => make("r".repeat(57))).to.throw(
      /AWS would refuse it: aws:iam\/role:Role r+ isn't what AWS takes [^:]*: name "r[^"]+" has 65 characters/,
    );
  });
});
