"""One version of an S3 object, read from a byte on."""

import contextlib
import functools
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CHUNK_BYTES = 256 * 1024


@functools.cache
def client(service: str) -> Any:
    """One a process: to make one takes longer than a small load."""
    return boto3.client(service, config=Config(retries={"mode": "standard", "max_attempts": 5}))


class Source:
    def __init__(
        self, bucket: str, key: str, version_id: str | None, etag: str, size: int, uploaded_at: datetime
    ) -> None:
        self.bucket = bucket
        self.key = key
        self.version_id = version_id
        self.etag = etag
        self.size = size
        self.uploaded_at = uploaded_at

    @classmethod
    def find(cls, bucket: str, key: str, version_id: str | None = None) -> Self | None:
        """The present version unless one is named; None where there is none."""
        try:
            head = client("s3").head_object(Bucket=bucket, Key=key, **named(version_id))
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket", "NoSuchVersion"):
                return None
            raise
        found = (head["ETag"].strip('"'), head["ContentLength"], head["LastModified"])
        return cls(bucket, key, head.get("VersionId"), *found)

    def stream(self, start: int) -> Iterator[bytes]:
        """The bytes from there to the object's end; the connection ends where no more are asked for."""
        if start >= self.size:
            return
        answer = client("s3").get_object(
            Bucket=self.bucket,
            Key=self.key,
            Range=f"bytes={start}-",
            IfMatch=f'"{self.etag}"',
            **named(self.version_id),
        )
        with contextlib.closing(answer["Body"]) as body:
            if answer.get("ContentRange") != f"bytes {start}-{self.size - 1}/{self.size}":
                raise RuntimeError(f"S3 sent another range of {self.bucket}/{self.key}")
            yield from body.iter_chunks(CHUNK_BYTES)


def named(version_id: str | None) -> dict[str, str]:
    return {"VersionId": version_id} if version_id else {}


def read_text(uri: str) -> str:
    """A text in S3 (s3://bucket/key) or in a file."""
    if not uri.startswith("s3://"):
        with open(uri, encoding="utf-8") as file:
            return file.read()
    bucket, _, key = uri[len("s3://") :].partition("/")
    return str(client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode())
