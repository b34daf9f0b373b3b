import { isAscii, isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { GroundworkError } from "../../../infra/error";
import { unpack } from "../../../functions/ingest/reader/decode";
import { foreignBytes } from "../../../functions/ingest/reader/foreign";
import { isGiveUp } from "../../../functions/shared/giveUp";

export type Encoding = "utf-8" | "utf-16" | "latin1" | "windows-1252";

/** A file's bytes, unpacked, as UTF-8 or an encoding of one byte a letter. */
export interface Source {
  readonly compression: "gzip" | "zstd" | undefined;
  readonly encoding: Encoding;
  readonly byteOrder: "little" | "big" | undefined;
  readonly byteOrderMark: boolean;
  /** The first bytes that `pieces` gives, at most `headBytes`. */
  readonly head: Buffer;
  decode(bytes: Buffer): string;
  pieces(): AsyncIterable<Buffer>;
}

export const headBytes = 256 * 1024;
const pieceBytes = 1024 * 1024;

/** Opens a file; refuses what is no text by name. Its encoding is that of its head: `makeUtf8Check` tells of the rest. */
export async function openSource(file: string): Promise<Source> {
  const raw = await readHead(file);
  if (raw.length === 0)
    throw new GroundworkError(`${file}: the file is empty: it has no header and no records`);
  const unpacked = () => contents(file, raw);
  const first = await firstBytes(unpacked());
  const foreign = foreignBytes(first);
  const isPacked = !first.equals(raw.subarray(0, first.length));
  if (foreign !== undefined)
    throw new GroundworkError(`${file}: ${isPacked ? "what is packed" : "the file"} is ${foreign}`);
  const compression = isPacked ? (raw[0] === 0x1f ? "gzip" : "zstd") : undefined;
  const source = withEncoding(unpacked, detectEncoding(first, file));
  const head = await firstBytes(source.pieces());
  if (head.length === 0)
    throw new GroundworkError(`${file}: the file is empty: it has no header and no records`);
  return { ...source, compression, head };
}

/** The same file read in another encoding of one byte a letter. */
export const reread = (source: Source, encoding: Encoding): Source => ({
  ...source,
  encoding,
  decode: decoderOf(encoding),
});

interface Detected {
  readonly encoding: Encoding;
  readonly byteOrder?: "little" | "big";
  readonly mark: number;
}

function withEncoding(
  unpacked: () => AsyncIterable<Buffer>,
  { encoding, byteOrder, mark }: Detected,
): Omit<Source, "compression" | "head"> {
  const pieces = () =>
    byteOrder === undefined ? skip(unpacked(), mark) : transcode(skip(unpacked(), mark), byteOrder);
  return { encoding, byteOrder, byteOrderMark: mark > 0, decode: decoderOf(encoding), pieces };
}

function decoderOf(encoding: Encoding): (bytes: Buffer) => string {
  if (encoding === "latin1") return (bytes) => bytes.toString("latin1");
  if (encoding !== "windows-1252") return (bytes) => bytes.toString();
  const decoder = new TextDecoder("windows-1252");
  // At once, some versions of Node read it as Latin-1.
  return (bytes) => decoder.decode(bytes, { stream: true });
}

function detectEncoding(bytes: Buffer, file: string): Detected {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: "utf-8", mark: 3 };
  if (a === 0xff && b === 0xfe) return { encoding: "utf-16", byteOrder: "little", mark: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: "utf-16", byteOrder: "big", mark: 2 };
  const zeros: [number, number] = [0, 0];
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0) zeros[(at & 1) as 0 | 1]++;
  const half = bytes.length / 2;
  if (zeros[1] > half * 0.05 && zeros[0] < half * 0.001)
    return { encoding: "utf-16", byteOrder: "little", mark: 0 };
  if (zeros[0] > half * 0.05 && zeros[1] < half * 0.001)
    return { encoding: "utf-16", byteOrder: "big", mark: 0 };
  if (zeros[0] + zeros[1] > bytes.length * 0.001)
    throw new GroundworkError(`${file}: the file is binary (it has zero bytes): export it as CSV`);
  const { invalid, valid } = countUtf8(bytes);
  return { encoding: keepsUtf8(invalid, valid) ? "utf-8" : oneByteEncoding(bytes), mark: 0 };
}

/** A few wrong bytes among many letters in UTF-8 are mistakes in a file in UTF-8. */
const keepsUtf8 = (invalid: number, valid: number): boolean => invalid * 10 <= valid;

