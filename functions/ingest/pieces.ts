import { isGiveUp } from "../shared/giveUp";
import type { OutputBuffers } from "./encode";
import { decode } from "./reader/decode";
import { type Found, findHeader } from "./reader/header";
import { type Layout, type Plan, makePlan } from "./reader/plan";
import { type Problem, type RecordReader, type Trailing, recordReader } from "./reader/records";
import { type Reject, rejectOf } from "./reader/reject";
import type { Table } from "./table";

export type { Layout } from "./reader/plan";
export type { Reject } from "./reader/reject";

/** The records of some 128 KiB of the file, ready for the server. */
export interface Piece {
  /** In the binary COPY format, without its header and trailer. */
  bytes: Buffer;
  rows: number;
  rejects: Reject[];
  /** The byte behind the last of these records, of the file or of its decoded text. */
  offset: number;
  newline: Layout["newline"];
  /** What a reader needs that goes on at the offset; undefined where the header was not found. */
  layout: Layout | undefined;
  /** The columns of the COPY, in the order of its values. */
  columns: readonly string[];
  /** Whether the file ends here. */
  last: boolean;
  /** Why the file can't be loaded, where reading ended for that. A retry would find the same. */
  failure?: string;
}

export interface PieceOptions {
  /** What the file must hold. */
  table: Table;
  /** Bytes read before they are parsed. */
  pieceBytes: number;
  /** Reading ends with a failure at one more than these, a count or a share as "1%" of the file's records. */
  maxRejects: number | string;
  /** What each row gets beside the file's fields: columns whose values stand framed in `trailing`. */
  more?: { columns: readonly string[]; trailing: Trailing };
}

/** Where reading begins: at the header (no layout) or behind a record. */
export interface Start {
  /** Of the file, or where the layout says `decoded`, of its text. */
  offset: number;
  layout: Layout | undefined;
  /** Bytes of the object. */
  size: number;
  /** Records before it, for a share of rejects; 0 unless told. */
  rows?: number;
  rejected?: number;
}

/**
 * Reads a file from `start` to its end, piece by piece; nothing is read ahead of what is asked for.
 *
 * @param body sends the object from `start.offset` on; from its first byte on where the layout says `decoded`.
 * @throws Error when the body is cut short, and what the body throws.
 */
export async function* readPieces(
  body: AsyncIterable<unknown>,
  start: Start,
  buffers: OutputBuffers,
  options: PieceOptions,
): AsyncGenerator<Piece, void, undefined> {
  const { layout, size } = start;
  const inPlace = layout !== undefined && !layout.decoded;
  let received = inPlace ? start.offset : 0;
  async function* counted(): AsyncGenerator<Buffer, void, undefined> {
    for await (const part of body) {
      received += (part as Buffer).length;
      yield part as Buffer;
    }
    if (received !== size) throw new Error(`The file has ${size} bytes, and ${received} were sent`);
  }
  const cutter = pieceCutter(start, buffers, options);
  try {
    const raw = counted();
    const { parts, decoded } = inPlace
      ? { parts: raw, decoded: false }
      : await decode(raw, options.table.format.encoding);
    // Of a decoded text what precedes the checkpoint is decoded again.
    let before = layout?.decoded ? start.offset : 0;
    for await (const part of parts) {
      const skipped = Math.min(before, part.length);
      before -= skipped;
      for (let at = skipped; at < part.length;) {
        at += cutter.add(part, at);
        if (!cutter.isFull()) continue;
        const piece = cutter.cut(false, decoded);
        if (piece !== undefined) yield piece;
        if (piece?.failure !== undefined) return;
      }
    }
    const piece = cutter.cut(true, decoded);
    if (piece !== undefined) yield piece;
  } catch (error) {
    if (!isGiveUp(error)) throw error;
    yield cutter.failed(error.giveUp);
  }
}

interface Cutter {
  /** Takes bytes of the part from `at` on, as many as the piece has room for; answers with their number. */
  add(part: Buffer, at: number): number;
  isFull(): boolean;
  /** Undefined where no record ended. */
  cut(last: boolean, decoded: boolean): Piece | undefined;
  failed(failure: string): Piece;
}

