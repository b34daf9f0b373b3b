import { writeSync } from "node:fs";
import { tableOfKey } from "../ingest/chooseTable";
import { type OutputBuffers, copyHeader, copyTrailer, outputBuffers } from "../ingest/encode";
import { claimSql } from "../ingest/job";
import { type Cutter, type Layout, type Piece, type Reject, pieceCutter, readPieces } from "../ingest/pieces";
import { decode } from "../ingest/reader/decode";
import { findHeader, headerBytes } from "../ingest/reader/header";
import { makePlan } from "../ingest/reader/plan";
import { recordReader } from "../ingest/reader/records";
import type { Table } from "../ingest/table";
import { tableColumns } from "../ingest/tableSql";
import { isGiveUp } from "../shared/giveUp";

/** What the Glue job's Python asks for, as JSON in the first argument; the file's bytes come on stdin. */
export interface PartRequest {
  /**
   * "open" finds the table, the header, and whether the file can be read in parts; "part" reads the records that begin
   * from `offset` to `end`; "whole" reads the file to its end, for which stdin sends it from its first byte on.
   */
  readonly step: "open" | "part" | "whole";
  readonly key: string;
  /** Bytes of the object. */
  readonly size: number;
  /** The byte that stdin begins with in "part", and where reading begins in "whole". */
  readonly offset: number;
  /** Not there where the header was not read yet. */
  readonly layout?: Layout | null;
  /** The first record must be looked for: it is the first good one behind a line end from `offset` on. */
  readonly search?: boolean;
  readonly end?: number;
  /** Where the table has no limit of its own. */
  readonly maxRejects: number;
  /** Of the job so far. */
  readonly rows: number;
  readonly rejected: number;
}

/** How a file is to be read, the answer to "open". */
export interface Opened {
  /** Why it can't be loaded. */
  readonly failure?: string;
  readonly table?: string;
  /** The statement that claims its job. */
  readonly claim?: string;
  readonly maxRejects?: number | string;
  /** In one go: it is packed or in another encoding, or its footer can't be told before the end. */
  readonly whole?: boolean;
  readonly layout?: Layout;
  /** Where the first record begins. */
  readonly offset?: number;
}

/** What was made of a part, the answer to the other steps. */
export interface PartRead {
  /** Where its first record begins; undefined where none was found. */
  readonly start?: number;
  /** Where the next part's first record begins; undefined where reading ended before, or nothing was read. */
  readonly stop?: number;
  readonly rows: number;
  /** Their lines count from the part's first one on, in "whole" from the file's. */
  readonly rejects: readonly Reject[];
  readonly layout?: Layout | undefined;
  readonly failure?: string;
}

/** Hears frames: C, the COPY's columns with their types, as JSON; D, bytes of a binary COPY; E, the answer as JSON. */
type Send = (kind: "C" | "D" | "E", content: Buffer) => void;

const pieceBytes = 128 * 1024;

/**
 * The reader of the Glue road: the function's own reader, as a program for Node that Python starts once a part. Each
 * frame that it writes to stdout is a kind (one byte), a length (four bytes) and so much content; the answer is the last.
 */
export function partReader(tables: readonly Table[]): () => Promise<void> {
  return async () => {
    const request = JSON.parse(process.argv[2] ?? "") as PartRequest;
    try {
      await answerRequest(tables, request, process.stdin as AsyncIterable<Buffer>, writeFrame);
    } catch (error) {
      const { stack, message } = error as Error;
      // Of a log often the last line alone is shown.
      process.stderr.write(`${stack}\n${message}\n`);
      process.exitCode = 1;
    }
    process.exit(); // Python may still have bytes for it.
  };
}

function writeFrame(kind: string, content: Buffer): void {
  const head = Buffer.alloc(5, kind);
  head.writeUInt32BE(content.length, 1);
  for (const bytes of [head, content]) {
    for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
  }
}

/** Does what is asked for, with the file's bytes. */
export async function answerRequest(
  tables: readonly Table[],
  request: PartRequest,
  body: AsyncIterable<Buffer>,
  send: Send,
): Promise<void> {
  const table = tableOfKey(tables, request.key);
  const answer = async (): Promise<Opened | PartRead> => {
    if (table === undefined) return { failure: `${request.key}: no table takes this key` };
    if (request.step === "open") return openFile(body, table, request);
    const buffers = outputBuffers(pieceBytes);
    const found = collect(table, buffers, send);
    const read = request.step === "part" ? readPart : readWhole;
    return found.end(await read(body, table, request, buffers, found.add));
  };
  send("E", Buffer.from(JSON.stringify(await answer())));
}

async function openFile(body: AsyncIterable<Buffer>, table: Table, request: PartRequest): Promise<Opened> {
  const { layout, offset, maxRejects } = request;
  const known = { table: table.name, claim: claimSql, maxRejects: table.maxRejects ?? maxRejects };
  if (layout) {
    return { ...known, layout, offset, whole: layout.decoded || table.format.footer > 0 };
  }
  try {
    const { parts, decoded } = await decode(body, table.format.encoding);
    if (decoded || table.format.footer > 0) return { ...known, whole: true };
    let bytes = Buffer.alloc(0);
    for await (const part of parts) {
      bytes = Buffer.concat([bytes, part]);
      if (bytes.length >= headerBytes) break;
    }
    const found = findHeader(bytes, true, table, false);
    if (found === undefined) throw new Error("The header's end was not found");
    if ("problem" in found) return { ...known, failure: found.problem };
    return { ...known, layout: found.layout, offset: found.end, whole: false };
  } catch (error) {
    if (!isGiveUp(error)) throw error;
    return { ...known, failure: error.giveUp };
  }
}

