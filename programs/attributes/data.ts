import { type AttributeTable, arn, digest, input, named, type ResourceRequest } from "./table";

/** Where data rests: S3, RDS, SQS. */
export const data: AttributeTable = {
  "aws:s3/bucket:Bucket": (r) => {
    const bucket = named(r, "bucket");
    return {
      id: bucket,
      bucket,
      arn: `arn:aws:s3:::${bucket}`,
      bucketDomainName: `${bucket}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${bucket}.s3.${r.scope.region}.amazonaws.com`,
      region: r.scope.region,
    };
  },
  "aws:s3/bucketVersioning:BucketVersioning": ofBucket,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ofBucket,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ofBucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ofBucket,
  "aws:s3/bucketPolicy:BucketPolicy": ofBucket,
  "aws:s3/bucketNotification:BucketNotification": ofBucket,
  "aws:s3/bucketObjectv2:BucketObjectv2": (r) => ({
    id: `${input(r, "bucket")}/${input(r, "key")}`,
    arn: `arn:aws:s3:::${input(r, "bucket")}/${input(r, "key")}`,
  }),
  "aws:rds/subnetGroup:SubnetGroup": (r) => ({
    id: named(r),
    name: named(r),
    arn: arn(r, "rds", `subgrp:${named(r)}`),
  }),
  "aws:rds/parameterGroup:ParameterGroup": (r) => ({
    id: named(r),
    name: named(r),
    arn: arn(r, "rds", `pg:${named(r)}`),
  }),
  "aws:rds/eventSubscription:EventSubscription": (r) => ({
    id: named(r),
    name: named(r),
    arn: arn(r, "rds", `es:${named(r)}`),
  }),
  "aws:rds/instance:Instance": (r) => {
    const identifier = named(r, "identifier");
    const address = `${identifier}.${digest(r).slice(0, 12)}.${r.scope.region}.rds.amazonaws.com`;
    return {
      id: `db-${digest(r).slice(0, 26).toUpperCase()}`,
      identifier,
      arn: arn(r, "rds", `db:${identifier}`),
      resourceId: `db-${digest(r).slice(0, 26).toUpperCase()}`,
      address,
      port: 5432,
      endpoint: `${address}:5432`,
      status: "available",
      masterUserSecrets: r.inputs.manageMasterUserPassword === true ? [masterSecret(r)] : [],
    };
  },
  "aws:secretsmanager/secret:Secret": (r) => {
    const { name = `${input(r, "namePrefix")}${digest(r).slice(0, 26)}` } = r.inputs as { name?: string };
    // AWS ends the ARN with six characters of its own.
    const secretArn = arn(r, "secretsmanager", `secret:${name}-${digest(r).slice(-6)}`);
    return { id: secretArn, arn: secretArn, name };
  },
  "aws:secretsmanager/secretRotation:SecretRotation": (r) => {
    input(r, "rotationLambdaArn");
    return { id: input(r, "secretId"), rotationEnabled: true };
  },
  "aws:sqs/queue:Queue": (r) => {
    const url = `https://sqs.${r.scope.region}.amazonaws.com/${r.scope.account}/${named(r)}`;
    return { id: url, url, name: named(r), arn: arn(r, "sqs", named(r)) };
  },
};

function ofBucket(r: ResourceRequest) {
  return { id: input(r, "bucket") };
}

function masterSecret(r: ResourceRequest) {
  return {
    secretArn: arn(r, "secretsmanager", `secret:rds!db-${digest(r).slice(0, 36)}`),
    secretStatus: "active",
    kmsKeyId: arn(r, "kms", "alias/aws/secretsmanager"),
  };
}
