import { once } from "node:events";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { TableDefinition } from "./columns";
import { type RowEncoder, copyHeader, copyTrailer, rowEncoder } from "./encode";
import { type Job, checkpoint, fail } from "./job";
import { type Piece, type PieceOptions, type Reject, readPieces } from "./pieces";

export interface LoadOptions extends PieceOptions {
  /** A transaction takes in at least so many bytes of the file, unless time runs out. */
  chunkBytes: number;
}

/** How a hop's load ended; "pause": time ran out before the file did; "lost": another function loads the file. */
export type LoadEnd = "done" | "pause" | "lost" | "failed";

/**
 * Loads a file from the job's checkpoint on. A transaction takes in a chunk of rows, its rejects and the new
 * checkpoint, so that whoever goes on after a crash finds all three or none. Reading and parsing run ahead of the
 * server by a few pieces, and wait when it falls behind.
 *
 * @param body the file's bytes from `job.offset` on.
 * @param timeIsUp whether the chunk should end here; asked with the number of chunks that this call committed.
 * @throws what the body and the database throw; the caller then closes the connection, which rolls back.
 */
export async function load(
  client: Client,
  job: Job,
  body: Readable,
  size: number,
  options: LoadOptions,
  timeIsUp: (chunks: number) => boolean,
): Promise<LoadEnd> {
  const encoder = rowEncoder(options.table, options.pieceBytes);
  const start = { offset: job.offset, newline: job.newline, size };
  const left = { ...options, maxRejects: options.maxRejects - job.rejected };
  // Parses ahead while the server works: eight pieces are about one megabyte.
  const pieces = Readable.from(readPieces(body, start, encoder, left), {
    objectMode: true,
    highWaterMark: 8,
  });
  let chunk: Chunk | undefined;
  let chunks = 0;
  for await (const next of pieces) {
    const piece = next as Piece;
    chunk ??= await openChunk(client, encoder, options.table);
    if (piece.failure !== undefined) {
      return await refuse(client, job, piece.failure, [...(await chunk.rollBack()), ...piece.rejects]);
    }
    await chunk.add(piece);
    const done = piece.offset === size;
    if (!done && piece.offset - job.offset < options.chunkBytes && !timeIsUp(chunks)) continue;
    if (piece.offset === job.offset) continue; // No record ended yet: a checkpoint here would be no progress.
    if (!(await chunk.commit(job, piece, done))) return "lost";
    if (done) return "done";
    chunks++;
    chunk = undefined;
    if (timeIsUp(chunks)) return "pause";
  }
  throw new Error("The file ended before its last byte");
}

async function refuse(client: Client, job: Job, failure: string, rejects: Reject[]): Promise<LoadEnd> {
  return (await fail(client, job, failure, rejects)) ? "failed" : "lost";
}

/** An open transaction with a COPY in it. */
interface Chunk {
  /** Hands a piece to the server; resolves when the next may follow. */
  add(piece: Piece): Promise<void>;
  /** Answers false, with everything rolled back, when another function was faster. */
  commit(job: Job, last: Piece, done: boolean): Promise<boolean>;
  /** Answers with the chunk's rejects. */
  rollBack(): Promise<Reject[]>;
}

async function openChunk(
  client: Client,
  encoder: RowEncoder,
  { table, columns }: TableDefinition,
): Promise<Chunk> {
  const names = columns.map(({ column }) => client.escapeIdentifier(column)).join(", ");
  await client.query("BEGIN");
  // A full megabyte, since waiting for each piece to leave would make the parser wait for the network.
  const copy = client.query(
    copyFrom(`COPY ${client.escapeIdentifier(table)} (${names}) FROM STDIN (FORMAT binary)`, {
      highWaterMark: 1024 * 1024,
    }),
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
    add: async (piece) => {
      sent.push(piece.bytes);
      rejects.push(...piece.rejects);
      rows += piece.rows;
      if (piece.bytes.length > 0 && !copy.write(piece.bytes)) await once(copy, "drain");
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
