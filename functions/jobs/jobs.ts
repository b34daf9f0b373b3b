import type { Client } from "pg";
import type { FileName, JobStatus, RejectedRecord } from "./request";

const selectJob = `SELECT id AS job, bucket, key, etag, size::float8 AS size, byte_offset::float8 AS offset,
    rows_loaded::float8 AS rows, rows_rejected::float8 AS rejected, rows_skipped::float8 AS skipped,
    hops, status, target AS "table", reason,
    started_at AS "startedAt", updated_at AS "updatedAt",
    extract(epoch FROM coalesce(finished_at, now()) - started_at)::float8 AS seconds
  FROM ingest_jobs`;

export async function findJob(client: Client, { bucket, key, etag }: FileName): Promise<JobStatus | null> {
  const { rows } = await client.query<JobStatus>(
    `${selectJob} WHERE bucket = $1 AND key = $2 AND ($3::text IS NULL OR etag = $3)
     ORDER BY started_at DESC, id DESC LIMIT 1`,
    [bucket, key, etag],
  );
  return rows[0] ?? null;
}

/** The jobs of these file versions. */
export async function findJobs(
  client: Client,
  bucket: string,
  files: readonly { key: string; etag: string }[],
): Promise<JobStatus[]> {
  const { rows } = await client.query<JobStatus>(
    `${selectJob} WHERE bucket = $1 AND (key, etag) IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
    [bucket, files.map(({ key }) => key), files.map(({ etag }) => etag)],
  );
  return rows;
}

export async function listJobs(
  client: Client,
  bucket: string,
  limit: number,
  table?: string,
): Promise<JobStatus[]> {
  const { rows } = await client.query<JobStatus>(
    `${selectJob} WHERE bucket = $1 AND ($3::text IS NULL OR target = $3) ORDER BY started_at DESC, id DESC LIMIT $2`,
    [bucket, limit, table],
  );
  return rows;
}

/** A job that runs and has not moved: where a function left it without a successor. */
export interface StalledJob {
  bucket: string;
  key: string;
  etag: string;
  versionId: string | null;
  /** The checkpoint. */
  offset: number;
  /** Bytes. */
  size: number;
}

const selectStalled = `SELECT bucket, key, etag, version_id AS "versionId", byte_offset::float8 AS offset,
    size::float8 AS size FROM ingest_jobs`;

/** Those that have not moved for so many seconds, the longest first; a hundred at once. */
export async function stalledJobs(client: Client, seconds: number): Promise<StalledJob[]> {
  const { rows } = await client.query<StalledJob>(
    `${selectStalled} WHERE status = 'running' AND updated_at <= now() - make_interval(secs => $1)
     ORDER BY updated_at LIMIT 100`,
    [seconds],
  );
  return rows;
}

/** How much text a page of rejects holds: JSON may make six bytes of one, and an answer has 6 MB at most. */
const pageBytes = 700_000;

/** A page of a job's rejects, one at least where there is one behind `after`. */
export async function readRejects(
  client: Client,
  job: string,
  after: number,
): Promise<{ rejects: RejectedRecord[]; more: boolean; header: string | null }> {
  const { rows } = await client.query<RejectedRecord & { sum: number }>(
    `SELECT byte_offset::float8 AS "byteOffset", reason, record, line::float8 AS line, column_name AS "column", value, code,
       sum(octet_length(record) + octet_length(reason)) OVER (ORDER BY byte_offset)::float8 AS sum
     FROM ingest_rejects WHERE job = $1 AND byte_offset > $2 ORDER BY byte_offset LIMIT 1001`,
    [job, after],
  );
  const page = rows.slice(0, 1000).filter(({ sum }, index) => index === 0 || sum <= pageBytes);
  const rejects = page.map(({ sum: _, ...reject }) => reject);
  const { rows: layouts } = await client.query<{ header: string | null }>(
    "SELECT nullif(coalesce(layout ->> 'header', header), '') AS header FROM ingest_jobs WHERE id = $1",
    [job],
  );
  return { rejects, more: rows.length > rejects.length, header: layouts[0]?.header ?? null };
}

/** Takes a job's rows and rejects out, in one transaction; one that runs is ended first. Answers with the rows' number. */
export async function undoJob(client: Client, job: string): Promise<number> {
  await client.query("BEGIN");
  await client.query("SET LOCAL statement_timeout = 0"); // As long as the function may run.
  await client.query(
    `UPDATE ingest_jobs SET status = 'failed', reason = 'ended to be undone', updated_at = now(), finished_at = now()
     WHERE id = $1 AND status = 'running'`,
    [job],
  );
  const { rows } = await client.query<{ taken: number }>(
    "SELECT ingest_take_back($1, 'undone on request')::float8 AS taken",
    [job],
  );
  await client.query("COMMIT");
  return rows[0]?.taken ?? 0;
}

/**
 * Makes a job that failed run again from its checkpoint (one that was undone: from the first byte), in one transaction: the rejects behind the checkpoint,
 * which explained the failure, will be found again. One that runs counts its starts anew.
 */
export async function reopenJob(client: Client, job: string): Promise<StalledJob | null> {
  await client.query("BEGIN");
  const { rows } = await client.query<StalledJob>(
    `${selectStalled} WHERE id = $1 AND status <> 'done' FOR UPDATE`,
    [job],
  );
  if (rows[0] !== undefined) {
    await client.query(
      `DELETE FROM ingest_rejects USING ingest_jobs
       WHERE job = id AND id = $1 AND status = 'failed' AND ingest_rejects.byte_offset >= ingest_jobs.byte_offset`,
      [job],
    );
    await client.query(
      `UPDATE ingest_jobs SET status = 'running', reason = NULL, finished_at = NULL, starts = 0, updated_at = now(),
         rows_rejected = (SELECT count(*) FROM ingest_rejects WHERE job = id)
       WHERE id = $1`,
      [job],
    );
  }
  await client.query("COMMIT");
  return rows[0] ?? null;
}
