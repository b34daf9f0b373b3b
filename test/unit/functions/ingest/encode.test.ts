import { expect } from "chai";
import { type Value, records } from "../../../../functions/ingest/columns";
import { copyHeader, copyTrailer, rowEncoder } from "../../../../functions/ingest/encode";

/** Field numbers. */
const [mcc, merchant, currency, amount, date, cardType] = [0, 1, 2, 3, 4, 5] as const;
const good = ["1", "m", "EUR", "1", "2000-01-01", "visa"];
const withField = (index: number, value: string): string[] =>
  good.map((field, i) => (i === index ? value : field));
/** A text as the reader hands it over: one character a byte. */
const latin1 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** The bytes of one encoded field, as hex; undefined for NULL. Reads the format as PostgreSQL's manual has it. */
function encoded(index: number, value: string): string | undefined {
  const encoder = rowEncoder(records, 1024);
  expect(encoder.add(withField(index, value)), value).to.equal("");
  const { bytes } = encoder.take();
  expect(bytes.readInt16BE(0)).to.equal(6);
  let at = 2;
  for (let i = 0; ; i++) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (i === index) return length < 0 ? undefined : bytes.subarray(at, at + length).toString("hex");
    at += Math.max(length, 0);
  }
}

/** A numeric as PostgreSQL's binary format has it, turned into decimal text with its scale of 2. */
function numeric(hex: string | undefined): string {
  const bytes = Buffer.from(hex ?? "", "hex");
  const [count, weight, sign, scale] = [0, 2, 4, 6].map((at) => bytes.readInt16BE(at)) as [
    number,
    number,
    number,
    number,
  ];
  expect(bytes.length).to.equal(8 + 2 * count);
  expect(scale).to.equal(2);
  let hundredths = 0n;
  for (let i = 0; i < count; i++) {
    const place = 4 * (weight - i) + 2;
    const digit = BigInt(bytes.readInt16BE(8 + 2 * i));
    hundredths += place >= 0 ? digit * 10n ** BigInt(place) : digit / 10n ** BigInt(-place);
  }
  const text = String(hundredths).padStart(3, "0");
  return `${sign === 0x4000 ? "-" : ""}${text.slice(0, -2)}.${text.slice(-2)}`;
}

