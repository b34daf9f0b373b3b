"""The Glue job: loads one CSV file from S3 into PostgreSQL, exactly once, over all of Spark's executors.

Plain PySpark: the same script runs on Glue and under `pip install pyspark`. docs/glue.md says how it works.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from database import Database, Job, Lost
from node_reader import Reading
from parts import Chain, Part, Task, load_part
from pyspark.sql import SparkSession
from source import Source, read_text

MEBIBYTE = 1024 * 1024
HEARTBEAT_SECONDS = 60
MISSING = {"status": "failed", "rows": 0, "rejected": 0, "offset": 0, "reason": "there is no such file"}


class FileProblem(Exception):
    """Why the file can't be loaded, and the rejects that explain it. A retry would find the same."""

    def __init__(self, reason: str, rejects: list[dict[str, Any]]) -> None:
        super().__init__(reason)
        self.rejects = rejects


@dataclass
class Settings:
    reader: str
    max_rejects: int
    part_bytes: int


@dataclass
class Loaded:
    """What stands in staging tables, of the whole file."""

    parts: list[Part]
    end: int
    layout: dict[str, Any]
    rejects: list[dict[str, Any]]


def load(
    spark: SparkSession, database: Database, settings: Settings, job: Job, opened: dict[str, Any]
) -> Loaded:
    """Loads the job's file from its checkpoint on. Raises FileProblem and Lost."""
    if "failure" in opened:
        raise FileProblem(opened["failure"], [])
    if job.target != opened["table"]:
        there = f"what is loaded of it is in {job.target}"
        raise FileProblem(f"{there}, and now its key is {opened['table']}'s", [])
    source, script = job.source, settings.reader
    past = {"maxRejects": settings.max_rejects, "rows": job.rows, "rejected": job.rejected}

    def read(requests: list[dict[str, Any]]) -> list[Part | None]:
        tasks = [Task({**past, **each}, job.new_table_name(each["offset"])) for each in requests]
        context = spark.sparkContext
        spread = context.parallelize(tasks, len(tasks))
        parts: list[Part | None] = spread.map(
            lambda task: load_part(script, source, database, task)
        ).collect()
        return parts

    if opened["whole"]:
        request = {"step": "whole", "offset": job.offset, "layout": job.layout}
        parts = [part for part in read([request]) if part is not None]
        return check(parts, job, opened, 0)
    first, layout = opened["offset"], opened["layout"]
    # Every core has something to do; none takes more than it can hold.
    share = -(-(source.size - first) // spark.sparkContext.defaultParallelism)
    part_bytes = min(max(share, MEBIBYTE), settings.part_bytes)
    starts = range(first, source.size, part_bytes)
    ranges = [(start, min(start + part_bytes, source.size)) for start in starts]
    chain = Chain(first, source.size)
    while True:
        # A part begins behind a line end, which may be the byte before its range.
        requests = [
            {"step": "part", "offset": start - search, "end": end, "layout": layout, "search": search}
            for start, end in ranges
            for search in [len(ranges) > 1 and start > first]
        ]
        if requests:
            chain.add(read(requests))
        parts, missing = chain.walk()
        if missing is None:
            return check(parts, job, opened, layout["line"])
        ranges = [missing]


def check(parts: list[Part], job: Job, opened: dict[str, Any], line: int) -> Loaded:
    """Puts the parts together; the first begins behind so many lines. Raises FileProblem for what a part has
    found, or at one reject more than the table allows."""
    most = opened["maxRejects"]
    rejects: list[dict[str, Any]] = []
    end, layout = opened.get("offset", 0), opened.get("layout")
    for part in parts:
        rejects += [{**each, "line": each["line"] + line} for each in part.rejects]
        if not isinstance(most, str) and job.rejected + len(rejects) > most:
            found = rejects[: most - job.rejected + 1]
            last = found[-1]
            place = f"the last at byte {last['byteOffset']}: {last['reason']}"
            raise FileProblem(f"more than {most} records were rejected, {place}", found)
        if part.failure is not None or part.stop is None or part.layout is None:
            raise FileProblem(part.failure or "the file was not read to its end", rejects)
        line += part.layout["line"]
        end, layout = part.stop, {**part.layout, "line": line}
    rejected = job.rejected + len(rejects)
    records = job.rows + sum(part.rows for part in parts) + rejected
    if isinstance(most, str) and rejected > float(most.rstrip("%")) / 100 * records:
        raise FileProblem(f"{rejected} of {records} records were rejected, more than {most}", rejects)
    if layout is None:
        raise RuntimeError(f"The reader said nothing of {job.source.key}")
    return Loaded(parts, end, layout, rejects)


def run(spark: SparkSession, source: Source, database: Database, settings: Settings) -> dict[str, Any]:
    opened = open_file(source, settings, None, 0)
    if "table" not in opened:
        return {"status": "skipped", "rows": 0, "rejected": 0, "offset": 0, "reason": opened["failure"]}
    with database.connect() as connection:
        table = opened["table"]
        try:
            job = Job(connection, source, table, opened["claim"])
        except psycopg.errors.ForeignKeyViolation:
            reason = f"ingest_tables has no {table}: the SQL file that makes the table must add it"
            return {**MISSING, "reason": reason}
        if job.status != "running":
            return result(job, "failed" if job.status == "failed" else "skipped")
        if job.layout is not None:
            opened = open_file(source, settings, job.layout, job.offset)
        job.drop_staging()
        stopped = threading.Event()
        heart = threading.Thread(target=beat, args=(database, job, stopped), daemon=True)
        heart.start()
        try:
            return finish(spark, database, settings, job, opened, lambda: stopping(stopped, heart))
        except Lost:
            job.read()
            return result(job, "skipped")
        finally:
            stopping(stopped, heart)
            job.drop_staging()


def open_file(
    source: Source, settings: Settings, layout: dict[str, Any] | None, offset: int
) -> dict[str, Any]:
    request = {"step": "open", "layout": layout, "offset": offset, "maxRejects": settings.max_rejects}
    with Reading(settings.reader, source, 0, request) as reading:
        return reading.answer()


def finish(
    spark: SparkSession,
    database: Database,
    settings: Settings,
    job: Job,
    opened: dict[str, Any],
    quiet: Callable[[], None],
) -> dict[str, Any]:
    seconds: dict[str, float] = {}
    try:
        began = time.monotonic()
        loaded = load(spark, database, settings, job, opened)
        seconds["stageSeconds"] = round(time.monotonic() - began, 3)
        # A heartbeat would wait for the row that the publishing holds.
        quiet()
        began = time.monotonic()
        job.publish(opened["table"], loaded.parts, loaded.end, loaded.layout, loaded.rejects)
        seconds["publishSeconds"] = round(time.monotonic() - began, 3)
    except FileProblem as problem:
        job.fail(str(problem), problem.rejects)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        message = error.diag.message_primary
        job.fail(f"PostgreSQL refused a row behind byte {job.offset}: {message}", [])
    job.read()
    return {**result(job, job.status), **seconds}


def beat(database: Database, job: Job, stopped: threading.Event) -> None:
    while not stopped.wait(HEARTBEAT_SECONDS):
        try:
            with database.connect(patience=0) as connection:
                job.beat(connection)
        except Exception as error:  # noqa: BLE001 -- the next one may do
            print(f"No heartbeat this time: {error}", file=sys.stderr)


def stopping(stopped: threading.Event, heart: threading.Thread) -> None:
    stopped.set()
    heart.join()


def result(job: Job, status: str) -> dict[str, Any]:
    return {
        "status": status,
        "rows": job.rows,
        "rejected": job.rejected,
        "offset": job.offset,
        "job": job.id,
        **({"reason": job.reason} if job.reason else {}),
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0], allow_abbrev=False)
    parser.add_argument("--bucket", required=True)
    parser.add_argument(
        "--key", required=True, action="append", help="of a file to load; again for another one"
    )
    parser.add_argument("--version_id", help="of the file; the present version unless told")
    parser.add_argument(
        "--reader", required=True, help="partReader.ts made one script: a path or s3://bucket/key"
    )
    parser.add_argument("--database_host", required=True)
    parser.add_argument("--database_port", type=int, default=5432)
    parser.add_argument("--database_name", required=True)
    parser.add_argument("--database_secret_arn", required=True)
    parser.add_argument("--database_ca", required=True, help="authorities, PEM: a path or s3://bucket/key")
    parser.add_argument("--max_rejects", type=int, default=1000)
    parser.add_argument(
        "--part_bytes", type=int, default=32 * MEBIBYTE, help="of the file, at most for one task"
    )
    # Glue adds arguments of its own.
    return parser.parse_known_args()[0]


def warm(_: int) -> str:
    """Starts an executor's Python with all that a task imports."""
    return psycopg.__version__


def main() -> None:
    began = time.monotonic()
    options = arguments()
    spark = SparkSession.builder.appName("groundwork-ingest").getOrCreate()
    spark.sparkContext.setLogLevel("WARN")
    cores = spark.sparkContext.defaultParallelism
    spark.sparkContext.parallelize(range(cores), cores).map(warm).collect()
    database = Database(
        options.database_host,
        options.database_port,
        options.database_name,
        options.database_secret_arn,
        read_text(options.database_ca),
    )
    settings = Settings(read_text(options.reader), options.max_rejects, options.part_bytes)
    startup = time.monotonic() - began
    failures = []
    for key in options.key:
        began = time.monotonic()
        source = Source.find(options.bucket, key, options.version_id)
        outcome = MISSING if source is None else run(spark, source, database, settings)
        outcome = {**outcome, "startSeconds": round(startup, 3)}
        outcome["workSeconds"] = round(time.monotonic() - began, 3)
        print(json.dumps(outcome), flush=True)
        if outcome["status"] == "failed":
            failures.append(f"{key} was not loaded: {outcome['reason']}")
    spark.stop()
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
