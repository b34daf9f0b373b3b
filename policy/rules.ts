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

/** The types that no control is about, and no rule but that of the tags. */
const withoutRule: ReadonlySet<string> = new Set([
  "aws:apigateway/account:Account",
  "aws:apigateway/deployment:Deployment",
  "aws:apigateway/restApi:RestApi",
  "aws:cloudwatch/dashboard:Dashboard",
  "aws:cloudwatch/eventRule:EventRule",
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:cognito/resourceServer:ResourceServer",
  "aws:cognito/userGroup:UserGroup",
  "aws:cognito/userPoolDomain:UserPoolDomain",
  "aws:ec2/eip:Eip",
  "aws:ec2/flowLog:FlowLog",
  "aws:ec2/keyPair:KeyPair",
  "aws:ec2/route:Route",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:glue/catalogDatabase:CatalogDatabase",
  "aws:glue/crawler:Crawler",
  "aws:iam/instanceProfile:InstanceProfile",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
  "aws:lambda/invocation:Invocation",
  "aws:s3/bucketNotification:BucketNotification",
  "aws:s3/bucketObjectv2:BucketObjectv2",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:scheduler/schedule:Schedule",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
]);

const known: ReadonlySet<string> = new Set([...withoutRule, ...rows.flatMap((row) => row.of)]);

const unknownType: Rule = {
  controls: [],
  asks: "every type of resource was thought of",
  of: [],
  reads: [],
  refuses: () =>
    "is of a type that no rule is about: add one to policy/, or the type to withoutRule in policy/rules.ts",
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
