/** What AWS answers for inputs that it keeps otherwise than they were written; `{}` where it keeps them. */
type ReadBack = (inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>;

interface Entry {
  readonly types: readonly string[];
  /** Why a refresh finds no change in what was written. */
  readonly quiet: string;
  readonly answers?: ReadBack;
}

/** In the environment of the provider: instances are stopped. */
export const stoppedInstances = "GROUNDWORK_ENGINE_STOPPED_INSTANCES";

/** In the environment of the provider: the environment that has made API Gateway's role for its logs in the account. */
export const apiGatewayRoleOwner = "GROUNDWORK_ENGINE_API_GATEWAY_ROLE_OWNER";

/** What AWS answers when the program asks who has made API Gateway's role; undefined where it asks for something else. */
export function apiGatewayRole(token: string): Record<string, unknown> | undefined {
  const Environment = process.env[apiGatewayRoleOwner];
  const name = "groundwork-apigateway-us-east-1";
  if (Environment === undefined) return undefined;
  if (token === "aws:iam/getRoles:getRoles") return { id: "us-east-1", names: [name], arns: [] };
  if (token === "aws:iam/getRole:getRole") return { id: name, name, arn: name, tags: { Environment } };
  return undefined;
}

/**
 * Why each type of resource is quiet: a nightly refresh finds no change in what nobody changed.
 *
 * Source: how the Terraform provider that @pulumi/aws is made of reads a resource and compares it
 * (github.com/hashicorp/terraform-provider-aws, internal/service/…); issues where they are named.
 */
const entries: readonly Entry[] = [
  {
    quiet:
      "AWS keeps each input as it is written, and what isn't written is computed: the provider takes it over.",
    types: [
      "aws:apigateway/account:Account",
      "aws:cloudwatch/eventRule:EventRule",
      "aws:cloudwatch/eventTarget:EventTarget",
      "aws:cloudwatch/logGroup:LogGroup",
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      "aws:cognito/userGroup:UserGroup",
      "aws:cognito/userPoolDomain:UserPoolDomain",
      "aws:ec2/eip:Eip",
      "aws:ec2/flowLog:FlowLog",
      "aws:ec2/route:Route",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
      "aws:glue/catalogDatabase:CatalogDatabase",
      "aws:glue/connection:Connection",
      "aws:glue/job:Job",
      "aws:iam/instanceProfile:InstanceProfile",
      "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
      "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
      "aws:lambda/permission:Permission",
      "aws:rds/eventSubscription:EventSubscription",
      "aws:rds/subnetGroup:SubnetGroup",
      "aws:s3/bucket:Bucket",
      "aws:s3/bucketNotification:BucketNotification",
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      "aws:s3/bucketVersioning:BucketVersioning",
      "aws:scheduler/schedule:Schedule",
      "aws:sqs/queue:Queue",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ],
  },
  {
    quiet: "AWS orders the JSON of a policy its own way: the provider compares what two policies mean.",
    types: ["aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:s3/bucketPolicy:BucketPolicy"],
  },
  {
    quiet: "Its JSON is compared as data, not as text.",
    types: ["aws:cloudwatch/dashboard:Dashboard"],
  },
  {
    quiet: "Lists that AWS answers in any order are sets to the provider: flows, scopes, URLs.",
    types: ["aws:cognito/resourceServer:ResourceServer", "aws:cognito/userPoolClient:UserPoolClient"],
  },
  {
    quiet:
      "AWS answers with some twenty standard attributes beside ours: the provider leaves out those that weren't written. " +
      "Ours name their constraints, without which each refresh would find those of AWS " +
      "(https://github.com/hashicorp/terraform-provider-aws/issues/7502).",
    types: ["aws:cognito/userPool:UserPool"],
  },
  {
    quiet:
      "It is an act: nothing is read. A deployment's triggers and an invocation's result stand in the state alone.",
    types: ["aws:apigateway/deployment:Deployment", "aws:lambda/invocation:Invocation"],
  },
  {
    quiet:
      "API Gateway takes the document apart and doesn't give it back: the provider keeps what was written.",
    types: ["aws:apigateway/restApi:RestApi"],
  },
  {
    quiet: "What AWS adds is computed: throttling limits and cache settings that aren't written.",
    types: ["aws:apigateway/methodSettings:MethodSettings", "aws:apigateway/stage:Stage"],
  },
  {
    quiet:
      "Without ingress and egress among the inputs the provider leaves rules to the resources of their own.",
    types: ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "aws:ec2/securityGroup:SecurityGroup"],
  },
  {
    quiet:
      "A newer image, and the public address that a stopped machine lacks, are left out of comparisons by keepMachine " +
      "(https://github.com/hashicorp/terraform-provider-aws/issues/33775).",
    types: ["aws:ec2/instance:Instance"],
    answers: () => (process.env[stoppedInstances] === undefined ? {} : { associatePublicIpAddress: false }),
  },
  {
    quiet: "Two public keys are compared without their comments.",
    types: ["aws:ec2/keyPair:KeyPair"],
  },
  {
    quiet:
      "AWS answers with the role's name where its ARN was written: the provider takes them for the same.",
    types: ["aws:glue/crawler:Crawler"],
  },
  {
    quiet:
      "Its log group is named, so that Lambda makes none; levels of JSON logs that aren't written are passed over; " +
      "the code is compared by its hash.",
    types: ["aws:lambda/function:Function"],
  },
  {
    quiet:
      "A version without its minor part matches any, and storage that has grown below maxAllocatedStorage counts as written.",
    types: ["aws:rds/instance:Instance"],
  },
  {
    quiet:
      "rds.force_ssl is written as RDS answers it: a change of applyMethod alone RDS doesn't register " +
      "(https://github.com/hashicorp/terraform-provider-aws/issues/39252).",
    types: ["aws:rds/parameterGroup:ParameterGroup"],
    answers: ({ parameters }) => ({
      parameters: (parameters as object[]).map((parameter) => ({
        ...parameter,
        applyMethod: "pending-reboot",
      })),
    }),
  },
  {
    quiet: "An empty filter is written, which S3 answers alike; without one it would be found missing.",
    types: ["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"],
  },
  {
    quiet: "The content isn't read: its hash, the ETag, is compared.",
    types: ["aws:s3/bucketObjectv2:BucketObjectv2"],
  },
  {
    quiet:
      "bucketKeyEnabled and blockedEncryptionTypes, which S3 answers, are computed where they aren't written.",
    types: ["aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"],
  },
  {
    quiet: "Its value isn't its own: a rotation changes a version, which no resource of ours is.",
    types: ["aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretRotation:SecretRotation"],
  },
];

/**
 * What AWS answers for a resource that it keeps otherwise than it was written.
 *
 * @throws Error for a type that has no entry: nobody has looked whether it is quiet.
 */
export function readBack(type: string, inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entry = entries.find(({ types }) => types.includes(type));
  if (!entry) {
    throw new Error(`Nobody has looked what a refresh reads of ${type}: say it in test/engine/readBack.ts`);
  }
  return entry.answers?.(inputs) ?? {};
}
