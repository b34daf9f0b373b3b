import { expect } from "chai";
import { awsLimitRules } from "../../../policy/awsLimits";

type Inputs = Readonly<Record<string, unknown>>;

const problems = (type: string, inputs: Inputs): string[] =>
  awsLimitRules
    .filter(({ of }) => of.includes(type))
    .flatMap(({ reads, refuses }) => refuses(reads.map((input) => inputs[input])) ?? []);

/** An input of a type: values that AWS takes, the last ones before its borders among them, and those behind them. */
const texts: readonly [type: string, input: string, taken: readonly string[], refused: readonly string[]][] =
  [
    ...["aws:ec2/securityGroup:SecurityGroup"]
      .concat(["Ingress", "Egress"].map((way) => `aws:vpc/securityGroup${way}Rule:SecurityGroup${way}Rule`))
      .map((type): (typeof texts)[number] => [
        type,
        "description",
        ["", "a (b)", "x".repeat(255)],
        ["it's", "x".repeat(256)],
      ]),
    [
      "aws:ec2/securityGroup:SecurityGroup",
      "name",
      ["a sg-", "x".repeat(255)],
      ["sg-1", "", "x".repeat(256)],
    ],
    ["aws:ec2/keyPair:KeyPair", "keyName", ["a~", "x".repeat(255)], ["", "é", "x".repeat(256)]],
    [
      "aws:rds/instance:Instance",
      "identifier",
      ["a", "a-1", "x".repeat(63)],
      ["1a", "a--b", "a-", "A", "x".repeat(64)],
    ],
    [
      "aws:rds/instance:Instance",
      "finalSnapshotIdentifier",
      ["a", "a-1", "x".repeat(255)],
      ["1a", "a--b", "a-", "A", "x".repeat(256)],
    ],
    ["aws:rds/instance:Instance", "dbName", ["A_1", "_", "x".repeat(63)], ["1", "a-b", "", "x".repeat(64)]],
    [
      "aws:rds/subnetGroup:SubnetGroup",
      "name",
      ["a b._-", "default1", "x".repeat(255)],
      ["default", "A", "x".repeat(256)],
    ],
    [
      "aws:rds/parameterGroup:ParameterGroup",
      "name",
      ["a-1", "x".repeat(255)],
      ["1", "a--b", "a-", "x".repeat(256)],
    ],
    ["aws:rds/eventSubscription:EventSubscription", "name", ["a", "x".repeat(254)], ["", "x".repeat(255)]],
    [
      "aws:s3/bucket:Bucket",
      "bucket",
      ["a.b", "a-1", "x".repeat(63)],
      ["ab", "xn--a", "sthree-a", "amzn-s3-demo-a", "a..b", "-ab", "ab-", "Abc", "x".repeat(64)],
    ],
    ["aws:sqs/queue:Queue", "name", ["a_-1", "x".repeat(80)], ["", "a.b", "x".repeat(81)]],
    [
      "aws:secretsmanager/secret:Secret",
      "namePrefix",
      ["a/b+=.@-", "x".repeat(486)],
      ["", "a b", "x".repeat(487)],
    ],
    ["aws:apigateway/stage:Stage", "stageName", ["a_-1", "x".repeat(128)], ["", "a.b", "x".repeat(129)]],
    [
      "aws:cloudwatch/dashboard:Dashboard",
      "dashboardName",
      ["a_-1", "x".repeat(255)],
      ["", "a.b", "x".repeat(256)],
    ],
  ];

const day = 86_400;
const database = "aws:rds/instance:Instance";
const monitored = (monitoringInterval?: number, monitoringRoleArn?: string): Inputs => ({
  monitoringInterval,
  monitoringRoleArn,
});
const each = (input: string, ...values: unknown[]): Inputs[] => values.map((value) => ({ [input]: value }));
const environment = (name: string, size = 1): Inputs => ({
  environment: { variables: { [name]: "x".repeat(size) } },
});

