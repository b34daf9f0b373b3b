import { createReadStream, statSync } from "node:fs";
import { outputBuffers } from "../../functions/ingest/encode";
import { type Reject, readPieces } from "../../functions/ingest/pieces";
import type { Table } from "../../functions/ingest/table";
import { defaultMaxRejects } from "../../infra/tables";

/** What the loader would make of a file. */
export interface FileReading {
  readonly rows: number;
  readonly rejected: number;
  /** The first of them. */
  readonly rejects: readonly Reject[];
  /** Why it is refused: then no row counts. */
  readonly error?: string;
}

/** Rejects that are kept to be shown. */
const keptRejects = 20;
const pieceBytes = 128 * 1024;

interface Readers {
  /** Gets rows in the binary COPY format, and their columns; the bytes are its own only until it answers. */
  readonly onRows?: (bytes: Buffer, columns: readonly string[]) => Promise<void> | void;
  readonly onReject?: (reject: Reject) => void;
}

/** Reads a file of this machine with the loader's own reader. */
export async function readFile(file: string, table: Table, readers: Readers = {}): Promise<FileReading> {
  const body = createReadStream(file, { highWaterMark: 4 * pieceBytes });
  const start = { offset: 0, layout: undefined, size: statSync(file).size };
  const buffers = outputBuffers(pieceBytes);
  const maxRejects = table.maxRejects ?? defaultMaxRejects;
  const rejects: Reject[] = [];
  let [rows, rejected] = [0, 0];
  for await (const piece of readPieces(body, start, buffers, { table, pieceBytes, maxRejects })) {
    rejects.push(...piece.rejects.slice(0, keptRejects - rejects.length));
    rejected += piece.rejects.length;
    if (readers.onReject) piece.rejects.forEach(readers.onReject);
    if (piece.failure !== undefined) return { rows: 0, rejected, rejects, error: piece.failure };
    rows += piece.rows;
    await readers.onRows?.(piece.bytes, piece.columns);
    buffers.giveBack([piece.bytes]);
  }
  return { rows, rejected, rejects };
}