describe("The encoder of rows", () => {
  const amounts: [string, string][] = [
    ["0", "0.00"],
    ["-0", "0.00"],
    ["-0.00", "0.00"],
    ["1", "2.00"],
    ["+1.5", "3.00"],
    [".5", "1.00"],
    ["5.", "10.00"],
    ["-12.34", "-24.68"],
    ["0.005", "0.01"],
    ["0.0024", "0.00"],
    ["-0.0025", "-0.01"],
    ["1.005", "2.01"],
    ["12.345", "24.69"],
    ["0012.30", "24.60"],
    ["5000", "10000.00"],
    ["50000000", "100000000.00"],
    ["4999999999999.99", "9999999999999.98"],
    ["-4999999999999.99", "-9999999999999.98"],
    ["0.0000000000000000000001", "0.00"],
  ];
  for (const [text, stored] of amounts) {
    it(`stores the amount ${text} doubled as ${stored}`, () => {
      expect(numeric(encoded(amount, text))).to.equal(stored);
    });
  }

  const values: [string, number, string, string | undefined][] = [
    ["an empty mcc as NULL", mcc, "", undefined],
    ["an mcc with leading zeros", mcc, "0742", "000002e6"],
    ["the smallest int", mcc, "-2147483648", "80000000"],
    ["the largest int", mcc, "+2147483647", "7fffffff"],
    ["an empty text as the empty text", merchant, "", ""],
    ["a text of several bytes a character", merchant, latin1("äß€🍕"), Buffer.from("äß€🍕").toString("hex")],
    ["a line break", merchant, "a\r\nb", "610d0a62"],
    [
      "100 characters of four bytes",
      merchant,
      latin1("🍕".repeat(100)),
      Buffer.from("🍕".repeat(100)).toString("hex"),
    ],
    ["the day from which PostgreSQL counts", date, "2000-01-01", "00000000"],
    ["the day before", date, "1999-12-31", "ffffffff"],
    ["a leap day", date, "2024-02-29", "00002279"],
    ["the first day", date, "0001-01-01", "fff4dbf9"],
    ["the last day of four digits", date, "9999-12-31", "002c95d3"],
  ];
  for (const [what, index, text, hex] of values) {
    it(`stores ${what}`, () => expect(encoded(index, text)).to.equal(hex));
  }

  const refused: [number, string[], RegExp][] = [
    [
      mcc,
      ["x", "1.0", "1e3", "0x10", "1_000", " 1", "1 ", "-", "+", "--1", "NaN", "Infinity", "１"],
      /^mcc: .* is not a whole number$/,
    ],
    [mcc, ["2147483648", "-2147483649", "99999999999999999999999"], /^mcc: .* is out of the range of int$/],
    [merchant, ["x".repeat(101), latin1("🍕".repeat(101))], /^merchant: longer than 100 characters$/],
    [merchant, ["a\0b", latin1("ä\0")], /^merchant: the text has a NUL character$/],
    [
      merchant,
      ["\xff", "Caf\xe9", "\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf5\x80\x80\x80"],
      /^merchant: the text is not UTF-8$/,
    ],
    [currency, ["x".repeat(11)], /^currency: longer than 10 characters$/],
    [amount, [""], /^amount: the field is empty$/],
    [
      amount,
      [
        "x",
        ".",
        "-",
        "-.",
        "1.2.3",
        "1,5",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x10",
        "1_000",
        "1e3",
        " 1",
        "$1",
      ],
      /^amount: .* is not a decimal number$/,
    ],
    [
      amount,
      ["1234567890123456", "0." + "0".repeat(50) + "1"],
      /^amount: .* is a number of more than 15 digits$/,
    ],
    [amount, ["5000000000000", "-5000000000000.00", "9999999999999.99"], /^amount: beyond numeric\(15,2\)$/],
    [date, [""], /^transaction_date: the field is empty$/],
    [
      date,
      [
        "yesterday",
        "infinity",
        "epoch",
        "2023-02-29",
        "1900-02-29",
        "2024-13-01",
        "2024-00-10",
        "2024-01-00",
        "2024-04-31",
        "24-01-01",
        "2024-1-1",
        "2024/01/01",
        "01-02-2024",
        "2024-01-01 ",
        "2024-01-01T00:00",
        "0000-01-01",
        "2024-0x-01",
      ],
      /^transaction_date: .* is not a date YYYY-MM-DD$/,
    ],
    [cardType, ["x".repeat(51)], /^card_type: longer than 50 characters$/],
  ];
  for (const [index, texts, reason] of refused) {
    for (const text of texts) {
      it(`refuses ${JSON.stringify(text.slice(0, 24))} in field ${index + 1}, and says why`, () => {
        expect(rowEncoder(records, 1024).add(withField(index, text))).to.match(reason);
      });
    }
  }

  it("refuses too few and too many fields", () => {
    expect(rowEncoder(records, 1024).add(good.slice(1))).to.equal("5 fields instead of 6");
    expect(rowEncoder(records, 1024).add([...good, ""])).to.equal("7 fields instead of 6");
  });

  it("takes leap years as the calendar has them", () => {
    expect(rowEncoder(records, 1024).add(withField(date, "2000-02-29"))).to.equal("");
    expect(encoded(date, "1900-03-01")).to.equal(encodedDays("1900-03-01"));
    for (let year = 1; year <= 9999; year += 37) {
      const text = `${String(year).padStart(4, "0")}-12-31`;
      expect(encoded(date, text), text).to.equal(encodedDays(text));
    }
  });

  it("leaves nothing of a refused row behind, and makes room as rows come", () => {
    const encoder = rowEncoder(records, 16);
    const alone = rowEncoder(records, 16);
    alone.add(good);
    const row = Buffer.from(alone.take().bytes);
    for (let i = 0; i < 500; i++) {
      expect(encoder.add(good)).to.equal("");
      expect(encoder.add(withField(cardType, "x".repeat(51)))).not.to.equal("");
    }
    const { bytes, rows } = encoder.take();
    expect(rows).to.equal(500);
    expect(bytes.equals(Buffer.concat(Array.from({ length: 500 }, () => row)))).to.equal(true);
    expect(encoder.take().rows).to.equal(0);
  });

  it("frames rows as PostgreSQL's binary COPY does", () => {
    expect(copyHeader().toString("hex")).to.equal("5047434f50590aff0d0a00" + "00000000".repeat(2));
    expect(copyTrailer().toString("hex")).to.equal("ffff");
  });
});

/** The days since 2000-01-01, by JavaScript's own calendar. */
function encodedDays(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE((Date.parse(`${text}T00:00:00Z`) - Date.UTC(2000, 0, 1)) / 86_400_000);
  return bytes.toString("hex");
}

describe("The transform", () => {
  const rest = ["m", "EUR"] as const;
  it("doubles the amount exactly, and leaves the rest and its argument alone", () => {
    for (const [units, scale] of [
      [1, 2],
      [-7, 0],
      [999_999_999_999_999, 15],
      [0, 2],
    ] as const) {
      const row: Value[] = [1, ...rest, Object.freeze({ units, scale }), 8825, "visa"];
      expect(records.makeTransform()(Object.freeze(row))).to.deep.equal([
        1,
        ...rest,
        { units: 2 * units, scale },
        8825,
        "visa",
      ]);
    }
  });

  it("leaves NULL alone", () => {
    const row: Value[] = [null, ...rest, null, null, "visa"];
    expect(records.makeTransform()(row)).to.deep.equal(row);
  });
});
