import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { type Transform, pipeline } from "node:stream";
import * as zlib from "node:zlib";
import type { FileFormat } from "../../functions/ingest/format";
import { GroundworkError } from "../../infra/error";

/** What can't be checked is a failure of the check: it is never passed over. */
export const cannotCheck = (file: string, reason: string): GroundworkError =>
  new GroundworkError(`The load of ${file} can't be checked: ${reason}`);

/**
 * A file's text in UTF-8, unpacked, without byte order mark and Ctrl-Z at its end. Plain UTF-8 passes as it is.
 *
 * @throws GroundworkError when the file can't be read, unpacked or decoded.
 */
export async function* fileText(file: string, encoding: FileFormat["encoding"]): AsyncGenerator<Buffer> {
  const source = await openFile(file);
  let decode: Decode | undefined;
  // One part is held back: of the last the end is cut.
  let held: Buffer | undefined;
  try {
    for await (const part of source as AsyncIterable<Buffer>) {
      if (held === undefined) decode = decoderOf(part, encoding);
      else yield decode!(held, false);
      held = part;
    }
    if (held === undefined) return;
    const last = decode!(held, true);
    yield last.at(-1) === 0x1a ? last.subarray(0, -1) : last;
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (/^(Z_|ZSTD_|ERR_ZLIB|ERR_ENCODING)/.test(code)) throw cannotCheck(file, message);
    throw error;
  }
}

async function openFile(file: string): Promise<NodeJS.ReadableStream> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new GroundworkError(`${file} can't be read (${error.code}): name a CSV file`);
  });
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4).finally(() => handle.close());
  const bytes = createReadStream(file, { highWaterMark: 1 << 18 });
  const unpacker = unpackerOf(file, buffer.toString("hex"));
  // Whoever reads the unpacker hears of an error by it.
  return unpacker === undefined ? bytes : pipeline(bytes, unpacker, () => undefined);
}

function unpackerOf(file: string, start: string): Transform | undefined {
  if (start.startsWith("1f8b")) return zlib.createGunzip();
  if (start !== "28b52ffd") return undefined;
  // Since Node 22.15.
  const { createZstdDecompress: create } = zlib as { createZstdDecompress?: () => Transform };
  if (create === undefined) throw cannotCheck(file, "this version of Node can't unpack zstd");
  return create();
}

type Decode = (part: Buffer, last: boolean) => Buffer;

function decoderOf(first: Buffer, declared: FileFormat["encoding"]): Decode {
  const [a = 1, b = 1, c] = first;
  if (a === 0xef && b === 0xbb && c === 0xbf) {
    return (part) => (part === first ? part.subarray(3) : part);
  }
  const little = (a === 0xff && b === 0xfe) || (a !== 0 && b === 0);
  const big = (a === 0xfe && b === 0xff) || (a === 0 && b !== 0);
  if (!little && !big && declared === "utf-8") return (part) => part;
  if (!little && !big && declared === "latin1") return (part) => Buffer.from(part.toString("latin1"));
  const label = big ? "utf-16be" : little || declared === "utf-16" ? "utf-16le" : declared;
  const decoder = new TextDecoder(label, { fatal: true });
  return (part, last) => {
    // At once, some versions of Node read Windows-1252 as Latin-1.
    const text = decoder.decode(part, { stream: true }) + (last ? decoder.decode() : "");
    // Five bytes have no character there.
    if (label === "windows-1252" && /[\x80-\x9f]/.test(text))
      throw Object.assign(new Error("it has bytes that are no character of windows-1252"), {
        code: "ERR_ENCODING",
      });
    return Buffer.from(text);
  };
}
