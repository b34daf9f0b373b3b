import type { Client } from "pg";
import { giveUp } from "../shared/giveUp";
import type { Job, Progress } from "./jobState";
import type { Layout, Reject } from "./pieces";
import { lockVersions, otherVersions } from "./versions";

/** What identifies a load: a key whose content changes is another file. */
export interface FileVersion {
  bucket: string;
  key: string;
  etag: string;
  /** Bytes. */
  size: number;
  versionId: string | undefined;
  /** When it was uploaded, milliseconds since 1970; undefined as long as S3 hasn't said it. */
  uploadedAt: number | undefined;
}

interface JobRow {
  id: string;
  bucket: string;
  key: string;
  target: string;
  starts: number;
  version_id: string | null;
  byte_offset: string;
  layout: Layout | null;
  rows_loaded: string;
  rows_rejected: string;
  hops: number;
  status: Job["status"];
  reason: string | null;
}

const jobColumns = `id, bucket, key, target, starts, version_id, byte_offset, layout, rows_loaded, rows_rejected, hops,
  status, reason`;

/**
 * Finds the job of a file version, or makes it, and counts this start of one that runs; both roads begin by it. One whose
 * rows were taken back runs anew only for a later upload of the same bytes. Takes bucket, key, etag, size, version id,
 * table, and when it was uploaded; the job's number is the first column.
 */
export const claimSql = `INSERT INTO ingest_jobs AS job (bucket, key, etag, size, version_id, target, uploaded_at, starts)
   VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
   ON CONFLICT (bucket, key, etag) DO UPDATE SET
     (status, reason, finished_at, starts, updated_at, version_id, target, uploaded_at) = (SELECT
       CASE WHEN anew THEN 'running' ELSE job.status END,
       CASE WHEN NOT anew THEN job.reason END,
       CASE WHEN NOT anew THEN job.finished_at END,
       CASE WHEN anew OR job.status = 'running' THEN job.starts + 1 ELSE job.starts END,
       CASE WHEN anew OR job.status = 'running' THEN now() ELSE job.updated_at END,
       CASE WHEN anew THEN excluded.version_id ELSE job.version_id END,
       CASE WHEN anew OR job.status = 'running' AND job.layout IS NULL THEN excluded.target ELSE job.target END,
       CASE WHEN anew THEN excluded.uploaded_at ELSE coalesce(job.uploaded_at, excluded.uploaded_at) END
     FROM (SELECT job.status = 'undone' AND excluded.uploaded_at > job.uploaded_at IS TRUE AS anew))
   RETURNING ${jobColumns}`;

/**
 * Claims the job of a file version. Any number of functions may hold one job: see `checkpoint`.
 *
 * @param continues whether another hop handed over, which may be about to commit its last chunks: see `holdJob`.
 * @throws GiveUp when no migration made the table known.
 */
export async function claim(
  client: Client,
  file: FileVersion,
  table: string,
  continues: boolean,
): Promise<Job> {
  if (continues) {
    await client.query("SELECT FROM ingest_jobs WHERE bucket = $1 AND key = $2 AND etag = $3 FOR UPDATE", [
      file.bucket,
      file.key,
      file.etag,
    ]);
  }
  const uploadedAt = file.uploadedAt === undefined ? null : new Date(file.uploadedAt);
  try {
    const { rows } = await client.query<JobRow>(claimSql, [
      file.bucket,
      file.key,
      file.etag,
      file.size,
      file.versionId,
      table,
      uploadedAt,
    ]);
    return jobOf(rows[0]!);
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== "ingest_jobs_target_fkey") throw error;
    throw giveUp(`ingest_tables has no ${table}: the SQL file that makes the table must add it`);
  }
}

/**
 * A statement for the transaction of a hop's last chunk, which lets the next hop wait at `claim` until the chunks
 * before it and this one are committed, or will never be. It hinders no `checkpoint`.
 */
export function holdJob({ id }: Job): string {
  return `DO $$ BEGIN PERFORM FROM ingest_jobs WHERE id = ${id} FOR KEY SHARE; END $$`;
}

/** The job of a file version, if there is one. */
export async function find(
  client: Client,
  { bucket, key, etag }: Pick<FileVersion, "bucket" | "key" | "etag">,
): Promise<Job | undefined> {
  const { rows } = await client.query<JobRow>(
    `SELECT ${jobColumns} FROM ingest_jobs WHERE bucket = $1 AND key = $2 AND etag = $3`,
    [bucket, key, etag],
  );
  return rows[0] && jobOf(rows[0]);
}

