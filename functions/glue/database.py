"""The job's book in ingest_jobs, by the same rules as functions/ingest/job.ts, and the staging tables."""

import functools
import json
import random
import re
import tempfile
import time
import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from source import Source, client

if TYPE_CHECKING:
    from parts import Part

SCHEMA = "ingest_staging"
# Of advisory locks: this and the job's number make the key.
LOCK_CLASS = 20_240_607
MENDED = "a mended file took its place"

# What a further try can't mend, in the words of PostgreSQL and libpq: without a connection there is no code.
FOR_GOOD = re.compile("authentication failed|does not exist|pg_hba.conf|certificate|not support SSL")

Connection = psycopg.Connection[tuple[Any, ...]]


class Lost(Exception):
    """The job is no longer where it was: another has loaded it, and this one leaves it."""


class Database:
    """Where it is and how to sign in: plain values, so that Spark can send it to an executor. No password is
    among them: who connects reads the secret himself."""

    def __init__(self, host: str, port: int, name: str, secret_arn: str, authorities: str) -> None:
        self.host = host
        self.port = port
        self.name = name
        self.secret_arn = secret_arn
        self.authorities = authorities

    def connect(self, patience: float = 600) -> Connection:
        """Tries again for so many seconds, at random moments of ever longer spans as the function does, where
        the server has no connection left, restarts or can't be reached."""
        until = time.monotonic() + patience
        longest = 0.5
        while True:
            try:
                return self._connect()
            except psycopg.OperationalError as error:
                # https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
                pause = random.uniform(0, longest)
                if FOR_GOOD.search(str(error)) or time.monotonic() + pause > until:
                    raise
                time.sleep(pause)
                longest = min(20, longest * 2)

    def _connect(self) -> Connection:
        user, password = credentials(self.secret_arn)
        timeouts = "-c statement_timeout=0 -c lock_timeout=600s -c idle_in_transaction_session_timeout=60s"
        keepalives = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4"
        return psycopg.connect(
            host=self.host,
            port=self.port,
            dbname=self.name,
            user=user,
            password=password,
            sslmode="verify-full",
            sslrootcert=authorities_file(self.authorities),
            application_name="groundwork-glue",
            connect_timeout=10,
            keepalives_idle=10,
            options=f"{timeouts} {keepalives}",
            autocommit=True,
        )


def credentials(secret_arn: str) -> tuple[str, str]:
    text = client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"]
    try:
        secret = json.loads(text)
        return secret["username"], secret["password"]
    except (ValueError, KeyError, TypeError):
        # Its own message would quote the secret.
        raise RuntimeError(f"The secret {secret_arn} must be JSON with a username and a password") from None


@functools.cache
def authorities_file(pem: str) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
        file.write(pem)
    return file.name


