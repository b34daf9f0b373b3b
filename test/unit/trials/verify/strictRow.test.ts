import { expect } from "chai";
import { strictRow } from "../../../../trials/verify/strictRow";

describe("a strict row", () => {
  const good = ["5411", "Market", "USD", "10.00", "2019-01-01", "Credit"];
  const withField = (index: number, value: string) =>
    strictRow(good.map((field, i) => (i === index ? value : field)));
  const [mcc, merchant, currency, amount, date, cardType] = [0, 1, 2, 3, 4, 5] as const;

  it("has an mcc without leading zeros, or none", () => {
    for (const [text, expected] of [
      ["", undefined],
      ["0742", "742"],
      ["-2147483648", "-2147483648"],
      ["2147483647", "2147483647"],
    ] as const) {
      expect(withField(mcc, text)?.mcc, text).to.equal(expected);
      expect(withField(mcc, text), text).to.not.equal(undefined);
    }
  });

  it("has twice the amount, as PostgreSQL rounds it", () => {
    for (const [text, expected] of [
      ["12.34", 2468],
      ["-0.07", -14],
      ["-0.00", 0],
      ["7", 1400],
      ["7.", 1400],
      [".5", 100],
      ["+1.5", 300],
      ["0.0025", 1], // half a hundredth, away from zero
      ["-0.0025", -1],
      ["0.0024", 0],
      ["4999999999999.99", 999_999_999_999_998],
    ] as const) {
      expect(withField(amount, text)?.doubledCents, text).to.equal(expected);
    }
  });

  it("counts a merchant's characters, not its bytes or UTF-16 units", () => {
    const bytes = Buffer.from("é🍕東".repeat(33) + "x", "utf8").toString("latin1");
    expect(withField(merchant, bytes)?.merchantCharacters).to.equal(100);
    expect(withField(merchant, bytes)?.merchant).to.equal("é🍕東".repeat(33) + "x");
    expect(withField(merchant, `${bytes}x`)).to.equal(undefined);
  });

  const refused: readonly [index: number, values: readonly string[]][] = [
    [mcc, ["abc", "1.0", " 1", "1e3", "0x10", "1_000", "2147483648", "-2147483649", "-", "NaN"]],
    [merchant, ["x".repeat(101), "Caf\xe9", "a\0b"]],
    [currency, ["x".repeat(11)]],
    [
      amount,
      [
        "",
        ".",
        "-",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "1e3",
        "1,5",
        " 1",
        "$1",
        "5000000000000.00",
        "1.00000000000000000",
      ],
    ],
    [
      date,
      [
        "",
        "yesterday",
        "infinity",
        "2019-02-29",
        "2019-13-01",
        "2019-1-1",
        "01/02/2019",
        "2019-01-01 ",
        "0000-01-01",
      ],
    ],
    [cardType, ["x".repeat(51)]],
  ];
  for (const [index, values] of refused) {
    for (const value of values) {
      it(`is none with ${JSON.stringify(value.slice(0, 20))} in column ${index + 1}`, () => {
        expect(withField(index, value)).to.equal(undefined);
      });
    }
  }

  it("is none with fewer or more fields", () => {
    expect(strictRow(good.slice(1))).to.equal(undefined);
    expect(strictRow([...good, ""])).to.equal(undefined);
    expect(strictRow([""])).to.equal(undefined);
  });
});
