import { broadGrant, broadPolicy } from "./statements";
import { missingTags } from "./tags";

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
    ({ inputs }) => (isWide(inputs.cidrIpv4) || isWide(inputs.cidrIpv6) ? letsAllIn : undefined),
  ],
  "aws:ec2/securityGroupRule:SecurityGroupRule": [
    ({ inputs }) =>
      inputs.type === "ingress" && [inputs.cidrBlocks, inputs.ipv6CidrBlocks].flat().some(isWide)
        ? letsAllIn
        : undefined,
  ],
  "aws:ec2/instance:Instance": [
    ({ inputs }) =>
      (inputs.rootBlockDevice as { encrypted?: unknown } | undefined)?.encrypted === true
        ? undefined
        : "has a disk that is not encrypted: set rootBlockDevice.encrypted to true",
  ],
  "aws:ebs/volume:Volume": [
    ({ inputs }) => (inputs.encrypted === true ? undefined : "is not encrypted: set encrypted to true"),
  ],
  "aws:sqs/queue:Queue": [
    ({ inputs }) =>
      inputs.sqsManagedSseEnabled === true || inputs.kmsMasterKeyId !== undefined
        ? undefined
        : "is not encrypted: set sqsManagedSseEnabled to true",
  ],
  "aws:ec2/securityGroup:SecurityGroup": [
    ({ inputs }) =>
      inputs.ingress === undefined && inputs.egress === undefined
        ? undefined
        : "has inline rules, which fight separate ones: use SecurityGroupIngressRule and SecurityGroupEgressRule",
  ],
  "aws:iam/rolePolicy:RolePolicy": [({ inputs }) => broadPolicy(inputs.policy)],
  "aws:iam/policy:Policy": [({ inputs }) => broadPolicy(inputs.policy)],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": [
    ({ inputs }) =>
      /policy\/(AdministratorAccess|IAMFullAccess)$/.test(String(inputs.policyArn))
        ? "may give itself every right: write a policy with what it needs"
        : undefined,
  ],
  "aws:iam/role:Role": [({ inputs }) => broadGrant(inputs.assumeRolePolicy)],
  "aws:s3/bucketPolicy:BucketPolicy": [({ inputs }) => broadGrant(inputs.policy)],
  "aws:sqs/queuePolicy:QueuePolicy": [({ inputs }) => broadGrant(inputs.policy)],
  "aws:secretsmanager/secretPolicy:SecretPolicy": [({ inputs }) => broadGrant(inputs.policy)],
  "aws:lambda/permission:Permission": [
    ({ inputs }) =>
      inputs.principal === "*" ? "lets everyone call the function: name the service that may" : undefined,
  ],
};

/** Rules for every type. */
const general: readonly Rule[] = [({ type, inputs }) => missingTags(type, inputs.tags)];

const letsAllIn = "lets the whole internet in: name the ranges or the security group that may connect";

/** Whether so many addresses are meant that they are the internet rather than somebody's network. */
function isWide(cidr: unknown): boolean {
  return typeof cidr === "string" && Number(cidr.split("/")[1] ?? 32) < 8;
}

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

/** A bucket is made safe by resources beside it: one that lacks them breaks a rule that no resource shows. */
function unguarded(resources: readonly Resource[]): string[] {
  const count = (type: string): number => resources.filter((resource) => resource.type === type).length;
  const buckets = count("aws:s3/bucket:Bucket");
  return ["BucketPublicAccessBlock", "BucketServerSideEncryptionConfiguration"].flatMap((guard) => {
    const guarded = count(`aws:s3/${guard.charAt(0).toLowerCase()}${guard.slice(1)}:${guard}`);
    if (buckets <= guarded) return [];
    return [`${buckets - guarded} of ${buckets} buckets have no ${guard}: make them with PrivateBucket`];
  });
}

/** Where people rely on what is in it: prod, prod-eu. */
function isProduction(stack: string): boolean {
  return /^prod(uction)?\b/.test(stack);
}
