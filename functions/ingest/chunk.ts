import { finished } from "node:stream/promises";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { type OutputBuffers, copyHeader, copyTrailer } from "./encode";
import { type Job, checkpoint } from "./job";
import type { Piece, Reject } from "./pieces";

/** What comes behind a chunk: more of the file here, nothing, or the next hop. */
export type ChunkEnd = "more" | "done" | "hop";

/** A transaction with a COPY in it, which takes in pieces that lie one behind the other. */
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
  table: string,
  columns: readonly string[],
  begin: string,
): Chunk {
  const names = columns.map((column) => client.escapeIdentifier(column)).join(", ");
  // In one message: the server has nothing to do until the first row is there.
  const copy = client.query(
    copyFrom(`${begin}; COPY ${client.escapeIdentifier(table)} (${names}) FROM STDIN (FORMAT binary)`),
  );
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
      const moved =
        isNext && (await checkpoint(client, job, { offset, newline, layout, rows, rejects, end }));
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
