"""The Glue job: loads one CSV file from S3 into PostgreSQL, exactly once, over all of Spark's executors.

Plain PySpark: the same script runs on Glue and under `pip install pyspark`. docs/glue.md says how it works.
"""

import argparse
import json
import sys
import threading
import time

import psycopg
from csv_records import FileProblem, Header
from database import Database, Job, Lost
from parts import Chain, Settings, find_starts, load_part
from pyspark.sql import SparkSession
from source import Source, read_text
from values import PlainRecords, Table

MEBIBYTE = 1024 * 1024
HEARTBEAT_SECONDS = 60


def load(spark, source, database, definition, settings, job):
    """Loads the job's file from its checkpoint on. Raises FileProblem with the rejects that explain it, and Lost."""
    context = spark.sparkContext
    table = Table(definition)
    first, newline = job.offset, job.newline and job.newline.encode()
    if newline is None:
        header = Header(source.read(0, settings.max_record_bytes + 1), source.size <= settings.max_record_bytes)
        header.check(table)
        first, newline = header.end, header.newline
    # Every core has something to do; none takes more than it can hold.
    share = -(-(source.size - first) // context.defaultParallelism)
    part_bytes = min(max(share, MEBIBYTE), settings.part_bytes)
    starts = find_starts(source, PlainRecords(table, newline), first, part_bytes)
    chain = Chain(first, source.size, starts)
    ranges = list(zip(starts, [*starts[1:], source.size]))
    while True:
        tasks = [(start, end, job.new_table_name(start)) for start, end in ranges if start < end]
        if tasks:
            chain.add(
                context.parallelize(tasks, len(tasks))
                .map(lambda task: load_part(source, database, definition, newline, settings, *task))
                .collect()
            )
        parts, missing = chain.walk()
        if missing is None:
            break
        ranges = [missing]
    check(parts, settings.max_rejects)
    return parts, newline


def check(parts, max_rejects):
    """Raises FileProblem at what comes first in the file: a line too long, or one reject more than allowed."""
    rejects = []
    for part in parts:
        rejects += part.rejects
        if len(rejects) > max_rejects:
            byte_offset, reason, _ = rejects[max_rejects]
            text = f"more than {max_rejects} records were rejected, the last at byte {byte_offset}: {reason}"
            raise Explained(text, rejects[: max_rejects + 1])
        if part.problem is not None:
            raise Explained(part.problem, rejects)


class Explained(FileProblem):
    def __init__(self, text, rejects):
        super().__init__(text)
        self.rejects = rejects


def run(spark, source, database, definition, settings):
    with database.connect() as connection:
        job = Job(connection, source)
        if job.status != "running":
            return result(job, "skipped" if job.status == "done" else "failed")
        settings.max_rejects -= job.rejected
        job.drop_staging()
        stopped = threading.Event()
        heart = threading.Thread(target=beat, args=(database, job, stopped), daemon=True)
        heart.start()
        try:
            return finish(job, spark, database, definition, settings, lambda: stopping(stopped, heart))
        except Lost:
            job.read()
            return result(job, "skipped")
        finally:
            stopping(stopped, heart)
            job.drop_staging()


def finish(job, spark, database, definition, settings, quiet):
    seconds = {}
    try:
        began = time.monotonic()
        parts, newline = load(spark, job.source, database, definition, settings, job)
        seconds["stageSeconds"] = round(time.monotonic() - began, 3)
        # A heartbeat would wait for the row that the publishing holds.
        quiet()
        rejects = [each for part in parts for each in part.rejects]
        began = time.monotonic()
        job.publish(Table(definition), parts, newline, rejects)
        seconds["publishSeconds"] = round(time.monotonic() - began, 3)
    except FileProblem as problem:
        job.fail(str(problem), getattr(problem, "rejects", []))
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        message = error.diag.message_primary
        job.fail(f"PostgreSQL refused a row behind byte {job.offset}: {message}", [])
    job.read()
    return {**result(job, job.status), **seconds}


def beat(database, job, stopped):
    while not stopped.wait(HEARTBEAT_SECONDS):
        with database.connect() as connection:
            job.beat(connection)


def stopping(stopped, heart):
    stopped.set()
    heart.join()


def result(job, status):
    return {
        "status": status,
        "rows": job.rows,
        "rejected": job.rejected,
        "offset": job.offset,
        "job": job.id,
        **({"reason": job.reason} if job.reason else {}),
    }


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--key", required=True, action="append", help="of a file to load; again for another one")
    parser.add_argument("--version_id", help="of the file; the present version unless told")
    parser.add_argument("--table", required=True, help="the shared definition, JSON: a path or s3://bucket/key")
    parser.add_argument("--database_host", required=True)
    parser.add_argument("--database_port", type=int, default=5432)
    parser.add_argument("--database_name", required=True)
    parser.add_argument("--database_secret_arn", required=True)
    parser.add_argument("--database_ca", required=True, help="authorities, PEM: a path or s3://bucket/key")
    parser.add_argument("--max_rejects", type=int, default=1000)
    parser.add_argument("--max_record_bytes", type=int, default=MEBIBYTE // 4)
    parser.add_argument("--part_bytes", type=int, default=32 * MEBIBYTE, help="the most that a task reads")
    # Glue adds arguments of its own.
    return parser.parse_known_args()[0]


def warm(_):
    """Starts an executor's Python with all that a task imports."""
    return psycopg.__version__


def main():
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
    definition = json.loads(read_text(options.table))
    startup = time.monotonic() - began
    failures = []
    for key in options.key:
        began = time.monotonic()
        outcome = load_file(spark, database, definition, options, key)
        outcome["startSeconds"] = round(startup, 3)
        outcome["workSeconds"] = round(time.monotonic() - began, 3)
        print(json.dumps(outcome), flush=True)
        if outcome["status"] == "failed":
            failures.append(f"{key} was not loaded: {outcome['reason']}")
    spark.stop()
    if failures:
        sys.exit("\n".join(failures))


def load_file(spark, database, definition, options, key):
    source = Source.find(options.bucket, key, options.version_id)
    if source is None:
        return {"status": "failed", "rows": 0, "rejected": 0, "offset": 0, "reason": "there is no such file"}
    settings = Settings(options.max_record_bytes, options.max_rejects, options.part_bytes)
    return run(spark, source, database, definition, settings)


if __name__ == "__main__":
    main()
