import { expect } from "chai";
import { valueDefaults } from "../../../../../functions/ingest/format";
import { refusalOf } from "../../../../../functions/ingest/reader/field";
import { type ColumnType, parseType } from "../../../../../functions/ingest/reader/types";

/** Every count of digits and every place of the decimal sign, at both ends of what a digit and a group can be. */
function* texts(): Generator<string> {
  for (let length = 1; length <= 24; length++) {
    const all = [
      "9".repeat(length),
      `1${"0".repeat(length - 1)}`,
      "98765432109876543210987654".slice(-length),
      `${"0".repeat(length - 1)}5`,
      `4${"9".repeat(length - 1)}`,
      "4950000000000000000000005".slice(0, length),
    ];
    for (const [i, digits] of all.entries())
      for (let point = 0; point <= length; point++) {
        const sign = ["", "-", "+"][(length + point + i) % 3]!;
        yield `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
        if (point === 0) yield sign + digits;
        if ((i + point) % 5 === 0)
          yield `${sign}${digits.slice(0, point)}.${digits.slice(point)}e${(point % 9) - 4}`;
      }
  }
  for (const bound of [15n, 16n, 31n, 32n, 53n, 63n, 64n].map((bits) => 2n ** bits))
    for (const near of [-2n, -1n, 0n, 1n]) {
      for (const sign of ["", "-"]) yield* [`${sign}${bound + near}`, `${sign}000${bound + near}.0`];
      yield `${(bound + near) / 100n}.${String((bound + near) % 100n).padStart(2, "0")}`;
    }
  yield* [
    "0",
    "-0",
    "0.00",
    "-0.001",
    "00000000000000000000000000",
    "1e-20",
    "1e16",
    "1e19",
    "1e20",
    "-5e18",
  ];
  yield* [
    "",
    "-",
    "+",
    ".",
    "-.",
    "--1",
    "+-1",
    "1.2.3",
    "1,5",
    "1 ",
    "1e",
    "1e+",
    "e1",
    "1e1.0",
    "1/",
    "1d5",
    "1e:",
    "1e+3",
    "1:",
    "/1",
  ];
  yield* ["/", ":", "/.", "1:1", "1.:", "123456789:", "12345678901:", "1234567890123456:", "1.5:", "-:1"];
}

interface Parsed {
  readonly units: bigint;
  /** Behind the decimal sign. */
  readonly scale: number;
}

function parse(text: string): Parsed | undefined {
  const found = /^([-+]?)(\d*)(?:\.(\d*))?(?:e([-+]?\d+))?$/.exec(text);
  if (!found || `${found[2]}${found[3] ?? ""}` === "") return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = found;
  const units = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  const scale = fraction.length - Number(exponent);
  return scale < 0 ? { units: units * 10n ** BigInt(-scale), scale: 0 } : { units, scale };
}

/** Half away from zero; a scale below zero rounds to tens, hundreds, … */
function rounded({ units, scale }: Parsed, wanted: number): bigint {
  if (scale <= wanted) return units * 10n ** BigInt(wanted - scale);
  const unit = 10n ** BigInt(scale - wanted);
  const size = units < 0n ? -units : units;
  const result = (2n * size + unit) / (2n * unit);
  return units < 0n ? -result : result;
}

/** As PostgreSQL's manual of numeric_send has it: groups of four digits, without zeros at either end. */
function numericBytes(units: bigint, scale: number): Buffer {
  const size = units < 0n ? -units : units;
  const behind = Math.ceil(scale / 4);
  const text = size === 0n ? "" : `${size}${"0".repeat(4 * behind - scale)}`;
  const groups = text.padStart(4 * Math.ceil(text.length / 4), "0").match(/..../g) ?? [];
  const weight = groups.length - behind - 1;
  while (groups.at(-1) === "0000") groups.pop();
  const head = [groups.length, groups.length === 0 ? 0 : weight, units < 0n ? 0x4000 : 0, scale, ...groups];
  const bytes = Buffer.alloc(2 * head.length);
  head.forEach((word, i) => bytes.writeUInt16BE(Number(word) & 0xffff, 2 * i));
  return bytes;
}

/** The float of these bits times 2^200, which makes each a whole number; behind the largest comes 2^128. */
function unitsOf(bits: number): bigint {
  if (bits > 0x7f7fffff) return 2n ** 328n;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(bits);
  let [value, shift] = [bytes.readFloatBE(), 200n];
  for (; value % 1 !== 0; shift--) value *= 2;
  return BigInt(value) << shift;
}

function readerOf(type: ColumnType, times: number) {
  const { entry, args, values } = parseType(type)!;
  const read = entry.reader({ args, values, times, format: valueDefaults });
  const out = Buffer.alloc(200_000);
  return (text: string): string => {
    // Digits around it are not its own.
    const src = Buffer.from(`77${text}7.7`);
    out.fill(0xaa, 0, text.length + 64);
    const end = read(src, 2, 2 + text.length, out, 3);
    if (end < 0) return refusalOf(end).code;
    return out.toString("hex", 0, end) + (out[end] === 0xaa ? "" : " and more");
  };
}

const framed = (value: Buffer): string => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(value.length);
  return `aaaaaa${length.toString("hex")}${value.toString("hex")}`;
};

describe("The reader of numbers, beside arithmetic of any length,", () => {
  for (const [type, bytes] of [
    ["smallint", 2],
    ["integer", 4],
    ["bigint", 8],
  ] as const)
    it(`reads ${type}`, () => {
      const read = readerOf(type, 1);
      const half = 2n ** BigInt(8 * bytes - 1);
      for (const text of texts()) {
        const parsed = parse(text);
        const whole = parsed && parsed.units % 10n ** BigInt(parsed.scale) === 0n;
        let wanted = "not-a-whole-number";
        if (whole) {
          const value = parsed.units / 10n ** BigInt(parsed.scale);
          const unsigned = BigInt.asUintN(8 * bytes, value)
            .toString(16)
            .padStart(2 * bytes, "0");
          wanted = value < -half || value >= half ? "out-of-range" : framed(Buffer.from(unsigned, "hex"));
        }
        expect(`${text} ${read(text)}`).to.equal(`${text} ${wanted}`);
      }
    });

  for (const [precision, scale, times] of [
    [15, 2, 2],
    [15, 2, -3],
    [6, 2, 1],
    [6, 2, 0],
    [12, 2, 1],
    [12, 4, 1],
    [10, 0, 1],
    [9, 4, 9],
    [4, 0, 1],
    [10, 5, 7],
    [15, 15, 1],
    [16, 6, -9],
    [18, 16, 1],
    [22, 9, 3],
    [38, 20, 9],
    [3, 5, 1],
    [3, -2, 1],
    [8, -1, -2],
    [300, 258, 1],
  ] as const)
    it(`reads numeric(${precision},${scale}) times ${times}`, () => {
      const read = readerOf(`numeric(${precision},${scale})`, times);
      for (const text of texts()) {
        const parsed = parse(text);
        let wanted = "not-a-number";
        if (parsed) {
          const units = rounded({ ...parsed, units: parsed.units * BigInt(times) }, scale);
          const size = units < 0n ? -units : units;
          const stored = scale < 0 ? units * 10n ** BigInt(-scale) : units;
          wanted =
            size >= 10n ** BigInt(precision)
              ? "beyond-precision"
              : framed(numericBytes(stored, Math.max(scale, 0)));
        }
        expect(`${text} ${read(text)}`).to.equal(`${text} ${wanted}`);
      }
    });

  for (const times of [1, -1, 7])
    it(`reads numeric times ${times}, as it was written`, () => {
      const read = readerOf("numeric", times);
      for (const text of texts()) {
        const parsed = parse(text);
        const wanted = parsed
          ? framed(numericBytes(parsed.units * BigInt(times), parsed.scale))
          : "not-a-number";
        expect(`${text} ${read(text)}`).to.equal(`${text} ${wanted}`);
      }
    });

  it("reads double precision as ECMAScript does", () => {
    const read = readerOf("double precision", 1);
    for (const text of texts()) {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(Number(text));
      const wanted =
        parse(text) === undefined ? "not-a-number" : isFinite(Number(text)) ? framed(bytes) : "out-of-range";
      expect(`${text} ${read(text)}`).to.equal(`${text} ${wanted}`);
    }
  });

  it("reads real as the nearest there is, of two the even one", () => {
    const read = readerOf("real", 1);
    for (const text of texts()) {
      const parsed = parse(text);
      let wanted = "not-a-number";
      if (parsed) {
        const bytes = Buffer.alloc(4);
        const { units, scale } = parsed;
        const size = units < 0n ? -units : units;
        bytes.writeFloatBE(Number(text));
        let bits = bytes.readUInt32BE() & 0x7fffffff;
        // All times 2^201 and 10^scale; the middle between a float and the next.
        const twice = 2n * size * 2n ** 200n;
        const middle = (low: number): bigint => (unitsOf(low) + unitsOf(low + 1)) * 10n ** BigInt(scale);
        const isOdd = bits % 2 === 1;
        if (bits > 0 && (twice < middle(bits - 1) || (twice === middle(bits - 1) && isOdd))) bits--;
        else if (bits < 0x7f800000 && (twice > middle(bits) || (twice === middle(bits) && isOdd))) bits++;
        bytes.writeUInt32BE(bits);
        if (text.startsWith("-")) bytes[0]! |= 0x80;
        wanted = bits > 0x7f7fffff || (bits === 0 && size > 0n) ? "out-of-range" : framed(bytes);
      }
      expect(`${text} ${read(text)}`).to.equal(`${text} ${wanted}`);
    }
  });

  it("reads numeric(4), whose scale is 0, and numeric of thousands of digits", () => {
    const read = readerOf("numeric(4)", 1);
    expect([read("1234.5"), read("9999.5")]).to.deep.equal([
      framed(numericBytes(1235n, 0)),
      "beyond-precision",
    ]);
    const long = readerOf("numeric", 1);
    for (const length of [255, 256, 257, 4 * 255, 4 * 256, 4 * 257, 65_536, 131_072])
      for (const scale of [0, 255, 256, 4000]) {
        const digits = "1234567890123".repeat(11_000).slice(0, length);
        const text = scale === 0 ? digits : `${digits}.${"7".repeat(scale)}`;
        const wanted = framed(numericBytes(BigInt(text.replace(".", "")), scale));
        expect(long(text) === wanted, `${length} digits and ${scale}`).to.equal(true);
      }
  });

  it("refuses of numeric what PostgreSQL does: more than 131,072 digits before the decimal sign, 16,383 behind it", () => {
    const { entry } = parseType("numeric")!;
    const read = entry.reader({ args: [], values: [], times: 1, format: valueDefaults });
    const answer = (text: string): number =>
      read(Buffer.from(text), 0, text.length, Buffer.alloc(200_000), 0);
    const most = ["9".repeat(131_072), "1e131071", "1e-16383", `0.${"1".repeat(16_383)}`, "0e16400"];
    for (const text of most) expect(answer(text), text.slice(0, 20)).to.be.greaterThan(0);
    const more = ["9".repeat(131_073), "1e131072", "1e-16384", `0.${"1".repeat(16_384)}`, "0e-16384"];
    for (const text of more)
      expect(refusalOf(answer(text)).code, text.slice(0, 20)).to.equal("beyond-precision");
  });
});