function pieceCutter(start: Start, buffers: OutputBuffers, options: PieceOptions): Cutter {
  const {
    table,
    pieceBytes,
    more = { columns: [], trailing: { bytes: Buffer.alloc(0), count: 0, line: false } },
  } = options;
  const { footer } = table.format;
  let { layout, offset } = start;
  let plan: Plan | undefined;
  let reader: RecordReader | undefined;
  let src = Buffer.allocUnsafeSlow(2 * pieceBytes + 1);
  let length = 0;
  let fresh = 0;
  let rejects: Reject[] = [];
  let rejected = start.rejected ?? 0;
  let rows = start.rows ?? 0;
  let failure: string | undefined;

  const add = (part: Buffer, at: number): number => {
    const bytes = Math.min(part.length - at, pieceBytes - fresh);
    if (length + bytes >= src.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (length + bytes) + 1);
      src.copy(larger, 0, 0, length);
      src = larger;
    }
    part.copy(src, length, at, at + bytes);
    length += bytes;
    fresh += bytes;
    return bytes;
  };

  function open(known: Layout): RecordReader {
    layout = known;
    plan = makePlan(table, known);
    return recordReader({
      layout: known,
      plan,
      format: table.format,
      maxRecordBytes: table.maxRecordBytes,
      trailing: more.trailing,
      nextBuffer: buffers.next,
      reject,
    });
  }

  function reject(problem: Problem, place: number, line: number, record: string): boolean {
    const byteOffset = offset + place;
    rejects.push(rejectOf(table, plan!, problem, { byteOffset, line }, record));
    const { maxRejects } = options;
    if (typeof maxRejects === "string" || rejected + rejects.length <= maxRejects) return true;
    const { byteOffset: at, reason } = rejects[rejects.length - 1]!;
    failure = `more than ${maxRejects} records were rejected, the last at byte ${at}: ${reason}`;
    return false;
  }

  /** Of a record that is passed over, the bytes that are no longer in `src`. */
  let passed = 0;

  function piece(last: boolean): Piece {
    const taken = reader?.take() ?? { bytes: Buffer.alloc(0), rows: 0 };
    const found = rejects;
    rejects = [];
    rejected += found.length;
    rows += taken.rows;
    const { maxRejects } = options;
    if (
      last &&
      typeof maxRejects === "string" &&
      rejected > (parseFloat(maxRejects) / 100) * (rejected + rows)
    ) {
      failure = `${rejected} of ${rejected + rows} records were rejected, more than ${maxRejects}`;
    }
    return {
      ...taken,
      // One that fails has none of its rows: what was loaded ends with the piece before it.
      ...(failure !== undefined && { bytes: Buffer.alloc(0), rows: 0, failure }),
      rejects: found,
      offset: offset - passed,
      newline: layout?.newline ?? "\n",
      layout: layout && { ...layout, line: reader?.line() ?? layout.line },
      columns: plan ? [...plan.columns, ...more.columns] : table.columns.map(({ name }) => name),
      last,
    };
  }

  function failed(reason: string): Piece {
    failure = reason;
    return piece(false);
  }

  function cut(last: boolean, decoded: boolean): Piece | undefined {
    fresh = 0;
    if (reader === undefined) {
      const found: Found | undefined =
        layout === undefined ? findHeader(src.subarray(0, length), last, table, decoded) : { layout, end: 0 };
      if (found === undefined) return undefined;
      if ("problem" in found) return failed(found.problem);
      reader = open(found.layout);
      drop(found.end);
    }
    const before = offset - passed;
    // Ctrl-Z ended texts under DOS.
    const ctrlZ = last && length > 0 && src[length - 1] === 0x1a ? 1 : 0;
    const end = footer === 0 ? length - ctrlZ : withoutFooter(src, length - ctrlZ, footer, last, layout);
    drop(reader.read(src, end, last));
    if (failure !== undefined) return failed(failure);
    if (last) drop(length);
    passed = reader.passed();
    return last || offset - passed > before ? piece(last) : undefined;
  }

  function drop(bytes: number): void {
    src.copyWithin(0, bytes, length);
    length -= bytes;
    offset += bytes;
  }

  return { add, isFull: () => fresh >= pieceBytes, cut, failed };
}

/** Where a file's last lines begin that are no records; before its end one more is kept back, so that it can be told. */
function withoutFooter(src: Buffer, length: number, lines: number, last: boolean, layout?: Layout): number {
  const lineEnd = layout?.newline === "\r" ? 0x0d : 0x0a;
  let left = last ? lines : lines + 1;
  let filled = false;
  for (let at = length - 1; at >= 0; at--) {
    const byte = src[at]!;
    if (byte !== lineEnd) filled ||= byte > 0x20;
    else {
      if (filled && --left === 0) return at + 1;
      filled = false;
    }
  }
  return 0;
}
