import { finished } from "node:stream/promises";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { TableDefinition } from "./columns";
import { type RowEncoder, copyHeader, copyTrailer } from "./encode";
import { type Job, checkpoint } from "./job";
import type { Piece, Reject } from "./pieces";

/** An open transaction with a COPY in it, which takes in pieces that lie one behind the other. */
export interface Chunk {
  /** Hands a piece over. It waits in memory until the server takes it. */
  add(piece: Piece): void;
  /**
   * Moves the job on and commits. Answers false, with everything rolled back, when another function was faster.
   *
   * @throws what the server and the connection throw, of the COPY too.
   */
  commit(job: Job, last: Piece, done: boolean): Promise<boolean>;
  /** Answers with the chunk's rejects. */
  rollBack(): Promise<Reject[]>;
}

export async function openChunk(
  client: Client,
  encoder: RowEncoder,
  { table, columns }: TableDefinition,
): Promise<Chunk> {
  const names = columns.map(({ column }) => client.escapeIdentifier(column)).join(", ");
  await client.query("BEGIN");
  const copy = client.query(
    copyFrom(`COPY ${client.escapeIdentifier(table)} (${names}) FROM STDIN (FORMAT binary)`),
  );
  const copied = finished(copy);
  copied.catch(() => undefined); // It is awaited below, and may fail before.
  const sent: Buffer[] = [];
  const rejects: Reject[] = [];
  let rows = 0;
  copy.write(copyHeader());

  const endCopy = async (): Promise<void> => {
    copy.end(copyTrailer());
    await copied;
    // Only now has the server seen the last byte, so that the buffers may be filled anew.
    encoder.giveBack(sent);
  };
  return {
    add: (piece) => {
      sent.push(piece.bytes);
      rejects.push(...piece.rejects);
      rows += piece.rows;
      if (piece.bytes.length > 0) copy.write(piece.bytes);
    },
    commit: async (job, { offset, newline }, done) => {
      await endCopy();
      const moved = await checkpoint(client, job, { offset, newline, rows, rejects, done });
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
