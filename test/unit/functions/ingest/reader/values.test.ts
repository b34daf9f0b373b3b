import { expect } from "chai";
import { type ValueFormat, valueDefaults } from "../../../../../functions/ingest/format";
import { refusals } from "../../../../../functions/ingest/reader/field";
import { type ColumnType, parseType } from "../../../../../functions/ingest/reader/types";
import { textOf } from "../../../../../scripts/table/copyText";
import { formattedMoments } from "../../../../support/values/formattedMoments";
import { formattedOthers } from "../../../../support/values/formattedOthers";
import { moments } from "../../../../support/values/moments";
import { others } from "../../../../support/values/others";

/** What a type's reader makes of a field that stands between others: a value in COPY's form, or a refusal's code. */
function readerOf(type: ColumnType, format: Partial<ValueFormat> = {}, times = 1) {
  const { entry, args, values } = parseType(type)!;
  const read = entry.reader({ args, values, times, format: { ...valueDefaults, ...format } });
  return (text: string | Buffer): Buffer | string => {
    const field = Buffer.from(text);
    const src = Buffer.concat([Buffer.from("7.:{\\"), field, Buffer.from('7.:}"')]);
    const out = Buffer.alloc(2 * field.length + 64, 0xaa);
    const end = read(src, 5, 5 + field.length, out, 5);
    if (end < 0) return refusals[-end]!.code;
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
        return [text, typeof value === "string" ? value : write(value)];
      });
      expect(Object.fromEntries(found)).to.deep.equal(values);
    });
  }
});
