import type { Client } from "pg";
import { giveUp } from "../shared/giveUp";
import type { Job } from "./jobState";
import { misfits, shapeOf } from "./tableFit";
import type { Table } from "./table";

type Version = Pick<Job, "id" | "bucket" | "key">;

/** Until the transaction ends: of a key's versions one at a time begins, fails or is complete. */
export async function lockVersions(
  client: Client,
  { bucket, key }: Pick<Version, "bucket" | "key">,
): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`${bucket}/${key}`]);
  // To take back a large job may take as long as to load it.
  await client.query("SET LOCAL statement_timeout = 0");
}

/** FROM and WHERE of the other versions of the job $1's file: by their upload, then by their first start. */
export function otherVersions(which: "newer" | "older" | "all"): string {
  const uploaded = (job: string): string => `(coalesce(${job}.uploaded_at, ${job}.started_at), ${job}.id)`;
  return `FROM ingest_jobs other JOIN ingest_jobs own USING (bucket, key) WHERE own.id = $1 AND other.id <> own.id
    ${which === "all" ? "" : `AND ${uploaded("other")} ${which === "newer" ? ">" : "<"} ${uploaded("own")}`}`;
}

/**
 * What comes before a job's first chunk: its table must fit its definition, and what failed versions of its file left
 * goes. Of a table whose files replace one another, older versions that still load are ended, and a version that comes
 * late is left alone: then the job is "undone".
 *
 * @throws GiveUp that names what doesn't fit.
 */
export async function beginJob(client: Client, job: Job, table: Table): Promise<void> {
  const problems = await misfits(client, shapeOf(table));
  if (problems.length > 0) throw giveUp(problems.join("; "));
  // Most files have one version. Another one that begins from here on sees this job, which is committed.
  const others = await client.query(`SELECT ${otherVersions("all")} LIMIT 1`, [job.id]);
  if (others.rowCount === 0) return;
  await client.query("BEGIN");
  await lockVersions(client, job);
  if (table.sameFile === "replace") {
    const { rows } = await client.query<{ id: string }>(
      `SELECT other.id ${otherVersions("newer")} AND other.status IN ('running', 'done') LIMIT 1`,
      [job.id],
    );
    const newer = rows[0]?.id;
    if (newer !== undefined) {
      job.status = "undone";
      job.reason = `job ${newer} loads or has loaded a newer version of the file`;
      await client.query(
        `UPDATE ingest_jobs SET status = 'undone', reason = $2, updated_at = now(), finished_at = now()
         WHERE id = $1 AND status = 'running'`,
        [job.id, job.reason],
      );
      await client.query("COMMIT");
      return;
    }
    await client.query(
      `UPDATE ingest_jobs SET status = 'failed', reason = $2, updated_at = now(), finished_at = now()
       WHERE status = 'running' AND id IN (SELECT other.id ${otherVersions("older")})`,
      [job.id, `job ${job.id} loads a newer version of the file`],
    );
  }
  await client.query(
    `SELECT ingest_take_back(other.id, $2) ${otherVersions("all")} AND other.status = 'failed'`,
    [job.id, `job ${job.id} loads another version of the file`],
  );
  await client.query("COMMIT");
}

/** Takes back what a complete job replaces, in the transaction of its last checkpoint. */
export async function replaceFormer(client: Client, job: Job): Promise<void> {
  await client.query(
    `SELECT ingest_take_back(other.id, $2) ${otherVersions("older")} AND other.status IN ('done', 'failed')`,
    [job.id, `job ${job.id} replaced it`],
  );
}
