import type { Client } from "pg";
import type { Chunk } from "./chunk";
import type { Piece } from "./pieces";
import type { WaitClock } from "./waits";
import type { ChunkEnd, Job } from "./jobState";

/** One of the connections that chunks take turns on. */
export interface Lane {
  client: Client;
  number: 0 | 1;
}

/** The connections of a load: two, because the server works longer at a chunk than this process does. */
export interface Lanes {
  /** The lane that is free first; undefined when the job was lost to another function. */
  next(): Promise<Lane | undefined>;
  /** Commits a chunk as soon as the one before it is committed; its lane is free again then. */
  commit(lane: Lane, chunk: Chunk, job: Job, last: Piece, end: ChunkEnd): void;
  /** Whether all chunks were committed, once that is known; false when the job was lost to another. */
  committed(): Promise<boolean>;
}

/** @param second undefined where one lane is enough, or where the server has no room for another. */
export function makeLanes(first: Client, second: Promise<Client | undefined>, clock: WaitClock): Lanes {
  const never = new Promise<undefined>(() => undefined);
  const free: Promise<Lane | undefined>[] = [
    Promise.resolve({ client: first, number: 0 }),
    second.then((client) => (client ? { client, number: 1 } : never)),
  ];
  let last = Promise.resolve(true);
  let lastLane: 0 | 1 = 0;
  return {
    next: () =>
      clock.during(Promise.race(free), (waits, seconds, lane) => {
        waits.lanes[lane?.number ?? 0] += seconds;
      }),
    commit: (lane, chunk, job, piece, end) => {
      last = chunk.commit(last, job, piece, end);
      lastLane = lane.number;
      const freed = last.then((committed) => (committed ? lane : undefined));
      freed.catch(() => undefined); // It is awaited in `next` or `committed`, and may fail before.
      free[lane.number] = freed;
    },
    committed: () =>
      clock.during(last, (waits, seconds) => {
        waits.lanes[lastLane] += seconds;
      }),
  };
}
