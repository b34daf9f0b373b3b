"""One version of an S3 object, read by byte ranges."""

import functools

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


@functools.lru_cache(maxsize=None)
def client(service):
    """One a process: to make one takes longer than a small load."""
    return boto3.client(service, config=Config(retries={"mode": "standard", "max_attempts": 5}))


class Source:
    def __init__(self, bucket, key, version_id, etag, size):
        self.bucket = bucket
        self.key = key
        self.version_id = version_id
        self.etag = etag
        self.size = size

    @classmethod
    def find(cls, bucket, key, version_id=None):
        """The present version unless one is named; None where there is none."""
        try:
            head = client("s3").head_object(Bucket=bucket, Key=key, **named(version_id))
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket", "NoSuchVersion"):
                return None
            raise
        return cls(bucket, key, head.get("VersionId"), head["ETag"].strip('"'), head["ContentLength"])

    def read(self, start, end):
        """The bytes from start to end, or to the end of the object."""
        end = min(end, self.size)
        if start >= end:
            return b""
        answer = client("s3").get_object(
            Bucket=self.bucket,
            Key=self.key,
            Range=f"bytes={start}-{end - 1}",
            IfMatch=f'"{self.etag}"',
            **named(self.version_id),
        )
        data = answer["Body"].read()
        if len(data) != end - start:
            raise OSError(f"S3 sent {len(data)} bytes of {self.key} instead of {end - start}")
        return data

    def is_last(self, end):
        return end >= self.size


def named(version_id):
    return {"VersionId": version_id} if version_id else {}


def read_text(uri):
    """A text in S3 (s3://bucket/key) or in a file."""
    if not uri.startswith("s3://"):
        with open(uri, encoding="utf-8") as file:
            return file.read()
    bucket, _, key = uri[len("s3://") :].partition("/")
    return client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
