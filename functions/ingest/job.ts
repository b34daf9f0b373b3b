import type { Client } from "pg";
import type { ChunkEnd } from "./chunk";
import type { Layout, Reject } from "./pieces";

/** What identifies a load: a key whose content changes is another file. */
export interface FileVersion {
  bucket: string;
  key: string;
  etag: string;
  /** Bytes. */
  size: number;
  versionId: string | undefined;
}

/** A row of `ingest_jobs`. */
export interface Job {
  id: string;
  /** How often a function began with it since its last checkpoint, this time included. */
  starts: number;
  versionId: string | undefined;
  offset: number;
  /** What its reader must know to go on. */
  layout: Layout | undefined;
  rows: number;
  rejected: number;
  hops: number;
  status: "running" | "done" | "failed";
  reason: string | undefined;
}

/** How far a chunk brings a job. */
export interface Progress {
  /** The byte behind the chunk. */
  offset: number;
  newline: Layout["newline"];
  layout: Layout | undefined;
  /** The chunk's own. */
  rows: number;
  rejects: readonly Reject[];
  end: ChunkEnd;
}

interface JobRow {
  id: string;
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

/**
 * Finds the job of a file version, or makes it, and counts this start of one that runs. Any number of functions may
 * hold one job: see `checkpoint`.
 *
 * @param continues whether another hop handed over, which may be about to commit its last chunks: see `holdJob`.
 */
export async function claim(client: Client, file: FileVersion, continues: boolean): Promise<Job> {
  if (continues) {
    await client.query("SELECT FROM ingest_jobs WHERE bucket = $1 AND key = $2 AND etag = $3 FOR UPDATE", [
      file.bucket,
      file.key,
      file.etag,
    ]);
  }
  const { rows } = await client.query<JobRow>(
    `INSERT INTO ingest_jobs AS job (bucket, key, etag, size, version_id, starts) VALUES ($1, $2, $3, $4, $5, 1)
     ON CONFLICT (bucket, key, etag) DO UPDATE SET
       starts = CASE job.status WHEN 'running' THEN job.starts + 1 ELSE job.starts END,
       updated_at = CASE job.status WHEN 'running' THEN now() ELSE job.updated_at END
     RETURNING id, starts, version_id, byte_offset, layout, rows_loaded, rows_rejected, hops, status, reason`,
    [file.bucket, file.key, file.etag, file.size, file.versionId],
  );
  return jobOf(rows[0]!);
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
    `SELECT id, starts, version_id, byte_offset, layout, rows_loaded, rows_rejected, hops, status, reason
     FROM ingest_jobs WHERE bucket = $1 AND key = $2 AND etag = $3`,
    [bucket, key, etag],
  );
  return rows[0] && jobOf(rows[0]);
}

function jobOf(row: JobRow): Job {
  return {
    id: row.id,
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
    `INSERT INTO ingest_rejects (job, byte_offset, reason, record)
     SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[]) ON CONFLICT DO NOTHING`,
    [
      job.id,
      rejects.map(({ byteOffset }) => byteOffset),
      rejects.map(({ reason }) => reason),
      rejects.map(({ record }) => record),
    ],
  );
}

/**
 * Ends a job that no retry can help, at its last checkpoint, and keeps the rejects that explain it. False when
 * another function holds it.
 */
export async function fail(
  client: Client,
  job: Job,
  reason: string,
  rejects: readonly Reject[],
): Promise<boolean> {
  await client.query("BEGIN");
  const { rowCount } = await client.query(
    `UPDATE ingest_jobs SET status = 'failed', reason = $3, rows_rejected = rows_rejected + $4,
       updated_at = now(), finished_at = now()
     WHERE id = $1 AND byte_offset = $2 AND status = 'running'`,
    [job.id, job.offset, reason, rejects.length],
  );
  if (rowCount === 1) await keepRejects(client, job, rejects);
  await client.query("COMMIT");
  if (rowCount !== 1) return false;
  job.status = "failed";
  job.reason = reason;
  job.rejected += rejects.length;
  return true;
}

/** Where the object must be opened to go on: what is packed or decoded is read from its first byte on. */
export function bodyOffset({ offset, layout }: Pick<Job, "offset" | "layout">): number {
  return layout?.decoded ? 0 : offset;
}
