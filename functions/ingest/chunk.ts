import { finished } from "node:stream/promises";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { type OutputBuffers, copyHeader, copyTrailer } from "./encode";
import { checkpoint } from "./job";
import type { ChunkEnd, Job, Progress } from "./jobState";
import type { Piece, Reject } from "./pieces";
import { stagingTable } from "./staging";
import type { Table } from "./table";
import { quoteName } from "./tableSql";
import { lockVersions, replaceFormer } from "./versions";

/**
 * A transaction with a COPY in it, which takes in pieces that lie one behind the other. Where a row may be there already
 * and is skipped or updated, the COPY goes into a temporary table, and from there into the table when the chunk before is
 * committed: so the file's order decides, and the two connections never wait for each other's rows.
 */
export interface Chunk {
  /** Settles when the server has begun. */
  opened: Promise<void>;
  /** Hands a piece over. It waits in memory until the server takes it. */
  add(piece: Piece): void;
  /**
   * Ends the COPY at once; when the chunk before is committed, moves the job on and commits. Answers false, with
   * everything rolled back, when that one was not committed or another function was faster.
   *
   * @throws what the server and the connection throw, of the COPY too.
   */
  commit(before: Promise<boolean>, job: Job, last: Piece, end: ChunkEnd): Promise<boolean>;
  /** Answers with the chunk's rejects. */
  rollBack(): Promise<Reject[]>;
}

/** @param begin the statements that the transaction begins with; none may answer with rows. */
export function openChunk(
  client: Client,
  buffers: OutputBuffers,
  table: Table,
  columns: readonly string[],
  begin: string,
): Chunk {
  const names = columns.map(quoteName).join(", ");
  const staged = table.sameRow === "fail" ? undefined : stagingTable(table, columns);
  const first = staged ? `${begin}; ${staged.create}` : begin;
  const target = staged?.name ?? quoteName(table.name);
  // In one message: the server has nothing to do until the first row is there.
  const copy = client.query(copyFrom(`${first}; COPY ${target} (${names}) FROM STDIN (FORMAT binary)`));
  const copied = finished(copy);
  copied.catch(() => undefined); // It is awaited below, and may fail before.
  const sent: Buffer[] = [];
  const rejects: Reject[] = [];
  let rows = 0;
  const opened = new Promise<void>((resolve, reject) => {
    copy.write(copyHeader(), (error) => (error ? reject(error) : resolve()));
  });
  opened.catch(() => undefined); // Whoever needs it awaits it, and the COPY fails as well.

  const endCopy = async (): Promise<void> => {
    copy.end(copyTrailer());
    await copied;
    // Only now has the server seen the last byte, so that the buffers may be filled anew.
    buffers.giveBack(sent);
  };

  const move = async (job: Job, place: Pick<Progress, "offset" | "newline" | "layout">, end: ChunkEnd) => {
    const replaces = end === "done" && table.sameFile === "replace";
    if (replaces) await lockVersions(client, job);
    const stored = staged && rows > 0 ? ((await client.query(staged.insert)).rowCount ?? 0) : rows;
    const progress = { ...place, rows: stored, skipped: rows - stored, rejects, end };
    const moved = await checkpoint(client, job, progress);
    if (moved && replaces) await replaceFormer(client, job);
    return moved;
  };
  return {
    opened,
    add: (piece) => {
      sent.push(piece.bytes);
      rejects.push(...piece.rejects);
      rows += piece.rows;
      if (piece.bytes.length > 0) copy.write(piece.bytes);
    },
    commit: async (before, job, { offset, newline, layout }, end) => {
      const ended = endCopy();
      ended.catch(() => undefined); // What went wrong before counts first.
      const isNext = await before;
      await ended;
      const moved = isNext && (await move(job, { offset, newline, layout }, end));
      await client.query(moved ? "COMMIT" : "ROLLBACK");
      return moved;
    },
    rollBack: async () => {
      await endCopy();
      await client.query("ROLLBACK");
      return rejects;
    },
  };
}
