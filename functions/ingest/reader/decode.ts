import { Readable, type Transform, pipeline } from "node:stream";
import * as zlib from "node:zlib";
import { giveUp } from "../../shared/giveUp";
import type { FileFormat } from "../format";
import { decoderOf } from "./encodings";

/** A file's text in UTF-8. */
interface Decoded {
  readonly parts: AsyncIterable<Buffer>;
  /** Whether the bytes are not the object's own: it was packed, or in another encoding. */
  readonly decoded: boolean;
}

const signatures: readonly (readonly [hex: string, name: string, at?: number])[] = [
  ["425a68", "compressed by bzip2"],
  ["fd377a585a00", "compressed by xz"],
  ["377abcaf271c", "a 7-Zip archive"],
  ["50415231", "a Parquet file"],
  ["d0cf11e0a1b11ae1", "an old Excel workbook"],
  ["25504446", "a PDF"],
  ["4f424a01", "an Avro file"],
  ["4f5243", "an ORC file"],
  ["53514c69746520666f726d6174", "an SQLite database"],
  ["fffe0000", "UTF-32"],
  ["0000feff", "UTF-32"],
  ["7573746172", "a tar archive", 257],
];

/**
 * Unpacks and decodes a file from its first byte on, as its first bytes and the format say; plain UTF-8 passes as it is.
 *
 * @param body sends the whole object.
 * @throws what the body throws, and a `GiveUp` for what is refused by name, also while it is read.
 */
export async function decode(
  body: AsyncIterable<Buffer>,
  encoding: FileFormat["encoding"],
): Promise<Decoded> {
  const raw = await peek(body, 512);
  const unpacker = unpackerOf(raw.first);
  if (unpacker === undefined) return inUtf8(raw, encoding, false);
  return inUtf8(await peek(unpacked(raw.parts, unpacker), 512), encoding, true);
}

function inUtf8({ first, parts }: Peeked, encoding: FileFormat["encoding"], packed: boolean): Decoded {
  const foreign = foreignFormat(first);
  if (foreign !== undefined) throw giveUp(`the file is ${foreign}${packed ? " inside" : ""}`);
  const decoder = decoderOf(first, encoding);
  if (decoder === undefined) return { parts, decoded: packed };
  async function* changed(): AsyncGenerator<Buffer, void, undefined> {
    for await (const part of parts) yield decoder!(part, false);
    yield decoder!(Buffer.alloc(0), true);
  }
  return { parts: changed(), decoded: true };
}

interface Peeked {
  readonly first: Buffer;
  /** All of it, the first bytes again. */
  readonly parts: AsyncIterable<Buffer>;
}

async function peek(body: AsyncIterable<Buffer>, bytes: number): Promise<Peeked> {
  const iterator = body[Symbol.asyncIterator]();
  const seen: Buffer[] = [];
  let length = 0;
  while (length < bytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    seen.push(next.value);
    length += next.value.length;
  }
  async function* all(): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* seen;
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { first: Buffer.concat(seen), parts: all() };
}

function unpackerOf(first: Buffer): Transform | undefined {
  const start = first.toString("hex", 0, 4);
  if (start.startsWith("1f8b")) return zlib.createGunzip();
  if (start !== "28b52ffd") return undefined;
  // Since Node 22.15.
  const { createZstdDecompress: create } = zlib as { createZstdDecompress?: () => Transform };
  if (create === undefined)
    throw giveUp("the file is compressed by zstd, which this version of Node can't unpack");
  return create();
}

async function* unpacked(
  parts: AsyncIterable<Buffer>,
  unpacker: Transform,
): AsyncGenerator<Buffer, void, undefined> {
  let failure: unknown;
  pipeline(Readable.from(parts, { objectMode: false }), unpacker, (error) => (failure = error));
  try {
    for await (const part of unpacker) yield part as Buffer;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What the body threw goes on as it is.
    if (code === undefined || !/^(Z_|ZSTD_|ERR_ZLIB|ERR_ZSTD)/.test(code)) throw failure ?? error;
    throw giveUp(`the file is packed, and what packed it is damaged: ${message}`);
  }
}

function foreignFormat(first: Buffer): string | undefined {
  const hex = first.toString("hex");
  if (hex.startsWith("504b0304")) {
    const names = first.toString("latin1");
    return /\[Content_Types\]|xl\/|_rels\//.test(names)
      ? "an Excel workbook (save it as CSV)"
      : "a zip archive";
  }
  return signatures.find(([signature, , at = 0]) => hex.startsWith(signature, 2 * at))?.[1];
}
