import { standsForNull } from "./cells";
import type { Split } from "./splitter";

/**
 * A shape is a value with each run of digits drawn together to one "0": `12.50` and `-7.1` have the shapes `0.0` and
 * `-0.0`, `visa` has its own. What a column's values are is decided from its few shapes alone, once all are counted.
 */
export interface Shape {
  readonly pattern: string;
  count: number;
  quoted: number;
  readonly example: string;
  readonly line: number;
  /** Of each run of digits: least and greatest length, least and greatest value, how many began with a needless 0. */
  readonly runs: readonly Run[];
  /** Runs of eight digits that are no year, month and day. */
  notDays: number;
}

export interface Run {
  minLength: number;
  maxLength: number;
  min: number;
  max: number;
  leadingZeros: number;
}

/** All that is kept of a column. */
export interface ColumnProfile {
  /** Fields without a letter in them; apart those in quotes. */
  empty: number;
  quotedEmpty: number;
  filled: number;
  /** Fields with a blank at their start, or before their opening quote. */
  indented: number;
  /** undefined from the moment that there were too many: then it is free text. */
  shapes: Map<number, Shape> | undefined;
  /** Of free text, the fields that stand for NULL in many files. */
  words: Set<string>;
  /** Whether every field so far was a uuid, JSON, or bytes in hex. */
  uuid: boolean;
  json: boolean;
  hex: boolean;
  examples: string[];
}

const maxShapes = 300;
const maxRuns = 12;
const maxLength = 64;
const maxExamples = 5;
/** No longer is a word that stands for NULL, and it begins with one of these. */
const maxWord = 7;
const wordStarts = Buffer.from("NnMmUu-.?#(\\");

const [zero, nine, blank, tab, dash, brace, bracket, backslash] = [48, 57, 32, 9, 45, 123, 91, 92];

