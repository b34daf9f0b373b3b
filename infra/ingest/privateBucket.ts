import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";

interface PrivateBucketArgs {
  /** Whether `pulumi destroy` may delete it with what is in it; otherwise it refuses to. */
  readonly forceDestroy: boolean;
  /** Days after which replaced and deleted versions go. */
  readonly noncurrentVersionDays: number;
}

/** An S3 bucket that is versioned, encrypted, closed to the public, and answers over TLS only. */
export class PrivateBucket extends Component {
  readonly bucket: aws.s3.Bucket;

  constructor(name: string, args: PrivateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storage:PrivateBucket", name, opts);
    this.bucket = new aws.s3.Bucket(
      name,
      { forceDestroy: args.forceDestroy },
      // Without it Pulumi would take its policies away before S3 refuses to delete a bucket with files in it.
      { ...this.child, protect: !args.forceDestroy },
    );
    const bucket = this.bucket.id;
    const versioning = new aws.s3.BucketVersioning(
      name,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      this.child,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      this.child,
    );
    const closed = new aws.s3.BucketPublicAccessBlock(
      name,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      this.child,
    );
    new aws.s3.BucketOwnershipControls(
      name,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      this.child,
    );
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        bucket,
        rules: [
          {
            id: "clean-up",
            status: "Enabled",
            filter: {},
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            noncurrentVersionExpiration: { noncurrentDays: args.noncurrentVersionDays },
          },
        ],
      },
      // S3 refuses rules for old versions on a bucket that has none.
      { ...this.child, dependsOn: [versioning] },
    );
    new aws.s3.BucketPolicy(
      name,
      { bucket, policy: tlsOnly(this.bucket.arn) },
      // S3 takes one change of a bucket's access at a time.
      { ...this.child, dependsOn: [closed] },
    );
    this.registerOutputs();
  }
}

function tlsOnly(bucketArn: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, pulumi.interpolate`${bucketArn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}
