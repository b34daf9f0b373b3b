import type { Column, Decimal, TableDefinition, Value } from "./columns";
import { type Refusal, valueReader } from "./values";

/** Turns records into PostgreSQL's binary COPY format, with the checks that make sure that the server takes them. */
export interface RowEncoder {
  /** Adds a record, or adds nothing and returns why it can't be loaded, in words; "" when it was added. */
  add(fields: readonly string[]): string;
  /** Forgets what was added since the last `take`. */
  reset(): void;
  /** What was added since the last `take`, in a buffer that is the caller's until `giveBack`. */
  take(): { bytes: Buffer; rows: number };
  /** Makes buffers free for use again, once the server has what was in them. */
  giveBack(buffers: readonly Buffer[]): void;
}

/** The first bytes of a binary COPY: signature, no flags, no extension. */
export function copyHeader(): Buffer {
  return Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
}

/** The last bytes of a binary COPY: a row of -1 fields. */
export function copyTrailer(): Buffer {
  return Buffer.from([0xff, 0xff]);
}

/**
 * @param pieceBytes about how many bytes of the file lie between two calls of `take`.
 * @throws Error when a column's type is beyond what the encoder can hold exactly.
 */
export function rowEncoder(table: TableDefinition, pieceBytes: number): RowEncoder {
  // Local names, and "" instead of undefined where all is well, for the reason given in values.ts.
  const definition = table.columns;
  const change = table.makeTransform();
  const read = valueReader();
  const memory = Buffer;
  const allocate = (bytes: number): Buffer => memory.allocUnsafeSlow(bytes);
  const groups = [0, 0, 0, 0, 0, 0, 0, 0];
  // Constants stand above what uses them: the serializer takes a later one for a captured variable.
  const powers = Array.from({ length: 42 }, (_, exponent) => 10 ** exponent);
  const power = (exponent: number): number => powers[exponent] ?? Infinity;
  // More than a row takes without its texts.
  const rowBytes = 2 + 40 * definition.length;
  checkDefinition(definition);

  // Without `in` and without `undefined`, which is a global and so a search: either took a tenth of all the time.
  const isRefusal = (value: Value | Refusal): value is Refusal =>
    typeof value === "object" && value !== null && typeof (value as Decimal).units !== "number";
  /** PostgreSQL counts characters: one for a surrogate pair. */
  const longerThan = (text: string, length: number): boolean =>
    text.length > 2 * length || [...text].length > length;

  // One array for all records: half a million of them would be work for the garbage collector.
  const values: Value[] = definition.map(() => null);
  const free: Buffer[] = [];
  let buffer = allocate(2 * pieceBytes);
  let end = 0;
  let rows = 0;

  function makeRoom(bytes: number): void {
    if (end + bytes <= buffer.length) return;
    const larger = allocate(2 * buffer.length + bytes);
    buffer.copy(larger, 0, 0, end);
    buffer = larger;
  }

  // The writers take the place and return the next one, and hold the buffer in a local name: a variable that inner
  // functions share is written to memory at each step, which made the encoder half as fast.
  function writeInt16(out: Buffer, at: number, value: number): number {
    out[at] = value >> 8;
    out[at + 1] = value;
    return at + 2;
  }

  function writeInt32(out: Buffer, at: number, value: number): number {
    out[at] = value >> 24;
    out[at + 1] = value >> 16;
    out[at + 2] = value >> 8;
    out[at + 3] = value;
    return at + 4;
  }

  function writeText(value: string, length: number): string {
    if (value.length > length && longerThan(value, length)) return `longer than ${length} characters`;
    makeRoom(3 * value.length + rowBytes);
    const out = buffer;
    const start = end + 4;
    let at = start;
    // Byte by byte: for texts this short a native call takes longer.
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code === 0) return "the text has a NUL character";
      if (code > 0x7f) {
        if (value.includes("\0")) return "the text has a NUL character";
        at = start + out.write(value, start, "utf8");
        break;
      }
      out[at++] = code;
    }
    writeInt32(out, end, at - start);
    end = at;
    return "";
  }

  /** Rounds half away from zero to the column's scale, as PostgreSQL does. */
  function writeDecimal(value: Decimal, precision: number, scale: number): string {
    let units = value.units < 0 ? -value.units : value.units;
    if (value.scale > scale) {
      const divisor = power(value.scale - scale);
      const rest = units % divisor;
      units = (units - rest) / divisor + (2 * rest >= divisor ? 1 : 0);
    } else {
      units *= power(scale - value.scale);
    }
    if (units >= power(precision)) return `beyond numeric(${precision},${scale})`;
    writeNumeric(units, scale, value.units < 0);
    return "";
  }

  /** PostgreSQL's numeric: digits to the base 10000, `weight` the place of the first, zeros at both ends left out. */
  function writeNumeric(units: number, scale: number, negative: boolean): void {
    const unit = power(scale);
    const fractionGroups = (scale + 3) >> 2;
    let fraction = (units % unit) * power(4 * fractionGroups - scale);
    let whole = (units - (units % unit)) / unit;
    let count = 0;
    for (let i = 0; i < fractionGroups; i++) {
      groups[count++] = fraction % 10000;
      fraction = (fraction - (fraction % 10000)) / 10000;
    }
    while (whole > 0) {
      groups[count++] = whole % 10000;
      whole = (whole - (whole % 10000)) / 10000;
    }
    let first = 0;
    while (first < count && groups[first] === 0) first++;
    while (count > first && groups[count - 1] === 0) count--;
    const digits = count - first;
    const out = buffer;
    let at = writeInt32(out, end, 8 + 2 * digits);
    at = writeInt16(out, at, digits);
    at = writeInt16(out, at, digits === 0 ? 0 : count - fractionGroups - 1);
    at = writeInt16(out, at, negative && digits > 0 ? 0x4000 : 0);
    at = writeInt16(out, at, scale);
    for (let i = count - 1; i >= first; i--) at = writeInt16(out, at, groups[i] ?? 0);
    end = at;
  }

  function writeValue(column: Column, value: Value): string {
    const type = column.type;
    if (value === null) {
      if (column.required) return "the value is NULL";
      end = writeInt32(buffer, end, -1);
    } else if (typeof value === "string") {
      if (type.kind === "text") return writeText(value, type.length);
      return `a text is no ${type.kind}`;
    } else if (typeof value === "number") {
      if (type.kind === "text" || type.kind === "decimal") return `a whole number is no ${type.kind}`;
      if (value !== (value | 0)) return "out of the range of int";
      end = writeInt32(buffer, writeInt32(buffer, end, 4), value);
    } else {
      if (type.kind !== "decimal") return `a decimal is no ${type.kind}`;
      return writeDecimal(value, type.precision, type.scale);
    }
    return "";
  }

  /** Reads the fields into `values`; returns why that can't be, or "". */
  function readRow(fields: readonly string[]): string {
    if (fields.length !== definition.length) return `${fields.length} fields instead of ${definition.length}`;
    for (let i = 0; i < definition.length; i++) {
      const column = definition[i]!;
      const value = read(column, fields[i]!);
      if (isRefusal(value)) return `${column.header}: ${value.refused}`;
      values[i] = value;
    }
    return "";
  }

  function add(fields: readonly string[]): string {
    const unreadable = readRow(fields);
    if (unreadable !== "") return unreadable;
    const changed = change(values);
    if (typeof changed === "string") return changed;
    makeRoom(rowBytes);
    const start = end;
    end = writeInt16(buffer, end, definition.length);
    for (let i = 0; i < definition.length; i++) {
      const column = definition[i]!;
      const problem = writeValue(column, changed[i]!);
      if (problem !== "") {
        end = start;
        return `${column.header}: ${problem}`;
      }
    }
    rows++;
    return "";
  }

  return {
    add,
    reset: () => {
      end = 0;
      rows = 0;
    },
    take: () => {
      const taken = { bytes: buffer.subarray(0, end), rows };
      buffer = free.pop() ?? allocate(2 * pieceBytes);
      end = 0;
      rows = 0;
      return taken;
    },
    giveBack: (buffers) => {
      for (const { buffer: whole } of buffers) free.push(memory.from(whole));
    },
  };
}

function checkDefinition(definition: readonly Column[]): void {
  for (const { header, type } of definition) {
    if (type.kind === "decimal" && (type.precision > 15 || type.scale > 12 || type.scale > type.precision)) {
      throw new Error(`Column ${header}: a decimal has at most 15 digits, 12 of them behind the point`);
    }
    // Nine times 15 digits is still exact: 2^53 is a little more.
    if (type.kind === "decimal" && !(Number.isInteger(type.times ?? 1) && Math.abs(type.times ?? 1) <= 9)) {
      throw new Error(`Column ${header}: a decimal is multiplied by a whole number from -9 to 9`);
    }
  }
}
