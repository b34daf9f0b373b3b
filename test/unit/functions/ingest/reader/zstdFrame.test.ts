import { expect } from "chai";
import { followZstdFrame } from "../../../../../functions/ingest/reader/zstdFrame";

/** Magic number and descriptor, what the descriptor announces, then blocks. */
const frames: readonly (readonly [string, string])[] = [
  ["its size in one byte, and one block as it is", "28b52ffd20 05 290000 68656c6c6f"],
  ["a window, a byte that repeats, a checksum", "28b52ffd04 58 421f00 61 110000 6162 deadbeef"],
  ["a dictionary, its size in two bytes, a packed block", "28b52ffd42 58 0102 e803 1d0000 000000"],
  ["a dictionary of one byte, its size in four, no bytes", "28b52ffd81 58 01 00000000 010000"],
  ["a dictionary of four bytes, its size in eight, no bytes", "28b52ffde3 01020304 0000000000000000 010000"],
];

describe("A frame of zstd", () => {
  for (const [what, hex] of frames) {
    it(`is whole with its last byte, and not before: ${what}`, () => {
      const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
      for (let length = 0; length <= bytes.length; length++) {
        for (const step of [1, 4, 100]) {
          const follow = followZstdFrame();
          let whole = false;
          for (let at = 0; at < length; at += step)
            whole = follow(bytes.subarray(at, Math.min(at + step, length)));
          expect(whole, `${length} bytes by ${step}`).to.equal(length === bytes.length);
          if (whole) expect(follow(Buffer.from("more"))).to.equal(true);
        }
      }
    });
  }
});
