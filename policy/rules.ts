import { authRules } from "./auth";
import { computeRules } from "./compute";
import { databaseRules } from "./database";
import { identityRules } from "./identity";
import { networkRules } from "./network";
import type { Declared, Exception, Note, Rule, Subject } from "./rule";
import { storageRules } from "./storage";
import { watchRules } from "./watch";

/** What every resource is held against that takes tags: its constructor names `tagsAll`, which AWS's provider computes. */
const takesTags = "any that takes tags";

const tags: Rule = {
  controls: [],
  asks: "resources that take tags carry Project, Environment and Stack",
  of: [takesTags],
  reads: ["tags"],
  refuses: ([found]) => {
    const missing = ["Project", "Environment", "Stack"].filter(
      (tag) => (found as Record<string, unknown> | undefined)?.[tag] === undefined,
    );
    return missing.length === 0
      ? undefined
      : `lacks the tags ${missing.join(", ")}: make it a child of a Component`;
  },
};

/**
 * The guard rails, and what stays of AWS's Foundational Security Best Practices without one. Each program holds its own
 * resources against them: infra/guardRails.ts. docs/security.md is made of them.
 */
export const rows: readonly (Rule | Note)[] = [
  ...networkRules,
  ...databaseRules,
  ...computeRules,
  ...storageRules,
  ...identityRules,
  ...authRules,
  ...watchRules,
  tags,
];

export const isRule = (row: Rule | Note): row is Rule => "refuses" in row;

const rules = rows.filter(isRule);

/** The types that no control of the standard is about, and why; what rules of our own say of them stands in those. */
export const withoutControl: Readonly<Record<string, string>> = {
  "aws:apigateway/account:Account": "One setting of the account: whether logs may be written.",
  "aws:apigateway/deployment:Deployment": "A snapshot of the API; its stage is judged.",
  "aws:apigateway/restApi:RestApi": "Its stage is judged. APIGateway.8 and .9 are about HTTP APIs.",
  "aws:cloudwatch/dashboard:Dashboard": "It shows figures and holds none.",
  "aws:cloudwatch/eventRule:EventRule": "On the default bus; EventBridge.3 is about custom ones.",
  "aws:cloudwatch/eventTarget:EventTarget": "Part of its rule.",
  "aws:cloudwatch/logGroup:LogGroup": "CloudWatch.16 is of NIST SP 800-53.",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "CloudWatch.15 and .17 are of NIST SP 800-53.",
  "aws:cognito/resourceServer:ResourceServer": "Names scopes; its pool is judged.",
  "aws:cognito/userGroup:UserGroup": "Part of its pool.",
  "aws:cognito/userPoolClient:UserPoolClient": "Part of its pool. Cognito.2 is about identity pools.",
  "aws:cognito/userPoolDomain:UserPoolDomain": "Part of its pool.",
  "aws:ec2/eip:Eip": "EC2.12, unused addresses, is of NIST SP 800-53.",
  "aws:ec2/flowLog:FlowLog": "It is what EC2.6 asks for.",
  "aws:ec2/keyPair:KeyPair": "A public key.",
  "aws:ec2/route:Route": "Part of its route table.",
  "aws:ec2/securityGroup:SecurityGroup": "Its rules are judged, as resources of their own.",
  "aws:ec2/securityGroupRule:SecurityGroupRule": "A rule of our own refuses each.",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "It is what EC2.10 and its like ask for, of other services.",
  "aws:glue/catalogDatabase:CatalogDatabase":
    "Glue.3 is about machine learning transforms, Glue.4 about jobs.",
  "aws:glue/connection:Connection": "Glue.3 is about machine learning transforms, Glue.4 about jobs.",
  "aws:glue/crawler:Crawler": "Glue.3 is about machine learning transforms, Glue.4 about jobs.",
  "aws:iam/instanceProfile:InstanceProfile": "Hands on a role, whose policies are judged.",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "Whom it lets in the roles say.",
  "aws:iam/role:Role": "Its policies are judged, as resources of their own.",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "IAM.1 and IAM.21 are about policies that one writes.",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "Part of its function.",
  "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": "Part of its function.",
  "aws:lambda/invocation:Invocation": "A call, and no resource of AWS.",
  "aws:s3/bucketNotification:BucketNotification": "S3.11 is of NIST SP 800-53.",
  "aws:s3/bucketObjectv2:BucketObjectv2": "Its bucket is judged.",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    "S3.17, keys of one's own, is of NIST SP 800-53; S3 encrypts every object.",
  "aws:s3/bucketVersioning:BucketVersioning": "S3.14 is of NIST SP 800-53.",
  "aws:scheduler/schedule:Schedule": "The standard has no control of EventBridge Scheduler.",
  "aws:secretsmanager/secretRotation:SecretRotation": "It is what SecretsManager.1 and .4 ask for.",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "The standard limits what comes in.",
  "aws:wafv2/webAclAssociation:WebAclAssociation": "It is what APIGateway.4 asks for.",
};

/** The types that a control of the standard, or an explicit "none applies", covers. */
const known: ReadonlySet<string> = new Set([
  ...Object.keys(withoutControl),
  ...rows.filter(({ controls }) => controls.length > 0).flatMap(({ of }) => of),
]);

const unknownType: Rule = {
  controls: [],
  asks: "every type of resource was thought of",
  of: [],
  reads: [],
  refuses: () =>
    "is of a type that nobody has judged: add a rule with its control to policy/, or say in withoutControl of policy/rules.ts why none applies",
};

/** The rules that a resource has to keep. Pulumi's own resources and our components are no matter of theirs. */
export function rulesOf({ type, inputs }: Declared): readonly Rule[] {
  if (/^(pulumi|groundwork):/.test(type)) return [];
  const kinds = "tagsAll" in inputs || "tags" in inputs ? [type, takesTags] : [type];
  const own = rules.filter(({ of }) => of.some((kind) => kinds.includes(kind)));
  return known.has(type) ? own : [unknownType];
}

/** What a rule finds wrong, as the end of a sentence, and the exception that lets it pass. */
export interface Finding {
  readonly sentence: string;
  readonly excuse: Exception | undefined;
}

export function judge(
  rule: Pick<Rule, "refuses" | "except">,
  values: readonly unknown[],
  subject: Subject,
): Finding | undefined {
  const sentence = rule.refuses(values, subject);
  if (sentence === undefined) return undefined;
  return { sentence, excuse: rule.except?.find(({ covers }) => covers(subject, values, sentence)) };
}
