/** A file version; without an etag the version that was started last. */
export interface FileName {
  bucket: string;
  key: string;
  etag?: string;
}

/** What the jobs function is asked for. */
export type JobsRequest =
  /** Starts the function again for every job that runs and has not moved for so long. EventBridge sends this. */
  | { action: "sweep"; stalledAfterSeconds: number }
  | ({ action: "status" } & FileName)
  /** How many files stand at once, at most 1000: their jobs, in no order; nothing for a file without one. */
  | { action: "statuses"; bucket: string; files: { key: string; etag: string }[] }
  /** The jobs that were started last, newest first; 50 unless told. With a table, those alone that load it. */
  | { action: "list"; bucket: string; limit?: number; table?: string }
  /** The tables that files are loaded into: what is in each. */
  | { action: "tables" }
  /** A page of a table's rows behind a place in it, in the order in which they lie there. */
  | { action: "rows"; table: string; after?: string }
  /** A page of a job's rejects behind a byte of the file, in the file's order. */
  | { action: "rejects"; job: string; after?: number }
  /** Takes up a failed or stalled job where it stopped, one that was undone anew, or starts one for a file that has none. */
  | ({ action: "resume" } & FileName)
  /** Takes a job's rows and rejects out of the database; one that runs is ended first. */
  | ({ action: "undo" } & FileName);

/** A row of `ingest_jobs`; times as ISO 8601. */
export interface JobStatus {
  job: string;
  bucket: string;
  key: string;
  etag: string;
  /** Bytes. */
  size: number;
  offset: number;
  rows: number;
  rejected: number;
  /** Records that were left alone, because a row with their key was there or came later in the file. */
  skipped: number;
  hops: number;
  status: "running" | "done" | "failed" | "undone";
  /** The table that its rows are in. */
  table: string;
  /** Why it failed, or was undone. */
  reason: string | null;
  startedAt: string;
  updatedAt: string;
  /** From the first start to the end, or to now. */
  seconds: number;
}

/** A row of `ingest_rejects`. */
export interface RejectedRecord {
  byteOffset: number;
  reason: string;
  record: string;
  /** The record's first line in the file, from 1 on. Null in jobs of before it was kept, as the three that follow. */
  line: number | null;
  /** The name in the header; null where it is the whole record. */
  column: string | null;
  /** What stands there, at most 60 characters. */
  value: string | null;
  /** The reason for programs, in words joined by dashes. */
  code: string | null;
}

/** What is in a table. */
export interface TableState {
  name: string;
  /** Those that its definition names, with their types as the catalog writes them. */
  columns: { name: string; type: string }[];
  /** Without indexes. */
  bytes: number;
  /** Rows; null where nobody has looked yet. */
  count: number | null;
  /** Whether they were counted. */
  isExact: boolean;
}

/** Some of a table's rows, each value as text; a long one ends in `…`. */
export interface TablePage {
  columns: string[];
  rows: (string | null)[][];
  /** Behind which the next page begins; null at the end. */
  next: string | null;
}

/** The answers, by action. */
export interface JobsAnswers {
  /** The keys of the jobs that were started again. */
  sweep: { stalled: string[] };
  status: { job: JobStatus | null };
  statuses: { jobs: JobStatus[] };
  list: { jobs: JobStatus[] };
  tables: { tables: TableState[] };
  rows: TablePage;
  /** `header`: the file's own, with its delimiter; null where it has none or it was not found. */
  rejects: { rejects: RejectedRecord[]; more: boolean; header: string | null };
  /** The job as it was found; null where there was none. */
  resume: { job: JobStatus | null };
  /** The job as it was found, and the number of rows that were taken out. */
  undo: { job: JobStatus | null; rows: number };
}

/** @throws Error that says what is wrong with the event. */
export function readRequest(event: unknown): JobsRequest {
  const given = (typeof event === "object" && event !== null ? event : {}) as Record<string, unknown>;
  const text = (name: string): string => {
    const value = given[name];
    if (typeof value === "string" && value !== "") return value;
    throw new Error(`The event must have a text "${name}"`);
  };
  const whole = (name: string, least: number, otherwise: number): number => {
    const value = given[name] ?? otherwise;
    if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
    throw new Error(`The event's "${name}" must be a whole number from ${least}`);
  };
  const file = (): FileName => ({
    bucket: text("bucket"),
    key: text("key"),
    ...(given.etag !== undefined && { etag: text("etag") }),
  });
  switch (given.action) {
    case "sweep":
      return { action: "sweep", stalledAfterSeconds: whole("stalledAfterSeconds", 0, 300) };
    case "status":
    case "resume":
    case "undo":
      return { action: given.action, ...file() };
    case "statuses":
      return { action: "statuses", bucket: text("bucket"), files: filesOf(given.files) };
    case "list":
      return {
        action: "list",
        bucket: text("bucket"),
        limit: Math.min(whole("limit", 1, 50), 1000),
        ...(given.table !== undefined && { table: text("table") }),
      };
    case "tables":
      return { action: "tables" };
    case "rows": {
      const after = given.after === undefined ? "(0,0)" : text("after");
      if (!/^\(\d{1,10},\d{1,5}\)$/.test(after))
        throw new Error('The event\'s "after" must be the place of a row, such as "(0,1)"');
      return { action: "rows", table: text("table"), after };
    }
    case "rejects":
      if (!/^[0-9]{1,18}$/.test(text("job")))
        throw new Error('The event\'s "job" must be the number of a job');
      return { action: "rejects", job: text("job"), after: whole("after", -1, -1) };
    default:
      throw new Error(
        'The event\'s "action" must be sweep, status, statuses, list, tables, rows, rejects, resume or undo',
      );
  }
}

function filesOf(given: unknown): { key: string; etag: string }[] {
  const isFile = (each: unknown): each is { key: string; etag: string } => {
    const { key, etag } = (typeof each === "object" && each !== null ? each : {}) as Record<string, unknown>;
    return typeof key === "string" && typeof etag === "string";
  };
  if (Array.isArray(given) && given.length <= 1000 && given.every(isFile)) return given;
  throw new Error('The event\'s "files" must be at most 1000 objects with the texts "key" and "etag"');
}
