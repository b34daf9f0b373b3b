"""The job's book in ingest_jobs, kept by the same rules as functions/ingest/job.ts, and the staging tables."""

import functools
import json
import tempfile
import uuid

import psycopg
from psycopg import sql
from source import client

SCHEMA = "ingest_staging"
# Of advisory locks: this and the job's number make the key.
LOCK_CLASS = 20_240_607


class Lost(Exception):
    """The job is no longer where it was: another has loaded it, and this one leaves it."""


class Database:
    """Where it is and how to sign in: plain values, so that Spark can send it to an executor. No password is among
    them: who connects reads the secret himself."""

    def __init__(self, host, port, name, secret_arn, authorities):
        self.host = host
        self.port = port
        self.name = name
        self.secret_arn = secret_arn
        self.authorities = authorities

    def connect(self):
        user, password = credentials(self.secret_arn)
        settings = "-c statement_timeout=0 -c lock_timeout=600s -c idle_in_transaction_session_timeout=60s"
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
            options=f"{settings} -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4",
            autocommit=True,
        )


def credentials(secret_arn):
    text = client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"]
    try:
        secret = json.loads(text)
        return secret["username"], secret["password"]
    except (ValueError, KeyError, TypeError):
        # Its own message would quote the secret.
        raise RuntimeError(f"The secret {secret_arn} must be JSON with a username and a password") from None


@functools.lru_cache(maxsize=None)
def authorities_file(pem):
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
        file.write(pem)
    return file.name


class Job:
    """A row of ingest_jobs, as this connection claimed it."""

    def __init__(self, connection, source):
        self.connection = connection
        self.source = source
        row = connection.execute(
            """INSERT INTO ingest_jobs AS job (bucket, key, etag, size, version_id, starts) VALUES (%s, %s, %s, %s, %s, 1)
               ON CONFLICT (bucket, key, etag) DO UPDATE SET
                 starts = CASE job.status WHEN 'running' THEN job.starts + 1 ELSE job.starts END,
                 updated_at = CASE job.status WHEN 'running' THEN now() ELSE job.updated_at END
               RETURNING id""",
            (source.bucket, source.key, source.etag, source.size, source.version_id),
        ).fetchone()
        self.id = row[0]
        # Two Glue jobs on one file would be exact too: this spares the second the work, and the first its tables.
        connection.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_CLASS, self.id))
        self.read()

    def read(self):
        row = self.connection.execute(
            """SELECT byte_offset, newline, rows_loaded, rows_rejected, hops, status, reason
               FROM ingest_jobs WHERE id = %s""",
            (self.id,),
        ).fetchone()
        self.offset, self.newline, self.rows, self.rejected, self.hops, self.status, self.reason = row

    def beat(self, connection):
        """Tells the sweeper that somebody is at work."""
        connection.execute(
            "UPDATE ingest_jobs SET updated_at = now() WHERE id = %s AND status = 'running'", (self.id,)
        )

    def publish(self, table, parts, newline, rejects):
        """Moves the rows of the parts into the table and the checkpoint to the file's end, in one transaction.

        Raises Lost, and RuntimeError where a part has not the rows that its task put there: staging tables are
        emptied when the server crashes.
        """
        with self.connection.transaction():
            # First, so that whoever else has the file waits or gives up before the work and not behind it.
            moved = self.connection.execute(
                """UPDATE ingest_jobs SET byte_offset = size, newline = %s, rows_loaded = rows_loaded + %s,
                     rows_rejected = rows_rejected + %s, updated_at = now(), starts = 0,
                     status = 'done', finished_at = now()
                   WHERE id = %s AND byte_offset = %s AND status = 'running'""",
                (newline.decode(), sum(part.rows for part in parts), len(rejects), self.id, self.offset),
            )
            if moved.rowcount != 1:
                raise Lost
            for part in parts:
                if part.rows == 0:
                    continue
                columns = table.column_list()
                moved = self.connection.execute(
                    f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM {SCHEMA}."{part.table}"'
                )
                if moved.rowcount != part.rows:
                    raise RuntimeError(f"{part.table} has {moved.rowcount} rows instead of {part.rows}")
            self._keep(rejects)

    def fail(self, reason, rejects):
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

    def _keep(self, rejects):
        if rejects:
            offsets, reasons, records = (list(values) for values in zip(*rejects))
            self.connection.execute(
                """INSERT INTO ingest_rejects (job, byte_offset, reason, record)
                   SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING""",
                (self.id, offsets, reasons, records),
            )

    def new_table_name(self, start):
        """Another at each call: what a task that died or was tried twice left belongs to nobody."""
        return f"job_{self.id}_{start}_{uuid.uuid4().hex[:12]}"

    def drop_staging(self):
        """Of this job, also what dead runs of it left."""
        names = self.connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND starts_with(tablename, %s)",
            (SCHEMA, f"job_{self.id}_"),
        ).fetchall()
        # Many in a statement, for one commit and one look through the server's buffers; not all, since each takes a lock.
        for at in range(0, len(names), 50):
            tables = [sql.Identifier(SCHEMA, name) for (name,) in names[at : at + 50]]
            self.connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.SQL(", ").join(tables)))


def stage(database, table, name, lines):
    """Puts the lines into a new staging table, in one transaction."""
    with database.connect() as connection, connection.transaction():
        connection.execute(f'CREATE UNLOGGED TABLE {SCHEMA}."{name}" ({table.staging_columns()})')
        with connection.cursor().copy(f'COPY {SCHEMA}."{name}" FROM STDIN {table.copy_options()}') as copy:
            for line in lines:
                copy.write(line)
