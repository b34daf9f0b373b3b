/** The rows that are being written. */
export interface Rows {
  bytes: Buffer;
  end: number;
  count: number;
  /** Makes room for so many more bytes behind `end`. */
  readonly reserve: (more: number) => void;
  /** Hands over what was written, and begins anew. */
  readonly take: () => { bytes: Buffer; rows: number };
}

/** @param nextBuffer gives an empty buffer for rows. */
export function rowsIn(nextBuffer: () => Buffer): Rows {
  const memory = Buffer;
  const rows: Rows = { bytes: nextBuffer(), end: 0, count: 0, reserve, take };

  function reserve(more: number): void {
    if (rows.end + more <= rows.bytes.length) return;
    const larger = memory.allocUnsafeSlow(2 * rows.bytes.length + more);
    rows.bytes.copy(larger, 0, 0, rows.end);
    rows.bytes = larger;
  }

  function take(): { bytes: Buffer; rows: number } {
    const taken = { bytes: rows.bytes.subarray(0, rows.end), rows: rows.count };
    rows.bytes = nextBuffer();
    rows.end = rows.count = 0;
    return taken;
  }

  return rows;
}
