import { Readable, type Transform, pipeline } from "node:stream";
import * as zlib from "node:zlib";
import { giveUp } from "../../shared/giveUp";
import type { FileFormat } from "../format";
import { decoderOf } from "./encodings";
import { foreignBytes } from "./foreign";
import { followZstdFrame } from "./zstdFrame";

/** A file's text in UTF-8. */
interface Decoded {
  readonly parts: AsyncIterable<Buffer>;
  /** Whether the bytes are not the object's own: it was packed, or in another encoding. */
  readonly decoded: boolean;
}

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
  const parts = unpack(raw);
  if (parts === undefined) return inUtf8(raw, encoding, false);
  return inUtf8(await peek(parts, 512), encoding, true);
}

function inUtf8({ first, parts }: Peeked, encoding: FileFormat["encoding"], packed: boolean): Decoded {
  const foreign = foreignBytes(first);
  if (foreign !== undefined) throw giveUp(`${packed ? "what is packed" : "the file"} is ${foreign}`);
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

/**
 * What a packed file holds; undefined for one that isn't packed.
 *
 * @throws a `GiveUp` for what can't be unpacked, also while it is read.
 */
export function unpack({ first, parts }: Peeked): AsyncIterable<Buffer> | undefined {
  const unpacker = unpackerOf(first);
  return unpacker && unpacked(parts, unpacker, first[0] === 0x28 ? followZstdFrame() : () => true);
}

function unpackerOf(first: Buffer): Unpacker | undefined {
  const start = first.toString("hex", 0, 4);
  if (start.startsWith("1f8b")) return zlib.createGunzip();
  if (start !== "28b52ffd") return undefined;
  // Since Node 22.15.
  const { createZstdDecompress: create } = zlib as { createZstdDecompress?: () => Unpacker };
  if (create === undefined)
    throw giveUp("the file is a zstd archive, which this version of Node can't unpack: unpack it first");
  return create();
}

type Unpacker = Transform & zlib.Zlib;

async function* unpacked(
  parts: AsyncIterable<Buffer>,
  unpacker: Unpacker,
  isWhole: (part: Buffer) => boolean,
): AsyncGenerator<Buffer, void, undefined> {
  let failure: unknown;
  let whole = false;
  let sent = 0;
  let filled = 0;
  async function* counted(): AsyncGenerator<Buffer, void, undefined> {
    for await (const part of parts) {
      let end = part.length;
      while (end > 0 && part[end - 1] === 0) end--;
      if (end > 0) filled = sent + end;
      sent += part.length;
      whole = isWhole(part);
      yield part;
    }
  }
  pipeline(Readable.from(counted(), { objectMode: false }), unpacker, (error) => (failure = error));
  try {
    for await (const part of unpacker) yield part as Buffer;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What the body threw goes on as it is.
    if (code === undefined || !/^(Z_|ZSTD_|ERR_ZLIB|ERR_ZSTD)/.test(code)) throw failure ?? error;
    throw damaged(message);
  }
  if (!whole) throw damaged("unexpected end of file");
  // Zeros behind the end are padding, and whatever follows them is passed over without a word.
  if (filled > unpacker.bytesWritten)
    throw giveUp("the file is packed, and goes on behind its end and zeros: pack and upload it again");
}

const damaged = (why: string): Error =>
  giveUp(`the file is packed, and damaged or cut off: ${why}. Pack and upload it again`);