function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    bucket: row.bucket,
    key: row.key,
    target: row.target,
    starts: row.starts,
    versionId: row.version_id ?? undefined,
    offset: Number(row.byte_offset),
    layout: row.layout ?? undefined,
    rows: Number(row.rows_loaded),
    rejected: Number(row.rows_rejected),
    hops: row.hops,
    status: row.status,
    reason: row.reason ?? undefined,
  };
}

/**
 * Moves the job on, inside the transaction that holds the chunk's rows. Answers false when the job is no longer
 * where it was: another function has loaded the same chunk, and this one must roll back and leave the job to it.
 */
export async function checkpoint(client: Client, job: Job, progress: Progress): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE ingest_jobs SET byte_offset = $3, newline = $4, layout = $9, rows_loaded = rows_loaded + $5,
       rows_rejected = rows_rejected + $6, updated_at = now(), starts = 0, hops = hops + $8::int,
       rows_skipped = rows_skipped + $10,
       status = CASE WHEN $7 THEN 'done' ELSE status END, finished_at = CASE WHEN $7 THEN now() END
     WHERE id = $1 AND byte_offset = $2 AND status = 'running'`,
    [
      job.id,
      job.offset,
      progress.offset,
      progress.newline,
      progress.rows,
      progress.rejects.length,
      progress.end === "done",
      progress.end === "hop" ? 1 : 0,
      progress.layout,
      progress.skipped,
    ],
  );
  if (rowCount !== 1) return false;
  await keepRejects(client, job, progress.rejects);
  job.offset = progress.offset;
  job.layout = progress.layout;
  job.rows += progress.rows;
  job.rejected += progress.rejects.length;
  if (progress.end === "done") job.status = "done";
  return true;
}

async function keepRejects(client: Client, job: Job, rejects: readonly Reject[]): Promise<void> {
  if (rejects.length === 0) return;
  await client.query(
    `INSERT INTO ingest_rejects (job, byte_offset, line, column_name, value, code, reason, record)
     SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
     ON CONFLICT DO NOTHING`,
    [
      job.id,
      rejects.map(({ byteOffset }) => byteOffset),
      rejects.map(({ line }) => line),
      rejects.map(({ column }) => column),
      rejects.map(({ value }) => value),
      rejects.map(({ code }) => code),
      rejects.map(({ reason }) => reason),
      rejects.map(({ record }) => record),
    ],
  );
}

/**
 * Ends a job that no retry can help, at its last checkpoint, and keeps the rejects that explain it; the reason says
 * which of its rows stay. Where a newer version of the file was begun meanwhile they go at once. False when another
 * function holds the job.
 */
export async function fail(
  client: Client,
  job: Job,
  reason: string,
  rejects: readonly Reject[],
  header?: string,
): Promise<boolean> {
  const why = job.rows === 0 ? reason : `${reason}. ${whatStays(job)}`;
  await client.query("BEGIN");
  await lockVersions(client, job);
  const { rowCount } = await client.query(
    `UPDATE ingest_jobs SET status = 'failed', reason = $3, rows_rejected = rows_rejected + $4, header = $5,
       updated_at = now(), finished_at = now()
     WHERE id = $1 AND byte_offset = $2 AND status = 'running'`,
    [job.id, job.offset, why, rejects.length, header],
  );
  if (rowCount !== 1) {
    await client.query("ROLLBACK");
    return false;
  }
  await keepRejects(client, job, rejects);
  const { rowCount: taken } = await client.query(
    `SELECT ingest_take_back($1, $2)
     WHERE EXISTS (SELECT ${otherVersions("newer")} AND other.status IN ('running', 'done'))`,
    [job.id, reason],
  );
  await client.query("COMMIT");
  job.status = "failed";
  job.reason = taken === 0 ? why : reason;
  job.rejected += rejects.length;
  return true;
}

function whatStays({ rows, target, key }: Job): string {
  const name = /^[\w./=-]+$/.test(key) ? key : `'${key.replaceAll("'", "'\\''")}'`;
  return `${rows.toLocaleString("en-US")} rows of it are in ${target}: they go when a mended file is loaded under the same key, or with npm run load -- ${name} --undo --stack NAME`;
}

/** Where the object must be opened to go on: what is packed or decoded is read from its first byte on. */
export function bodyOffset({ offset, layout }: Pick<Job, "offset" | "layout">): number {
  return layout?.decoded ? 0 : offset;
}
