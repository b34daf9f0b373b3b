import { expect } from "chai";
import * as fc from "fast-check";
import { decoderOf } from "../../../../../functions/ingest/reader/encodings";

const windows = "€?‚ƒ„…†‡ˆ‰Š‹Œ?Ž??‘’“”•–—˜™š›œ?žŸ";

describe("The decoders of files in other encodings", () => {
  const decoded = (parts: Buffer[], encoding: "utf-16" | "latin1" | "windows-1252", first = parts[0]!) => {
    const decode = decoderOf(first, encoding)!;
    return Buffer.concat([...parts.map((part) => decode(part, false)), decode(Buffer.alloc(0), true)]);
  };
  const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
    const parts: Buffer[] = [];
    for (let at = 0, n = 0; at < bytes.length; n++) {
      const size = sizes[n % sizes.length]!;
      parts.push(bytes.subarray(at, at + size));
      at += size;
    }
    return parts;
  };
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });

  it("give each byte its character, and leave those that have none in Windows-1252", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), sizes, (bytes, lengths) => {
        const parts = cut(Buffer.from(bytes), lengths);
        if (parts.length === 0) return;
        const start = Buffer.from("ab");
        const latin1 = Buffer.from(Buffer.from(bytes).toString("latin1"));
        expect(decoded(parts, "latin1", start).equals(latin1)).to.equal(true);
        const signs = [...bytes].map((byte) => {
          const sign = byte >= 0x80 && byte < 0xa0 ? windows[byte - 0x80]! : String.fromCharCode(byte);
          return sign === "?" && byte > 0x7f ? Buffer.from([byte]) : Buffer.from(sign);
        });
        expect(decoded(parts, "windows-1252", start).equals(Buffer.concat(signs))).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });

  it("give UTF-16 either way its characters wherever it is cut, and no half of a pair as text", () => {
    const text = fc.string({ maxLength: 40, unit: "binary" });
    fc.assert(
      fc.property(text, sizes, fc.boolean(), (written, lengths, big) => {
        const bytes = Buffer.from(`\ufeff${written}`, "utf16le");
        const parts = cut(big ? bytes.swap16() : bytes, lengths);
        const first = Buffer.concat(parts).subarray(0, 2);
        expect(decoded(parts, "utf-16", first).toString()).to.equal(`\ufeff${written}`);
      }),
      { numRuns: 150 },
    );
    for (const half of ["d83d", "dc00", "d83d0041"]) {
      const bytes = Buffer.from(`feff0041${half}`, "hex");
      expect(decoded([bytes], "utf-16").includes(Buffer.from("efbfbd", "hex"))).to.equal(false);
      expect(new TextDecoder("utf-8").decode(decoded([bytes], "utf-16"))).to.contain("\ufffd");
    }
    expect(decoded([Buffer.from("feff004100", "hex")], "utf-16").at(-1)).to.equal(0xff);
  });

  it("write the characters at the borders of one, two, three and four bytes of UTF-8", () => {
    const text = "\ufeff\x01\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}";
    const bytes = Buffer.from(text, "utf16le");
    expect(decoded([bytes], "utf-16").equals(Buffer.from(text))).to.equal(true);
    expect(decoded([Buffer.from(bytes).swap16()], "utf-16").equals(Buffer.from(text))).to.equal(true);
  });

  it("are those of UTF-16 without a mark where half of the characters are of Latin, and else the named one's", () => {
    for (const [text, is16] of [
      ["a,你好", true],
      ["a你好你", false],
      ["a,", true],
      ["a", false],
    ] as const) {
      const bytes = Buffer.from(text, "utf16le");
      for (const file of [bytes, Buffer.from(bytes).swap16()])
        expect(decoderOf(file, "utf-8") !== undefined, `${text} ${file.toString("hex")}`).to.equal(is16);
    }
  });
});
