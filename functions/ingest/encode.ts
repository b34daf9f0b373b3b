/** Buffers for rows, used again once the server has what was in them. */
export interface OutputBuffers {
  /** One that is the caller's until `giveBack`. */
  readonly next: () => Buffer;
  readonly giveBack: (buffers: readonly Buffer[]) => void;
}

/** @param pieceBytes about how many bytes of the file lie between two calls of `next`. */
export function outputBuffers(pieceBytes: number): OutputBuffers {
  const free: Buffer[] = [];
  return {
    next: () => free.pop() ?? Buffer.allocUnsafeSlow(2 * pieceBytes),
    giveBack: (buffers) => {
      for (const { buffer } of buffers) if (buffer.byteLength > 0) free.push(Buffer.from(buffer));
    },
  };
}

/** The first bytes of a binary COPY: signature, no flags, no extension. */
export function copyHeader(): Buffer {
  return Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
}

/** The last bytes of a binary COPY: a row of -1 fields. */
export function copyTrailer(): Buffer {
  return Buffer.from([0xff, 0xff]);
}
