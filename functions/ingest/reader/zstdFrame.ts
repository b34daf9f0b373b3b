/**
 * Follows a zstd frame from block to block (RFC 8878, 3.1.1): Node takes one that is cut off for one that has ended.
 *
 * @returns what is told each part, in order, and answers whether the frame is whole by then
 */
export function followZstdFrame(): (part: Buffer) => boolean {
  // Of the magic number and the descriptor, or of a block's header: little endian.
  let [header, seen, wanted] = [0, 0, 5];
  let skip = 0;
  let checksum = 0;
  let last = false;
  return (part) => {
    for (let at = 0; at < part.length && !(last && skip === 0);) {
      if (skip > 0) {
        const step = Math.min(skip, part.length - at);
        skip -= step;
        at += step;
        continue;
      }
      header += part[at++]! * 256 ** seen++;
      if (seen < wanted) continue;
      if (wanted === 5) {
        const descriptor = Math.floor(header / 2 ** 32);
        const single = (descriptor >> 5) & 1;
        checksum = (descriptor & 4) === 0 ? 0 : 4;
        skip = 1 - single + [0, 1, 2, 4][descriptor & 3]! + [single, 2, 4, 8][descriptor >> 6]!;
      } else {
        last = (header & 1) === 1;
        // Of a byte that repeats only one is there.
        skip = (((header >> 1) & 3) === 1 ? 1 : header >> 3) + (last ? checksum : 0);
      }
      [header, seen, wanted] = [0, 0, 3];
    }
    return last && skip === 0;
  };
}