/** Sends pieces to Python, and keeps what becomes the answer. */
function collect(table: Table, buffers: OutputBuffers, send: Send) {
  const rejects: Reject[] = [];
  let rows = 0;
  let last: Piece | undefined;
  return {
    add: (piece: Piece): void => {
      if (last === undefined) {
        const all = tableColumns(table);
        const typed = piece.columns.map((name) => [name, all.find((each) => each.name === name)?.type]);
        send("C", Buffer.from(JSON.stringify(typed)));
        send("D", copyHeader());
      }
      last = piece;
      send("D", piece.bytes);
      buffers.giveBack([piece.bytes]);
      rows += piece.rows;
      rejects.push(...piece.rejects);
    },
    end: (start: number): PartRead => {
      if (last === undefined) return { rows, rejects };
      send("D", copyTrailer());
      const { failure, layout, offset } = last;
      return { start, rows, rejects, layout, ...(failure === undefined ? { stop: offset } : { failure }) };
    },
  };
}

type Read = (
  body: AsyncIterable<Buffer>,
  table: Table,
  request: PartRequest,
  buffers: OutputBuffers,
  add: (piece: Piece) => void,
) => Promise<number>;

/** Reads to the file's end; answers with where it began. */
const readWhole: Read = async (body, table, request, buffers, add) => {
  const { offset, layout, size, rows, rejected } = request;
  const options = { table, pieceBytes, maxRejects: table.maxRejects ?? request.maxRejects };
  for await (const piece of readPieces(
    body,
    { offset, layout: layout ?? undefined, size, rows, rejected },
    buffers,
    options,
  ))
    add(piece);
  return offset;
};

/** Reads the records that begin in a range; answers with where the first does. */
const readPart: Read = async (body, table, request, buffers, add) => {
  const { size, layout: given, end = size } = request;
  const layout = { ...given!, line: 0 };
  const limit = table.maxRejects ?? request.maxRejects;
  // A share is the whole file's.
  const maxRejects = typeof limit === "string" ? Number.MAX_SAFE_INTEGER : limit;
  const search = startFinder(table, layout);
  let cutter: Cutter | undefined;
  let position = request.offset;
  let start = position;
  // The record that lies across the end is read to its own: from there on pieces end with a line, ever farther away.
  let cutAt = end;
  let step = 1;
  for await (const sent of body) {
    let part = sent;
    if (cutter === undefined) {
      const begin = request.search === true ? search(part) : part;
      position += part.length - (begin?.length ?? 0);
      if (position >= end) break;
      if (begin === undefined) continue;
      part = begin;
      start = position;
      cutter = pieceCutter({ offset: start, layout, size }, buffers, { table, pieceBytes, maxRejects });
    }
    for (let at = 0; at < part.length;) {
      if (position === cutAt) {
        const lineEnd = part.indexOf(lineEndOf(layout), at + step - 1);
        cutAt += (lineEnd < 0 ? part.length : lineEnd + 1) - at;
        step *= 2;
      }
      const bytes = cutter.add(part.subarray(0, at + cutAt - position), at);
      at += bytes;
      position += bytes;
      if (!cutter.isFull() && position < cutAt) continue;
      const piece = cutter.cut(false, false);
      if (piece === undefined) continue;
      add(piece);
      if (piece.failure !== undefined || piece.offset >= end) return start;
    }
  }
  if (cutter === undefined && position >= end) return start;
  if (position !== size) throw new Error(`The file has ${size} bytes, and ${position} were sent`);
  const piece = cutter?.cut(true, false);
  if (piece !== undefined) add(piece);
  return start;
};

function lineEndOf({ newline }: Layout): number {
  return newline === "\r" ? 0x0d : 0x0a;
}

/**
 * Looks through a file from some byte on for a line end that a good record of one line follows; answers with the bytes
 * from there on. What it finds may lie inside quotes: who puts the parts together finds out.
 */
function startFinder(table: Table, layout: Layout): (part: Buffer) => Buffer | undefined {
  const { format, maxRecordBytes } = table;
  const rowBuffer = Buffer.alloc(4096);
  let rejects = 0;
  const trial = recordReader({
    layout,
    plan: makePlan(table, layout),
    format,
    maxRecordBytes,
    trailing: { bytes: Buffer.alloc(0), count: 0, line: false },
    nextBuffer: () => rowBuffer,
    reject: () => {
      rejects++;
      return true;
    },
  });
  const isGood = (line: Buffer): boolean => {
    rejects = 0;
    // The reader needs a byte behind it.
    trial.read(Buffer.concat([line, Buffer.alloc(1)]), line.length, true);
    return trial.take().rows === 1 && rejects === 0;
  };
  const lineEnd = lineEndOf(layout);
  // The line under way; undefined where its beginning is unknown, or where it is too long.
  let line: Buffer | undefined;
  return (part) => {
    const bytes = line ? Buffer.concat([line, part]) : part;
    let at = line ? 0 : bytes.indexOf(lineEnd) + 1;
    if (line === undefined && at === 0) return undefined;
    for (;;) {
      const next = bytes.indexOf(lineEnd, at) + 1;
      if (next === 0) break;
      if (isGood(bytes.subarray(at, next))) return bytes.subarray(at);
      at = next;
    }
    line = bytes.length - at > maxRecordBytes ? undefined : Buffer.from(bytes.subarray(at));
    return undefined;
  };
}