/** Counts the shapes of a table's columns, record by record; what a short record lacks is empty. */
export function makeProfile(width: number, delimiter: string, decode: (bytes: Buffer) => string) {
  const columns = Array.from({ length: width }, newColumn);
  const between = delimiter.charCodeAt(0);
  const runLength = new Int32Array(maxRuns);
  const runValue = new Float64Array(maxRuns);
  const runZero = new Uint8Array(maxRuns);
  /** The shape that each column saw last: mostly it is the next one too. */
  const lastHash = new Int32Array(width);
  const lastShape = new Array<Shape | undefined>(width);

  function add(record: Split): void {
    const { bytes, from, to, quoting } = record;
    const fields = Math.min(record.count, width);
    for (let index = 0; index < fields; index++) {
      const column = columns[index]!;
      let start = from[index]!;
      let end = to[index]!;
      // Before a quote the blank stands outside of the field, where a delimiter may be a tab.
      const first = bytes[quoting[index] === 0 ? start : start - 2] ?? 0;
      const indented = isBlank(first) && first !== between;
      if (indented) while (start < end && isBlank(bytes[start]!)) start++;
      while (end > start && isBlank(bytes[end - 1]!)) end--;
      if (start === end) {
        if (quoting[index] === 0) column.empty++;
        else column.quotedEmpty++;
        continue;
      }
      column.filled++;
      if (column.filled <= maxExamples) addExample(column, textOf(bytes, start, end, quoting[index]!));
      if (indented) column.indented++;
      if (column.uuid || column.json || column.hex) special(column, bytes, start, end, quoting[index]!);
      if (column.shapes !== undefined) addShape(column, index, record, start, end);
      if (column.shapes === undefined) addWord(column, bytes, start, end);
    }
    for (let index = fields; index < width; index++) columns[index]!.empty++;
  }

  function addShape(column: ColumnProfile, index: number, record: Split, start: number, end: number): void {
    const bytes = record.bytes;
    if (end - start > maxLength) {
      dropShapes(column);
      return;
    }
    let hash = 0;
    let runs = 0;
    let notDay = 0;
    let digits = 0;
    for (let at = start; at < end;) {
      let byte = bytes[at]!;
      if (byte < zero || byte > nine) {
        hash = Math.imul(hash ^ byte, 16_777_619);
        at++;
        continue;
      }
      if (runs === maxRuns) {
        dropShapes(column);
        return;
      }
      const began = at;
      let value = 0;
      do {
        value = value * 10 + byte - zero;
        byte = bytes[++at]!;
      } while (at < end && byte >= zero && byte <= nine);
      runLength[runs] = at - began;
      runValue[runs] = value;
      runZero[runs] = at - began > 1 && bytes[began] === zero ? 1 : 0;
      if (at - began === 8 && !isDay(value)) notDay = 1;
      runs++;
      hash = Math.imul(hash ^ zero, 16_777_619);
      digits += value;
    }
    // MySQL's 0000-00-00 is no day: it has a shape of its own.
    if (runs >= 3 && digits === 0) hash = ~hash;
    let shape = lastHash[index] === hash ? lastShape[index] : undefined;
    if (shape === undefined) {
      shape = column.shapes?.get(hash) ?? newShape(column, hash, runs, record, start, end);
      if (shape === undefined) return;
      lastHash[index] = hash;
      lastShape[index] = shape;
    }
    shape.count++;
    if (record.quoting[index] !== 0) shape.quoted++;
    shape.notDays += notDay;
    for (let run = 0; run < shape.runs.length; run++) {
      const seen = shape.runs[run]!;
      const length = runLength[run]!;
      const value = runValue[run]!;
      if (length < seen.minLength) seen.minLength = length;
      if (length > seen.maxLength) seen.maxLength = length;
      if (value < seen.min) seen.min = value;
      if (value > seen.max) seen.max = value;
      seen.leadingZeros += runZero[run]!;
    }
  }

  function newShape(
    column: ColumnProfile,
    hash: number,
    runs: number,
    record: Split,
    start: number,
    end: number,
  ): Shape | undefined {
    if (column.shapes?.size === maxShapes) {
      dropShapes(column);
      return undefined;
    }
    const example = decode(record.bytes.subarray(start, end));
    const shape: Shape = {
      pattern: example.replace(/\d+/g, "0"),
      count: 0,
      quoted: 0,
      example,
      line: record.line,
      runs: Array.from({ length: runs }, () => ({
        minLength: Infinity,
        maxLength: 0,
        min: Infinity,
        max: 0,
        leadingZeros: 0,
      })),
      notDays: 0,
    };
    column.shapes?.set(hash, shape);
    return shape;
  }

  function special(column: ColumnProfile, bytes: Buffer, start: number, end: number, quoting: number): void {
    if (column.uuid && !isUuid(bytes, start, end)) column.uuid = false;
    if (column.hex && !(bytes[start] === backslash && bytes[start + 1] === 120)) column.hex = false;
    if (column.json) {
      const first = bytes[start];
      column.json = (first === brace || first === bracket) && isJson(textOf(bytes, start, end, quoting));
    }
  }

  /** A field as it is meant; `quoting` is the splitter's. */
  function textOf(bytes: Buffer, start: number, end: number, quoting: number): string {
    const text = decode(bytes.subarray(start, end));
    return quoting === 2 ? text.replaceAll('""', '"') : text;
  }

  function addWord({ words }: ColumnProfile, bytes: Buffer, start: number, end: number): void {
    if (end - start > maxWord || !wordStarts.includes(bytes[start]!) || words.size === maxExamples) return;
    const text = decode(bytes.subarray(start, end));
    if (standsForNull(text)) words.add(text);
  }

  return { columns, add };
}

function dropShapes(column: ColumnProfile): void {
  for (const { example } of column.shapes?.values() ?? [])
    if (standsForNull(example)) column.words.add(example);
  column.shapes = undefined;
}

function addExample({ examples }: ColumnProfile, example: string): void {
  if (!examples.includes(example)) examples.push(example);
}

const newColumn = (): ColumnProfile => ({
  empty: 0,
  quotedEmpty: 0,
  filled: 0,
  indented: 0,
  shapes: new Map(),
  words: new Set(),
  uuid: true,
  json: true,
  hex: true,
  examples: [],
});

const isBlank = (byte: number): boolean => byte === blank || byte === tab;

function isDay(value: number): boolean {
  const month = Math.floor(value / 100) % 100;
  const day = value % 100;
  return value >= 18_000_101 && value < 22_000_000 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

function isUuid(bytes: Buffer, start: number, end: number): boolean {
  if (end - start !== 36) return false;
  for (let at = 0; at < 36; at++) {
    const byte = bytes[start + at]!;
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (byte !== dash) return false;
    } else if (!((byte >= zero && byte <= nine) || ((byte | 32) >= 97 && (byte | 32) <= 102))) return false;
  }
  return true;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
