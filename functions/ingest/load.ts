import { Readable } from "node:stream";
import type { Client } from "pg";
import { giveUp } from "../shared/giveUp";
import { type Chunk, openChunk } from "./chunk";
import { outputBuffers } from "./encode";
import { bodyOffset, holdJob } from "./job";
import { type Lane, makeLanes } from "./lanes";
import { type Piece, type PieceOptions, readPieces } from "./pieces";
import type { WaitClock } from "./waits";
import type { Job } from "./jobState";

export interface LoadOptions extends PieceOptions {
  /** At most about so many bytes of the file are uncommitted: two transactions of half of them each. */
  chunkBytes: number;
}

/** How a hop's load ended; "pause": time ran out before the file did; "lost": another function loads the file. */
export type LoadEnd = "done" | "pause" | "lost";

/** What a load needs beside its options. */
export interface LoadArgs {
  client: Client;
  /** A second connection; undefined where there is none. */
  second: Promise<Client | undefined>;
  job: Job;
  /** The file's bytes from `job.offset` on. */
  body: Readable;
  /** Of the whole file. */
  size: number;
  clock: WaitClock;
  /** Whether the load should end; asked with whether it has read a whole chunk. */
  timeIsUp: (progress: boolean) => boolean;
  /** Calls the next hop, which begins at that byte; undefined when there may be none. */
  handOver: ((offset: number) => Promise<void>) | undefined;
}

/**
 * Loads a file from the job's checkpoint on. A transaction takes in a chunk of rows, its rejects and the new
 * checkpoint, so that whoever goes on after a crash finds all three or none. Two of them are under way at once, and
 * they commit in the file's order. The first and the last chunks are smaller, so that both connections begin and end
 * to work at nearly the same time.
 *
 * When time runs out it hands over while its last chunks are still being committed: the next hop starts meanwhile,
 * and waits for them.
 *
 * @throws GiveUp, with the `rejects` that explain it and the file's `header`, where the file can't be loaded; and what the body, the database and
 *   the hand-over throw. The caller then closes the connections, which rolls back.
 */
export async function load(
  { client, second, job, body, size, clock, timeIsUp, handOver }: LoadArgs,
  options: LoadOptions,
): Promise<LoadEnd> {
  const buffers = outputBuffers(options.pieceBytes);
  const { offset, layout, rows, rejected } = job;
  const pieces = Readable.from(readPieces(body, { offset, layout, size, rows, rejected }, buffers, options), {
    objectMode: true,
    highWaterMark: 8,
  });
  // Where functions began and didn't get to a checkpoint, chunks are smaller each time: the server may be slow.
  const whole = options.chunkBytes / 2 ** job.starts;
  const lanes = makeLanes(client, second, clock);
  const from = job.offset; // It moves with each commit.
  let begin = from;
  let chunks = 0;
  let open: OpenChunk | undefined;
  let handedOver: Promise<void> | undefined;
  let isOver = false;
  const isTimeUp = (at: number): boolean => timeIsUp(at - from >= whole);
  // The first chunks are smaller and the last ones as well, so that no lane is idle for long.
  const least = size - begin <= whole ? whole : whole / 4;
  const bytesOf = (): number => Math.max(least, Math.min(whole, least * 2 ** chunks, (size - begin) / 2));
  const openNext = async ({ columns }: Piece): Promise<OpenChunk | undefined> => {
    const lane = await lanes.next();
    if (lane === undefined) return undefined;
    const isLast = chunks > 0 && isTimeUp(begin);
    const statements = isLast ? `BEGIN; ${holdJob(job)}` : "BEGIN";
    const chunk = openChunk(lane.client, buffers, options.table, columns, statements);
    // The other lane is in the middle of its chunk: half a chunk more, and both end at once.
    return { lane, chunk, isLast, bytes: isLast ? whole / 2 : bytesOf() };
  };
  try {
    for await (const next of clock.each(pieces, (waits, seconds) => void (waits.s3 += seconds))) {
      const piece = next as Piece;
      open ??= await openNext(piece);
      if (open === undefined) return "lost";
      const { lane, chunk, isLast } = open;
      if (piece.failure !== undefined) {
        const rejects = [...(await chunk.rollBack()), ...piece.rejects];
        if (!(await lanes.committed())) return "lost";
        throw Object.assign(giveUp(piece.failure), { rejects, header: piece.layout?.header });
      }
      chunk.add(piece);
      const done = piece.last;
      const isFull = piece.offset - begin >= open.bytes;
      // At the file's end comes the piece that says so: S3 would open nothing there for a job that goes on.
      const isEnd = piece.offset === size;
      if (!done && (isEnd || (!isFull && (isLast || !isTimeUp(piece.offset))))) continue;
      isOver = !done && isLast;
      lanes.commit(lane, chunk, job, piece, done ? "done" : isOver && handOver ? "hop" : "more");
      if (isOver) handedOver = chunk.opened.then(() => handOver?.(bodyOffset(piece)));
      handedOver?.catch(() => undefined); // It is awaited below, and may fail before.
      open = undefined;
      begin = piece.offset;
      chunks++;
      if (done || isOver) break;
    }
    if (!(await lanes.committed())) return "lost";
    if (job.status === "done") return "done";
    if (!isOver) throw new Error("The file ended before its last byte");
    await handedOver;
    return "pause";
  } catch (error) {
    // What was read completely before, of a body that broke off, needs not be done again.
    await lanes.committed().catch(() => undefined);
    throw error;
  }
}

interface OpenChunk {
  lane: Lane;
  chunk: Chunk;
  /** Whether time was up before it: the next hop may begin while it is committed. */
  isLast: boolean;
  /** Of the file, about. */
  bytes: number;
}
