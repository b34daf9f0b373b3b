/** A resource as a program asks for it. */
interface Resource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Returns what is wrong with a resource and how to mend it; undefined where nothing is. */
type Rule = (resource: Resource, stack: string) => string | undefined;

/**
 * The guard rails: pure rules over what the programs ask for. `npm run preview` and `npm run deploy` check them
 * before anything is touched, the unit tests check every committed environment.
 */
const rules: Readonly<Record<string, readonly Rule[]>> = {
  "aws:rds/instance:Instance": [
    ({ inputs }) =>
      inputs.publiclyAccessible === false
        ? undefined
        : "is reachable from the internet: set publiclyAccessible to false",
    ({ inputs }) =>
      inputs.storageEncrypted === true ? undefined : "is not encrypted: set storageEncrypted to true",
    ({ inputs }) =>
      inputs.password === undefined
        ? undefined
        : "has its password in the state: use manageMasterUserPassword instead",
    ({ inputs }, stack) =>
      isProduction(stack) && inputs.deletionProtection !== true
        ? `can be deleted: set database:deletionProtection to true in Pulumi.${stack}.yaml`
        : undefined,
    ({ inputs }, stack) =>
      isProduction(stack) && inputs.skipFinalSnapshot !== false
        ? "would go without a last snapshot: set skipFinalSnapshot to false"
        : undefined,
    ({ inputs }, stack) =>
      isProduction(stack) && !(Number(inputs.backupRetentionPeriod) >= 7)
        ? `keeps backups for less than 7 days: raise database:backupRetentionDays in Pulumi.${stack}.yaml`
        : undefined,
  ],
  "aws:cognito/userPool:UserPool": [
    ({ inputs }, stack) =>
      isProduction(stack) && inputs.deletionProtection !== "ACTIVE"
        ? `can be deleted with its users: set auth:deletionProtection to true in Pulumi.${stack}.yaml`
        : undefined,
  ],
  "aws:s3/bucket:Bucket": [
    ({ inputs }, stack) =>
      isProduction(stack) && inputs.forceDestroy === true
        ? `would be destroyed with its files: set ingest:deleteFilesOnDestroy to false in Pulumi.${stack}.yaml`
        : undefined,
  ],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [
    ({ inputs }) => {
      const open = [
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
      ].filter((key) => inputs[key] !== true);
      return open.length === 0 ? undefined : `leaves the bucket open: set ${open.join(", ")} to true`;
    },
  ],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [
    ({ inputs }) =>
      inputs.cidrIpv4 === "0.0.0.0/0" || inputs.cidrIpv6 === "::/0"
        ? "lets the whole internet in: name the ranges or the security group that may connect"
        : undefined,
  ],
  "aws:ec2/securityGroup:SecurityGroup": [
    ({ inputs }) =>
      inputs.ingress === undefined && inputs.egress === undefined
        ? undefined
        : "has inline rules, which fight separate ones: use SecurityGroupIngressRule and SecurityGroupEgressRule",
  ],
  "aws:iam/rolePolicy:RolePolicy": [({ inputs }) => wildcards(inputs.policy)],
  "aws:iam/policy:Policy": [({ inputs }) => wildcards(inputs.policy)],
};

/** Rules for every type: what takes tags carries the three that name its stack. */
const general: readonly Rule[] = [
  ({ inputs }) => {
    if (inputs.tags === undefined) return undefined;
    const tags = inputs.tags as Record<string, unknown>;
    const missing = ["Project", "Environment", "Stack"].filter((tag) => tags[tag] === undefined);
    return missing.length === 0
      ? undefined
      : `lacks the tags ${missing.join(", ")}: make it a child of a Component`;
  },
];

/** Every rule that a resource breaks, a sentence each: `aws:rds/instance:Instance demo-db is not encrypted: …`. */
export function violations(resources: readonly Resource[], stack: string): string[] {
  return [...resources.flatMap((resource) => broken(resource, stack)), ...unguarded(resources)];
}

function broken(resource: Resource, stack: string): string[] {
  return [...(rules[resource.type] ?? []), ...general].flatMap((rule) => {
    const problem = rule(resource, stack);
    return problem === undefined ? [] : [`${resource.type} ${resource.name} ${problem}`];
  });
}

/** A bucket is made private by a second resource: one that lacks it breaks a rule that no resource shows. */
function unguarded(resources: readonly Resource[]): string[] {
  const count = (type: string): number => resources.filter((resource) => resource.type === type).length;
  const buckets = count("aws:s3/bucket:Bucket");
  const guarded = count("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
  return buckets > guarded
    ? [
        `${buckets - guarded} of ${buckets} buckets have no BucketPublicAccessBlock: make them with PrivateBucket`,
      ]
    : [];
}

/** Where people rely on what is in it: prod, prod-eu. */
function isProduction(stack: string): boolean {
  return /^prod(uction)?\b/.test(stack);
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

/** Every action of a service, or of AWS, is never least privilege; every resource only for named actions. */
function wildcards(policy: unknown): string | undefined {
  const { Statement = [] } = JSON.parse(String(policy)) as { Statement?: Statement[] };
  const broad = Statement.filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action }) => Action ?? [])
    .filter((action) => /^(\*|[a-z0-9-]+:\*)$/i.test(action));
  return broad.length === 0
    ? undefined
    : `allows ${broad.join(", ")}: name the actions that the program calls`;
}