/** Bytes 0x80 to 0x9f are letters and signs only in Windows-1252, and five of them aren't there either. */
function oneByteEncoding(bytes: Buffer): "latin1" | "windows-1252" {
  const undefinedThere = bytes.some(
    (b) => b === 0x81 || b === 0x8d || b === 0x8f || b === 0x90 || b === 0x9d,
  );
  return undefinedThere ? "latin1" : "windows-1252";
}

/** Counts letters of several bytes in UTF-8, and bytes that belong to none. A letter cut off at the end is neither. */
function countUtf8(bytes: Buffer): { valid: number; invalid: number } {
  let [valid, invalid] = [0, 0];
  if (isAscii(bytes)) return { valid, invalid };
  if (isUtf8(bytes)) {
    for (const byte of bytes) if (byte >= 0xc0) valid++;
    return { valid, invalid };
  }
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte < 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (at + length > bytes.length && byte >= 0xc2) break;
    if (byte >= 0xc2 && byte <= 0xf4 && isUtf8(bytes.subarray(at, at + length))) {
      valid++;
      at += length - 1;
    } else invalid++;
  }
  return { valid, invalid };
}

/** Looks at every piece of a file whose head is UTF-8; `verdict` is what the whole file is. */
export function makeUtf8Check() {
  let [valid, invalid, oneByte] = [0, 0, "windows-1252" as "latin1" | "windows-1252"];
  let tail: Buffer = Buffer.alloc(0);
  let misconverted = "";
  return {
    look: (piece: Buffer) => {
      if (misconverted === "") misconverted = findMisconverted(piece);
      const whole = tail.length === 0 ? piece : Buffer.concat([tail, piece]);
      let end = whole.length;
      // A letter may go on in the next piece.
      while (end > whole.length - 3 && end > 0 && (whole[end - 1]! & 0xc0) === 0x80) end--;
      if (end > 0 && whole[end - 1]! >= 0xc2) end--;
      tail = whole.subarray(end);
      const looked = whole.subarray(0, end);
      const counted = countUtf8(looked);
      valid += counted.valid;
      invalid += counted.invalid;
      if (counted.invalid > 0 && oneByteEncoding(looked) === "latin1") oneByte = "latin1";
    },
    verdict: () => {
      invalid += isUtf8(tail) ? 0 : tail.length;
      return { invalid, misconverted, encoding: keepsUtf8(invalid, valid) ? ("utf-8" as const) : oneByte };
    },
  };
}

/** The text around a control character where Windows-1252 has a dash or a quotation mark; "" without one. */
function findMisconverted(piece: Buffer): string {
  for (let at = piece.indexOf(0xc2); at >= 0; at = piece.indexOf(0xc2, at + 1)) {
    const next = piece[at + 1] ?? 0;
    if (next >= 0x80 && next <= 0x9f && next !== 0x85)
      return piece.subarray(Math.max(piece.lastIndexOf(10, at) + 1, at - 20), at + 22).toString();
  }
  return "";
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new GroundworkError(
      `${file}: ${error.code === "ENOENT" ? "there is no such file" : error.message}`,
    );
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Opens nothing before somebody reads. */
async function* pieces(file: string): AsyncIterable<Buffer> {
  yield* createReadStream(file, { highWaterMark: pieceBytes });
}

/** A file's bytes, unpacked where its first ones are those of an archive. */
async function* contents(file: string, first: Buffer): AsyncIterable<Buffer> {
  const parts = pieces(file);
  try {
    yield* unpack({ first, parts }) ?? parts;
  } catch (error) {
    throw isGiveUp(error) ? new GroundworkError(`${file}: ${error.giveUp}`) : error;
  }
}

async function* skip(pieces: AsyncIterable<Buffer>, bytes: number): AsyncIterable<Buffer> {
  let left = bytes;
  for await (const piece of pieces) {
    if (left < piece.length) yield left === 0 ? piece : piece.subarray(left);
    left = Math.max(left - piece.length, 0);
  }
}

async function* transcode(pieces: AsyncIterable<Buffer>, order: "little" | "big"): AsyncIterable<Buffer> {
  const decoder = new TextDecoder(order === "little" ? "utf-16le" : "utf-16be");
  for await (const piece of pieces) yield Buffer.from(decoder.decode(piece, { stream: true }));
  const rest = decoder.decode();
  if (rest !== "") yield Buffer.from(rest);
}

async function firstBytes(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const got: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    got.push(piece);
    length += piece.length;
    if (length >= headBytes) break;
  }
  return Buffer.concat(got).subarray(0, headBytes);
}
