import type { Layout, Reject } from "./pieces";

/** What comes behind a chunk: more of the file here, nothing, or the next hop. */
export type ChunkEnd = "more" | "done" | "hop";

/** A row of `ingest_jobs`. */
export interface Job {
  id: string;
  bucket: string;
  key: string;
  /** The table that its rows are in. */
  target: string;
  /** How often a function began with it since its last checkpoint, this time included. */
  starts: number;
  versionId: string | undefined;
  offset: number;
  /** What its reader must know to go on. */
  layout: Layout | undefined;
  rows: number;
  rejected: number;
  hops: number;
  status: "running" | "done" | "failed" | "undone";
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
  /** Records that are no rows, because a row with their key was there or came later. */
  skipped: number;
  rejects: readonly Reject[];
  end: ChunkEnd;
}
