import { type Note, type Rule, must, untilRetired } from "./rule";
import { statementsOf } from "./statements";

const bucket = ["aws:s3/bucket:Bucket"];
const ways = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
/** A bucket is made safe by resources of its own name beside it. */
const guards = [
  "BucketPublicAccessBlock",
  "BucketServerSideEncryptionConfiguration",
  "BucketVersioning",
  "BucketPolicy",
  "BucketOwnershipControls",
  "BucketLifecycleConfiguration",
];

export const storageRules: readonly (Rule | Note)[] = [
  {
    controls: ["S3.2", "S3.3", "S3.5", "S3.8", "S3.12", "S3.13"],
    asks: "buckets have all that makes them safe beside them",
    of: bucket,
    reads: [],
    refuses: (_, { name, declared }) => {
      const missing = guards.filter((guard) => {
        const wanted = `aws:s3/${guard.charAt(0).toLowerCase()}${guard.slice(1)}:${guard}`;
        return !declared.some((other) => other.type === wanted && other.name === name);
      });
      return missing.length === 0
        ? undefined
        : `has no ${missing.join(", ")} of its name: make it with PrivateBucket`;
    },
  },
  {
    controls: ["S3.2", "S3.3", "S3.8"],
    asks: "buckets block public access in all four ways",
    of: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"],
    reads: ways,
    refuses: (values) => {
      const open = ways.filter((_, index) => values[index] !== true);
      return open.length === 0 ? undefined : `leaves the bucket open: set ${open.join(", ")} to true`;
    },
  },
  {
    controls: ["S3.5"],
    asks: "buckets refuse requests without TLS",
    of: ["aws:s3/bucketPolicy:BucketPolicy"],
    reads: ["policy"],
    refuses: must(
      (policy) =>
        statementsOf(policy)?.some(
          ({ Effect, Principal, Action, Condition }) =>
            Effect === "Deny" &&
            Principal === "*" &&
            Action === "s3:*" &&
            JSON.stringify(Condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
        ) === true,
      'answers without TLS: deny everyone s3:* where aws:SecureTransport is "false"',
    ),
  },
  {
    controls: ["S3.6"],
    asks: "bucket policies allow nobody anything: roles do",
    of: ["aws:s3/bucketPolicy:BucketPolicy"],
    reads: ["policy"],
    refuses: must(
      (policy) => statementsOf(policy)?.every(({ Effect }) => Effect === "Deny") === true,
      "allows what a role should: name it in the role's policy",
    ),
  },
  {
    controls: ["S3.9"],
    asks: "buckets have server access logging",
    of: bucket,
    status: "not met",
    why: "Every file and what became of it stands in ingest_jobs; an audit of reads belongs to CloudTrail.",
  },
  {
    controls: ["S3.12"],
    asks: "buckets don't use ACLs",
    of: ["aws:s3/bucketOwnershipControls:BucketOwnershipControls"],
    reads: ["rule"],
    refuses: must(
      (rule) =>
        (rule as { objectOwnership?: unknown } | undefined)?.objectOwnership === "BucketOwnerEnforced",
      "lets ACLs decide: set rule.objectOwnership to BucketOwnerEnforced",
    ),
  },
  {
    controls: ["S3.13"],
    asks: "lifecycle rules are enabled",
    of: ["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"],
    reads: ["rules"],
    refuses: must(
      (rules) =>
        Array.isArray(rules) && rules.some(({ status }: { status?: unknown }) => status === "Enabled"),
      "cleans nothing up: enable a rule",
    ),
  },
  {
    controls: [],
    asks: "buckets are not destroyed with the files in them",
    of: bucket,
    reads: ["forceDestroy"],
    refuses: must(
      (force) => force !== true,
      "would be destroyed with its files: set ingest:deleteFilesOnDestroy to false",
    ),
    except: [
      {
        covers: ({ name }) => name === "ingest-glue",
        reason: "The Glue job's own bucket holds what each deployment puts there again.",
      },
      ...untilRetired,
    ],
  },
];
