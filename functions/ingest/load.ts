import { Readable } from "node:stream";
import type { Client } from "pg";
import { type Chunk, openChunk } from "./chunk";
import { rowEncoder } from "./encode";
import { type Job, fail } from "./job";
import { type Piece, type PieceOptions, type Reject, readPieces } from "./pieces";

export interface LoadOptions extends PieceOptions {
  /** At most about so many bytes of the file are uncommitted: two transactions of half of them each. */
  chunkBytes: number;
}

/** How a hop's load ended; "pause": time ran out before the file did; "lost": another function loads the file. */
export type LoadEnd = "done" | "pause" | "lost" | "failed";

/**
 * Loads a file from the job's checkpoint on. A transaction takes in a chunk of rows, its rejects and the new
 * checkpoint, so that whoever goes on after a crash finds all three or none. Two of them are under way at once, each
 * on a connection of its own, because the server works longer at a chunk than this process does; they commit in the
 * file's order.
 *
 * @param connect opens the second connection, where the file is large enough for one; it is closed here.
 * @param body the file's bytes from `job.offset` on.
 * @param timeIsUp whether the chunk should end here; asked with the number of chunks that this call has read.
 * @throws what the body and the database throw; the caller then closes the connection, which rolls back.
 */
export async function load(
  client: Client,
  connect: () => Promise<Client>,
  job: Job,
  body: Readable,
  size: number,
  options: LoadOptions,
  timeIsUp: (chunks: number) => boolean,
): Promise<LoadEnd> {
  const encoder = rowEncoder(options.table, options.pieceBytes);
  const start = { offset: job.offset, newline: job.newline, size };
  const left = { ...options, maxRejects: options.maxRejects - job.rejected };
  const pieces = Readable.from(readPieces(body, start, encoder, left), {
    objectMode: true,
    highWaterMark: 8,
  });
  // Where functions began and didn't get to a checkpoint, chunks are smaller each time: the server may be slow.
  const bytes = options.chunkBytes / 2 ** job.starts;
  const lanes = makeLanes(client, connect, size - job.offset > bytes);
  let begin = job.offset;
  let chunks = 0;
  let isLast = false;
  let chunk: Chunk | undefined;
  try {
    for await (const next of pieces) {
      const piece = next as Piece;
      if (chunk === undefined) {
        const free = await lanes.next();
        if (free === undefined) return "lost";
        // The other connection is in the middle of its chunk: half a chunk more, and both end at once.
        isLast = chunks > 0 && timeIsUp(chunks);
        chunk = await openChunk(free, encoder, options.table);
      }
      if (piece.failure !== undefined) {
        const rejects = [...(await chunk.rollBack()), ...piece.rejects];
        return (await lanes.committed()) ? await refuse(client, job, piece.failure, rejects) : "lost";
      }
      chunk.add(piece);
      const done = piece.offset === size;
      const isFull = piece.offset - begin >= (isLast ? bytes / 2 : bytes);
      if (!done && !isFull && (isLast || !timeIsUp(chunks))) continue;
      if (piece.offset === begin) continue; // No record ended yet: a checkpoint here would be no progress.
      lanes.commit(chunk, job, piece, done);
      chunk = undefined;
      begin = piece.offset;
      chunks++;
      if (done || isLast || timeIsUp(chunks)) break;
    }
    if (!(await lanes.committed())) return "lost";
    if (job.status === "done") return "done";
    if (chunks > 0 && timeIsUp(chunks)) return "pause";
    throw new Error("The file ended before its last byte");
  } catch (error) {
    // What was read completely before, of a body that broke off, needs not be done again.
    await lanes.committed().catch(() => undefined);
    throw error;
  } finally {
    await lanes.close();
  }
}

async function refuse(client: Client, job: Job, failure: string, rejects: Reject[]): Promise<LoadEnd> {
  return (await fail(client, job, failure, rejects)) ? "failed" : "lost";
}

/** Two connections that take turns. */
interface Lanes {
  /** The connection whose turn it is, once its chunk is committed; undefined when the job was lost to another. */
  next(): Promise<Client | undefined>;
  /** Commits a chunk of the connection that `next` gave, as soon as the one before it is committed. */
  commit(chunk: Chunk, job: Job, last: Piece, done: boolean): void;
  /** Whether all chunks were committed, once that is known; false when the job was lost to another. */
  committed(): Promise<boolean>;
  /** Closes the second connection. */
  close(): Promise<void>;
}

/** @param both whether the second connection will be needed: it is opened at once, and otherwise when it is asked for */
function makeLanes(client: Client, connect: () => Promise<Client>, both: boolean): Lanes {
  const connectSecond = (): Promise<Client> => {
    const second = connect();
    second.catch(() => undefined); // It is awaited in `next`, and may fail before.
    return second;
  };
  let second = both ? connectSecond() : undefined;
  let turn = 0;
  let beforeLast = Promise.resolve(true);
  let last = Promise.resolve(true);
  return {
    next: async () => {
      if (!(await beforeLast)) return undefined;
      return turn % 2 === 0 ? client : await (second ??= connectSecond());
    },
    commit: (chunk, job, piece, done) => {
      const before = last;
      const commit = async (): Promise<boolean> => {
        if (await before) return chunk.commit(job, piece, done);
        await chunk.rollBack();
        return false;
      };
      beforeLast = before;
      last = commit();
      last.catch(() => undefined); // It is awaited in `next` or `committed`, and may fail before.
      turn++;
    },
    committed: () => last,
    close: async () => {
      await (await second?.catch(() => undefined))?.end();
    },
  };
}