const limits: readonly [type: string, taken: readonly Inputs[], refused: readonly Inputs[]][] = [
  [
    database,
    [monitored(), monitored(0), ...[1, 5, 10, 15, 30, 60].map((seconds) => monitored(seconds, "arn"))],
    [
      monitored(60),
      monitored(1),
      monitored(0, "arn"),
      monitored(undefined, "arn"),
      monitored(2, "arn"),
      monitored(61, "arn"),
    ],
  ],
  [
    database,
    each("performanceInsightsRetentionPeriod", undefined, 7, 31, 62, 23 * 31, 731),
    each("performanceInsightsRetentionPeriod", 6, 8, 30, 32, 24 * 31, 730, 732),
  ],
  [
    database,
    [
      { allocatedStorage: 100 },
      { allocatedStorage: 100, maxAllocatedStorage: 111 },
      { allocatedStorage: 20, maxAllocatedStorage: 22 },
    ],
    [
      { allocatedStorage: 20, maxAllocatedStorage: 21 },
      { allocatedStorage: 25, maxAllocatedStorage: 27 },
    ],
  ],
  [
    "aws:sqs/queue:Queue",
    each("messageRetentionSeconds", undefined, 60, 14 * day),
    each("messageRetentionSeconds", 59, 14 * day + 1),
  ],
  [
    "aws:secretsmanager/secret:Secret",
    each("recoveryWindowInDays", undefined, 0, 7, 30),
    each("recoveryWindowInDays", 1, 6, 31),
  ],
  [
    "aws:apigateway/methodSettings:MethodSettings",
    each("settings", {}, ...["OFF", "ERROR", "INFO"].map((loggingLevel) => ({ loggingLevel }))),
    each("settings", { loggingLevel: "DEBUG" }),
  ],
  [
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    [
      {},
      ...each("period", 10, 20, 30, 60, day, 7 * day),
      { period: 60, evaluationPeriods: 1440 },
      { evaluationPeriods: 1440 },
      { period: 3600, evaluationPeriods: 168 },
    ],
    [
      ...each("period", 40, 59, 61, 7 * day + 60),
      { period: 60, evaluationPeriods: 1441 },
      { evaluationPeriods: 1441 },
      { period: 3540, evaluationPeriods: 25 },
      { period: 3600, evaluationPeriods: 169 },
    ],
  ],
  [
    "aws:cloudwatch/logGroup:LogGroup",
    each(
      "retentionInDays",
      ...[undefined, 0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
      ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
    ),
    each("retentionInDays", 2, 366, 732, 3654),
  ],
  [
    "aws:ec2/instance:Instance",
    [{ instanceType: "t3.nano", ebsOptimized: true }, { instanceType: "t2.nano" }],
    ["t1.micro", "t2.micro"].map((instanceType) => ({ instanceType, ebsOptimized: true })),
  ],
  [
    "aws:lambda/function:Function",
    // {"a":"…"} has eight bytes around the value.
    [{}, { environment: {} }, environment("a", 4096 - 8), environment("AWS_PROFILE")],
    [
      environment("a", 4097 - 8),
      ...["_HANDLER", "AWS_REGION", "AWS_LAMBDA_X", "LAMBDA_TASK_ROOT"].map((name) => environment(name)),
    ],
  ],
  [
    "aws:iam/rolePolicy:RolePolicy",
    each("policy", "x".repeat(10_240), ` ${"x ".repeat(10_240)}\n`),
    each("policy", "x".repeat(10_241)),
  ],
  [
    "aws:iam/role:Role",
    each("assumeRolePolicy", "x".repeat(2048)),
    each("assumeRolePolicy", "x".repeat(2049)),
  ],
];

describe("what AWS takes and its models are silent about", () => {
  for (const [type, input, taken, refused] of texts) {
    it(`is held by ${input} of ${type.split(":").at(-1)}, up to its borders`, () => {
      const of = (text: string) => problems(type, { [input]: text });
      expect(problems(type, {})).to.deep.equal([]);
      for (const text of taken) expect(of(text), text).to.deep.equal([]);
      for (const text of refused) {
        expect(of(text), text).to.have.length(1);
        expect(of(text)[0]).to.match(new RegExp(`^has a ${input} that AWS refuses, "`));
      }
    });
  }

  for (const [type, taken, refused] of limits) {
    const inputs = [...new Set([...taken, ...refused].flatMap((one) => Object.keys(one)))].join(" and ");
    it(`is held by ${inputs} of ${type.split(":").at(-1)}, up to its borders`, () => {
      for (const one of taken) expect(problems(type, one), JSON.stringify(one)).to.deep.equal([]);
      for (const one of refused) {
        const [problem, ...more] = problems(type, one);
        expect(problem, JSON.stringify(one).slice(0, 100)).to.match(/, which AWS refuses$/);
        expect(more).to.deep.equal([]);
      }
    });
  }
});
