import { Readable } from "node:stream";
import { outputBuffers } from "../../functions/ingest/encode";
import {
  type Layout,
  type Piece,
  type PieceOptions,
  type Reject,
  readPieces,
} from "../../functions/ingest/pieces";
import { parseType } from "../../functions/ingest/reader/types";
import { type Table, type TableDefinition, defineTable } from "../../functions/ingest/table";

/** A table whose columns are all texts that are stored as they are. */
export function textTable(
  columns: readonly string[],
  format: TableDefinition["format"] = {},
  more: Partial<TableDefinition> = {},
) {
  return defineTable({
    name: "texts",
    format: { nulls: [], excelText: false, ...format },
    columns: columns.map((name) => ({ name, type: "text" as const })),
    ...more,
  });
}

export interface ReadOptions extends Partial<PieceOptions> {
  /** Of the body's parts. */
  partBytes?: number;
  offset?: number;
  layout?: Layout;
  /** The object's size, where it isn't what the body sends. */
  size?: number;
  /** Records before the offset. */
  before?: { rows: number; rejected: number };
}

export interface Read {
  /** Values as texts, in the order of the COPY's columns; null is NULL. */
  rows: (string | null)[][];
  rejects: Reject[];
  columns: readonly string[];
  offset: number;
  failure?: string;
}

/** The pieces that the reader makes of a file. */
export async function piecesOf(
  content: string | Buffer,
  table: Table,
  options: ReadOptions = {},
): Promise<Piece[]> {
  const { partBytes = 65536, offset = 0, layout, size, before, ...rest } = options;
  const bytes = Buffer.from(content);
  const sent = bytes.subarray(layout === undefined || layout.decoded ? 0 : offset);
  const parts: Buffer[] = [];
  for (let at = 0; at < sent.length; at += partBytes)
    parts.push(Buffer.from(sent.subarray(at, at + partBytes)));
  const start = { offset, layout, size: size ?? bytes.length, ...before };
  const buffers = outputBuffers(rest.pieceBytes ?? 128 * 1024);
  const found: Piece[] = [];
  for await (const piece of readPieces(Readable.from(parts), start, buffers, {
    table,
    pieceBytes: 128 * 1024,
    maxRejects: 1000,
    ...rest,
  })) {
    found.push({ ...piece, bytes: Buffer.from(piece.bytes) });
    buffers.giveBack([piece.bytes]);
  }
  return found;
}

/** What the reader makes of a file. */
export async function read(content: string | Buffer, table: Table, options: ReadOptions = {}): Promise<Read> {
  const pieces = await piecesOf(content, table, options);
  const last = pieces[pieces.length - 1];
  const types = (last?.columns ?? []).map(
    (name) =>
      parseType(
        table.columns.find((column) => column.name === name)?.type ?? (name === "line" ? "bigint" : "text"),
      )?.sql ?? "",
  );
  return {
    rows: pieces.flatMap((piece) =>
      fieldsOf(piece.bytes).map((row) => row.map((field, i) => shown(types[i] ?? "", field))),
    ),
    rejects: pieces.flatMap(({ rejects }) => rejects),
    columns: last?.columns ?? [],
    offset: last?.offset ?? 0,
    ...(last?.failure !== undefined && { failure: last.failure }),
  };
}

/** The fields of rows in the binary COPY format, as PostgreSQL's manual has it. */
export function fieldsOf(bytes: Buffer): (Buffer | null)[][] {
  const rows: (Buffer | null)[][] = [];
  for (let at = 0; at < bytes.length;) {
    const count = bytes.readInt16BE(at);
    at += 2;
    const row: (Buffer | null)[] = [];
    for (let i = 0; i < count; i++) {
      const length = bytes.readInt32BE(at);
      at += 4;
      row.push(length < 0 ? null : bytes.subarray(at, at + length));
      if (length < -1 || at + length > bytes.length) throw new Error(`a field of ${length} bytes at ${at}`);
      at += Math.max(length, 0);
    }
    rows.push(row);
  }
  return rows;
}

function shown(type: string, field: Buffer | null): string | null {
  if (field === null) return null;
  if (type === "integer") return String(field.readInt32BE());
  if (type === "bigint") return String(field.readBigInt64BE());
  if (type.startsWith("numeric")) return numeric(field);
  if (type === "date") return new Date(Date.UTC(2000, 0, 1 + field.readInt32BE())).toISOString().slice(0, 10);
  return field.toString();
}

function numeric(field: Buffer): string {
  const [count, weight, sign, scale] = [0, 2, 4, 6].map((at) => field.readInt16BE(at)) as [
    number,
    number,
    number,
    number,
  ];
  if (field.length !== 8 + 2 * count) throw new Error("a numeric of another length");
  let units = 0n;
  for (let i = 0; i < count; i++) {
    const place = 4 * (weight - i) + scale;
    const digit = BigInt(field.readInt16BE(8 + 2 * i));
    units += place >= 0 ? digit * 10n ** BigInt(place) : digit / 10n ** BigInt(-place);
  }
  const text = String(units).padStart(scale + 1, "0");
  const written = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
  return `${sign === 0x4000 ? "-" : ""}${written}`;
}