class Job:
    """A row of ingest_jobs, as this connection claimed it."""

    def __init__(self, connection: Connection, source: Source, target: str, claim: str) -> None:
        """By the function's statement. Raises ForeignKeyViolation where no migration made the table known."""
        self.connection = connection
        self.source = source
        file = (source.bucket, source.key, source.etag, source.size, source.version_id)
        cursor = psycopg.RawCursor(connection).execute(claim.encode(), (*file, target, source.uploaded_at))
        row = cursor.fetchone()
        assert row is not None
        self.id: int = row[0]
        # Two jobs on one file would be exact too: this spares the second the work, and the first its tables.
        connection.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_CLASS, self.id))
        self.read()

    def read(self) -> None:
        row = self.connection.execute(
            """SELECT byte_offset, layout, rows_loaded, rows_rejected, status, reason, target
               FROM ingest_jobs WHERE id = %s""",
            (self.id,),
        ).fetchone()
        assert row is not None
        self.offset: int = row[0]
        self.layout: dict[str, Any] | None = row[1]
        self.rows: int = row[2]
        self.rejected: int = row[3]
        self.status: str = row[4]
        self.reason: str | None = row[5]
        self.target: str = row[6]

    def beat(self, connection: Connection) -> None:
        """Tells the sweeper that somebody is at work."""
        connection.execute(
            "UPDATE ingest_jobs SET updated_at = now() WHERE id = %s AND status = 'running'", (self.id,)
        )

    def publish(
        self,
        target: str,
        parts: "Sequence[Part]",
        end: int,
        layout: dict[str, Any],
        rejects: Sequence[dict[str, Any]],
    ) -> None:
        """Moves the rows of the parts into the table and the checkpoint to the file's end, in one
        transaction, and takes back what a version of the same key left that failed.

        Raises Lost, and RuntimeError where a part has not the rows that its task put there: staging tables
        are emptied when the server crashes.
        """
        with self.connection.transaction():
            # First, so that whoever else has the file waits or gives up before the work and not behind it.
            moved = self.connection.execute(
                """UPDATE ingest_jobs SET byte_offset = %s, newline = %s, layout = %s,
                     rows_loaded = rows_loaded + %s, rows_rejected = rows_rejected + %s,
                     updated_at = now(), starts = 0, status = 'done', finished_at = now()
                   WHERE id = %s AND byte_offset = %s AND status = 'running'""",
                (
                    end,
                    layout["newline"],
                    Jsonb(layout),
                    sum(part.rows for part in parts),
                    len(rejects),
                    self.id,
                    self.offset,
                ),
            )
            if moved.rowcount != 1:
                raise Lost
            self.connection.execute(
                """SELECT ingest_take_back(id, %s) FROM ingest_jobs
                   WHERE bucket = %s AND key = %s AND status = 'failed' AND id <> %s""",
                (MENDED, self.source.bucket, self.source.key, self.id),
            )
            for part in parts:
                if part.rows == 0:
                    continue
                statement = sql.SQL(
                    "INSERT INTO {} ({columns}, ingest_job) SELECT {columns}, %s FROM {}"
                ).format(
                    sql.Identifier(target),
                    sql.Identifier(SCHEMA, part.table),
                    columns=sql.SQL(", ").join(map(sql.Identifier, part.columns)),
                )
                moved = self.connection.execute(statement, (self.id,))
                if moved.rowcount != part.rows:
                    raise RuntimeError(f"{part.table} has {moved.rowcount} rows instead of {part.rows}")
            self._keep(rejects)

    def fail(self, reason: str, rejects: Sequence[dict[str, Any]]) -> None:
        """Ends the job at its checkpoint. Raises Lost."""
        with self.connection.transaction():
            moved = self.connection.execute(
                """UPDATE ingest_jobs SET status = 'failed', reason = %s, rows_rejected = rows_rejected + %s,
                     updated_at = now(), finished_at = now()
                   WHERE id = %s AND byte_offset = %s AND status = 'running'""",
                (reason, len(rejects), self.id, self.offset),
            )
            if moved.rowcount != 1:
                raise Lost
            self._keep(rejects)

    def _keep(self, rejects: Sequence[dict[str, Any]]) -> None:
        if rejects:
            names = ("byteOffset", "line", "column", "value", "code", "reason", "record")
            self.connection.execute(
                """INSERT INTO ingest_rejects
                     (job, byte_offset, line, column_name, value, code, reason, record)
                   SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[],
                     %s::text[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING""",
                (self.id, *([reject.get(name) for reject in rejects] for name in names)),
            )

    def new_table_name(self, start: int) -> str:
        """Another at each call: what a task that died or was tried twice left belongs to nobody."""
        return f"job_{self.id}_{start}_{uuid.uuid4().hex[:12]}"

    def drop_staging(self) -> None:
        """Of this job, also what dead runs of it left."""
        names = self.connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND starts_with(tablename, %s)",
            (SCHEMA, f"job_{self.id}_"),
        ).fetchall()
        # Many in a statement, for one commit and one look through the server's buffers; each takes a lock.
        for at in range(0, len(names), 50):
            tables = [sql.Identifier(SCHEMA, name) for (name,) in names[at : at + 50]]
            self.connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.SQL(", ").join(tables)))


def stage(database: Database, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[bytes]) -> None:
    """Puts rows, as binary COPY has them, into a new table of columns with types, in one transaction."""
    table = sql.Identifier(SCHEMA, name)
    typed = [sql.Identifier(column) + sql.SQL(f" {kind}") for column, kind in columns]
    with database.connect() as connection, connection.transaction():
        connection.execute(sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(table, sql.SQL(", ").join(typed)))
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(table)) as copy:
            for each in rows:
                copy.write(each)
