import { Buffer } from "node:buffer";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { csvHeader, merchantName, quoted, rejectRecord } from "./sampleText";

/** The number of rows of the research that this reproduces (28 minutes there, one round trip a row). */
export const sampleRows = 478_817;

/**
 * How many rows in 478,817 are of which kind; other row counts get the same shares, rounded. Multibyte, line
 * breaks and empty mcc are the counts that the figures of docs/ were measured with. Kinds overlap by chance,
 * but a row with a line break is always one of the quoted ones.
 */
const sampleMix = {
  quoted: 23_941, // 5 %
  lineBreaks: 2_405,
  multibyte: 14_766,
  emptyMcc: 9_493,
  negative: 14_365, // 3 %: refunds
} as const;

type Kind = keyof typeof sampleMix;

export interface SampleFacts {
  readonly file: string;
  /** Good rows, the header not counted. */
  readonly rows: number;
  /** The file's size. */
  readonly bytes: number;
  /** How many of the good rows are of which kind. */
  readonly kinds: Readonly<Record<Kind, number>>;
  /** Where each bad row begins, in bytes from the start of the file, in order. */
  readonly rejectOffsets: readonly number[];
}

interface SampleOptions {
  /** How many bad rows to put evenly between the good ones; they add to `rows`. Default 0. */
  readonly rejects?: number;
}

/** Large enough that the writes cost little, small enough that memory stays flat. */
const chunkCharacters = 256 * 1024;

/**
 * Writes the sample CSV: UTF-8, RFC 4180, `\n` line ends. The same arguments give the same bytes on every
 * machine, and the good rows are the same with and without rejects. 478,817 rows are about 25.9 MB.
 *
 * Rejects with the file system's error when the file can't be written.
 */
export async function writeSample(
  file: string,
  rows = sampleRows,
  options: SampleOptions = {},
): Promise<SampleFacts> {
  const kinds = kindCounts(rows);
  const progress = { bytes: 0, rejectOffsets: [] as number[] };
  const chunks = sampleChunks(rows, kinds, options.rejects ?? 0, progress);
  await pipeline(Readable.from(chunks, { objectMode: false }), createWriteStream(file));
  return { file, rows, kinds, ...progress };
}

function kindCounts(rows: number): Record<Kind, number> {
  const count = (kind: Kind): number => Math.round((rows * sampleMix[kind]) / sampleRows);
  return {
    quoted: count("quoted"),
    lineBreaks: count("lineBreaks"),
    multibyte: count("multibyte"),
    emptyMcc: count("emptyMcc"),
    negative: count("negative"),
  };
}

function* sampleChunks(
  rows: number,
  kinds: Record<Kind, number>,
  rejects: number,
  progress: { bytes: number; rejectOffsets: number[] },
): Generator<Buffer> {
  const nextRow = rowMaker(rows, kinds);
  let text = `${csvHeader}\n`;
  const flush = (): Buffer => {
    const chunk = Buffer.from(text, "utf8");
    progress.bytes += chunk.length;
    text = "";
    return chunk;
  };
  for (let row = 0, reject = 0; row <= rows; row++) {
    for (; reject < rejects && rejectPlace(reject, rejects, rows) <= row; reject++) {
      yield flush();
      progress.rejectOffsets.push(progress.bytes);
      // Byte by byte, because one kind of reject is not UTF-8.
      const bytes = Buffer.from(`${rejectRecord(reject)}\n`, "latin1");
      progress.bytes += bytes.length;
      yield bytes;
    }
    if (row < rows) text += nextRow();
    if (text.length >= chunkCharacters) yield flush();
  }
  yield flush();
}

/** The good row that a reject stands before. */
const rejectPlace = (reject: number, rejects: number, rows: number): number =>
  Math.floor(((reject + 0.5) * rows) / rejects);

/** Gives the rows one by one, with their line ends; exactly the counted number of each kind in `rows` calls. */
function rowMaker(rows: number, kinds: Record<Kind, number>): () => string {
  const random = randomNumbers(0x5eed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const isQuoted = exactly(kinds.quoted, rows, random);
  const isBroken = exactly(kinds.lineBreaks, kinds.quoted, random);
  const isMultibyte = exactly(kinds.multibyte, rows, random);
  const isEmptyMcc = exactly(kinds.emptyMcc, rows, random);
  const isNegative = exactly(kinds.negative, rows, random);

  return () => {
    const mcc = isEmptyMcc() ? "" : pick(mccs, below);
    const special = isQuoted() ? (isBroken() ? "lineBreak" : "quotes") : "plain";
    const name = merchantName(isMultibyte() ? "multibyte" : "ascii", special, below);
    const merchant = special === "plain" ? name : quoted(name);
    // The smallest of three, because most payments are small.
    const cents = 1 + Math.min(below(1_000_000), below(1_000_000), below(1_000_000));
    const amount = `${isNegative() ? "-" : ""}${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
    return `${mcc},${merchant},${pick(currencies, below)},${amount},${pick(dates, below)},${pick(cardTypes, below)}\n`;
  };
}

const pick = (list: readonly string[], below: (limit: number) => number): string =>
  list[below(list.length)] ?? "";

/** Says yes exactly `wanted` times in `calls` calls, each call as likely as another (Knuth's algorithm S). */
function exactly(wanted: number, calls: number, random: () => number): () => boolean {
  let left = calls;
  let missing = wanted;
  return () => {
    const yes = random() * left < missing;
    left--;
    if (yes) missing--;
    return yes;
  };
}

/** Mulberry32: uniform in [0, 1), from whole-number arithmetic alone, hence the same on every machine. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Merchant category codes (ISO 18245) with their leading zeros, which a number doesn't keep. */
const mccs = ["0742", "0780", "1520", "4111", "4121", "4814", "4900", "5200", "5311", "5411", "5499"].concat([
  "5541",
  "5651",
  "5712",
  "5732",
  "5812",
  "5814",
  "5912",
  "5942",
  "5999",
  "6011",
  "7011",
  "7230",
  "8011",
]);

const currencies = ["USD", "USD", "USD", "USD", "EUR", "EUR", "GBP", "JPY", "CHF", "MXN"];

const cardTypes = ["Visa Credit", "Visa Debit", "Visa", "Mastercard", "Debit", "Prepaid Card", "Discover"];

/** Every day of 2015 to 2019: with the leap day. */
const dates = Array.from({ length: 1826 }, (_, day) =>
  new Date(Date.UTC(2015, 0, 1 + day)).toISOString().slice(0, 10),
);
