import { expect } from "chai";
import { type ValueFormat, valueDefaults } from "../../../../../functions/ingest/format";
import { refusalOf } from "../../../../../functions/ingest/reader/field";
import { type ColumnType, parseType } from "../../../../../functions/ingest/reader/types";
import { isZone } from "../../../../../functions/ingest/reader/zones";
import { textOf } from "../../../../../scripts/table/copyText";
import { formattedMoments } from "../../../../support/values/formattedMoments";
import { formattedOthers } from "../../../../support/values/formattedOthers";
import { moments } from "../../../../support/values/moments";
import { others } from "../../../../support/values/others";

/** No byte of these is a field's own. */
const neighbours = [
  ["7.:{\\", '7.:}"'],
  ["-0x(1", "x5e1) 0000"],
  ['":+ .', ".5:00"],
] as const;

/** What a type's reader makes of a field that stands between others: a value in COPY's form, or a refusal's code. */
function readerOf(type: ColumnType, format: Partial<ValueFormat> = {}, times = 1) {
  const { entry, args, values } = parseType(type)!;
  const read = entry.reader({ args, values, times, format: { ...valueDefaults, ...format } });
  return (
    text: string | Buffer,
    [before, behind]: readonly [string, string] = neighbours[0],
  ): Buffer | string => {
    const field = Buffer.from(text);
    const src = Buffer.concat([Buffer.from(before), field, Buffer.from(behind)]);
    const out = Buffer.alloc(2 * field.length + 64, 0xaa);
    const end = read(src, 5, 5 + field.length, out, 5);
    if (end < 0) return refusalOf(end).code;
    expect([...out.subarray(0, 5)], "what stands before it").to.deep.equal(Array(5).fill(0xaa));
    expect(out.readInt32BE(5), "its length").to.equal(end - 9);
    return Buffer.from(out.subarray(9, end));
  };
}

describe("The reader of values", () => {
  for (const { type, format, values } of [...others, ...moments, ...formattedOthers, ...formattedMoments]) {
    it(`reads ${typeof type === "object" ? "an enumeration" : type}${format ? ` with ${JSON.stringify(format)}` : ""} on both sides of each bound`, () => {
      const read = readerOf(type, format);
      const write = textOf(type);
      const found = Object.keys(values).map((text) => {
        const value = read(text);
        for (const others of neighbours) expect(read(text, others), text).to.deep.equal(value);
        return [text, typeof value === "string" ? value : write(value)];
      });
      expect(Object.fromEntries(found)).to.deep.equal(values);
    });
  }

  for (const [type, textOfLength] of [
    ["text", (length: number) => "x".repeat(length)],
    ["json", (length: number) => `"${"x".repeat(length - 2)}"`],
    ["bytea", (length: number) => "ab".repeat(length)],
  ] as const)
    it(`reads ${type} of any length`, () => {
      const read = readerOf(type);
      for (const length of [255, 256, 65_535, 65_536, 2 ** 24])
        expect(read(textOfLength(length)).length).to.equal(length);
    });

  it("reads json of 500 levels, and jsonb of as large numbers as numeric has", () => {
    const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    expect(readerOf("json")(nested(500))).to.be.instanceOf(Buffer);
    expect([...readerOf("jsonb")("1")], "a version before the text").to.deep.equal([1, 0x31]);
    expect(readerOf("json")(nested(501))).to.equal("not-json");
    for (const text of [
      "1e131071",
      "12e131070",
      "1.5e131071",
      "1e-16383",
      "1.5e-16382",
      "12.34e-16381",
      "0.1e+5",
    ])
      expect(readerOf("jsonb")(text), text).to.be.instanceOf(Buffer);
    for (const text of ["1e131072", "12e131071", "1.5e131072", "1e-16384", "1.5e-16383", "12.34e-16382"])
      expect(readerOf("jsonb")(text), text).to.equal("not-json");
  });

  it("refuses NUL, and bytes that are no UTF-8, in texts and in JSON", () => {
    const bad =
      "ff c0af c1bf c3 e28a e09fbf eda080 edbfbf f08fbfbf f4908080 f5808080 80 bf c3c3 e28a22".split(" ");
    const good = "7f c280 dfbf e0a080 ed9fbf ee8080 f0908080 f48fbfbf efbfbf".split(" ");
    for (const type of ["text", "varchar(9)", "json", "jsonb"] as const) {
      const read = readerOf(type);
      const field = (hex: string): Buffer =>
        Buffer.from(type.startsWith("json") ? `22${hex}22` : `61${hex}`, "hex");
      for (const hex of good) expect(read(field(hex)), hex).to.be.instanceOf(Buffer);
      for (const hex of bad) expect(read(field(hex)), hex).to.equal("not-utf-8");
      for (const hex of ["00", "00ff"]) expect(read(field(hex)), hex).to.equal("nul-character");
    }
  });

  it("knows a zone by its offset or its IANA name", () => {
    for (const zone of ["+02:00", "-0330", "+05", "UTC", "Europe/Berlin"])
      expect(isZone(zone), zone).to.equal(true);
    for (const zone of ["Mars/Olympus", "2:00", "+2", ""]) expect(isZone(zone), zone).to.equal(false);
  });
});
