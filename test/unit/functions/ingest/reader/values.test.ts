import { expect } from "chai";
import type { ColumnType } from "../../../../../functions/ingest/reader/types";
import { defineTable } from "../../../../../functions/ingest/table";
import { type Input, as, header, itReads, row } from "../../../../support/inputs";
import { read } from "../../../../support/pieces";

const amounts = (...written: string[]): string =>
  `${header}\n${written.map((amount) => `5411,x,EUR,${amount},2024-01-01,visa\n`).join("")}`;
const dates = (...written: string[]): string =>
  `${header}\n${written.map((date) => `5411,x,EUR,1,${date},visa\n`).join("")}`;
const amountRow = (amount: string) => row("5411", "x", "EUR", amount, "2024-01-01", "visa");
const dateRow = (date: string) => row("5411", "x", "EUR", "2.00", date, "visa");

describe("The reader of files as people have them, with values as they write them,", () => {
  itReads([
    {
      what: "numbers as people write them",
      file: amounts(
        '"12,50"',
        '"1,234.50"',
        "$12.50",
        "(12.50)",
        "12.50-",
        "1.25E+03",
        "5e-05",
        "19.990000000000002",
        " 12.50",
        "12.50 ",
        "12.50",
      ),
      rows: ["2500.00", "0.00", "39.98", "25.00", "25.00", "25.00"].map(amountRow),
      rejects: [2, 3, 4, 5, 6].map((line) => [line, "amount", "not-a-number"]),
    },
    {
      what: "declared thousands, currency and parentheses",
      file: amounts(
        '"1,234.50"',
        "$12.50",
        "($12.50)",
        "-$1",
        "$ 3",
        '"12,50"',
        '"1,2345"',
        '"1234,567"',
        "$",
        "--1",
        "(-1)",
      ),
      table: as({}, { thousands: ",", currency: ["$"], parentheses: true }),
      rows: ["2469.00", "25.00", "-25.00", "-2.00", "6.00"].map(amountRow),
      rejects: [7, 8, 9, 10, 11, 12].map((line) => [line, "amount", "not-a-number"]),
    },
    {
      what: "blanks and apostrophes between thousands, and a currency behind",
      file: amounts("1 234.5", "1\u00a0234.5 €", "1\u202f234 567"),
      table: as({}, { thousands: " ", currency: ["€"] }),
      rows: ["2469.00", "2469.00", "2469134.00"].map(amountRow),
    },
    {
      what: "Swiss thousands",
      file: amounts("1'234.5", "1’234.5"),
      table: as({}, { thousands: "'" }),
      rows: ["2469.00", "2469.00"].map(amountRow),
    },
    {
      what: "integers as pandas writes those with gaps",
      file: `${header}\n5411.0,a,EUR,1.5,2024-01-01,v\n,b,USD,3.2,2024-01-02,v\n5812.5,c,USD,3.2,2024-01-02,v\n`,
      rows: [
        row("5411", "a", "EUR", "3.00", "2024-01-01", "v"),
        row(null, "b", "USD", "6.40", "2024-01-02", "v"),
      ],
      rejects: [[4, "mcc", "not-a-whole-number"]],
    },
    {
      what: "dates of which ISO 8601 has some",
      file: dates(
        "31/01/2024",
        "01/31/2024",
        "31.01.2024",
        "2024/01/31",
        "20240131",
        "2024-01-31 00:00:00",
        "2024-01-31T00:00:00Z",
        "2024-01-31T23:30:00+02:00",
        "31-Jan-2024",
        "2024-1-5",
        "2024-01-31",
        "2024-01-31x",
        "2024-01-31 25:00",
        "2024-01-31T",
      ),
      rows: ["2024-01-31", "2024-01-31", "2024-01-31", "2024-01-31"].map(dateRow),
      rejects: [2, 3, 4, 5, 6, 10, 11, 13, 14, 15].map((line) => [line, "transaction_date", "not-a-date"]),
    },
    ...(
      [
        ["DD/MM/YYYY", "31/01/2024"],
        ["MM/DD/YYYY", "01/31/2024"],
        ["DD.MM.YYYY", "31.01.2024"],
        ["YYYY/MM/DD", "2024/01/31"],
        ["YYYYMMDD", "20240131"],
        ["DD-MMM-YYYY", "31-Jan-2024"],
        ["MMMM D YYYY", "January 31 2024"],
        ["M/D/YY", "1/31/24"],
        ["DD.MM.YYYY HH:mm", "31.01.2024 12:30"],
      ] as const
    ).map(([pattern, written]): Input => ({
      what: `dates declared as ${pattern}`,
      file: dates(written, `${written} 09:15:00`, "2024-01-31"),
      table: as({ dates: pattern }),
      rows: pattern.includes("HH") ? [dateRow("2024-01-31")] : [dateRow("2024-01-31"), dateRow("2024-01-31")],
      rejects: pattern.includes("HH")
        ? [3, 4].map((line) => [line, "transaction_date", "not-a-date"])
        : [[4, "transaction_date", "not-a-date"]],
    })),
  ]);
});

describe("The reader of decimals", () => {
  const exactly = (type: ColumnType, times: number, written: string[]) =>
    read(
      `a\n${written.join("\n")}\n`,
      defineTable({ name: "decimals", columns: [{ name: "a", type, times }] }),
    ).then(({ rows, rejects }) => [rows.flat(), rejects.map(({ line, code }) => [line, code])]);

  it("makes of short and long ones the same, on either side of each bound", async () => {
    const short = [
      "0",
      "-0",
      "1",
      "9999.99",
      "10000",
      "100000000",
      "99999999.9",
      "12345678",
      "0.01",
      "-.5",
      "5.",
    ];
    const long = short.map((each) => `000000000000${each}`.replace("000000000000-", "-000000000000"));
    const wanted = short.map((each) => (Number(each) * 3).toFixed(2).replace("-0.00", "0.00"));
    for (const written of [short, long])
      expect(await exactly("numeric(15,2)", 3, written)).to.deep.equal([wanted, []]);
  });

  it("rejects what is beyond the column's precision, after it was multiplied", async () => {
    const found = await exactly("numeric(6,2)", 2, [
      "4999.99",
      "5000",
      "-5000.00",
      "4999.999",
      "49999999999",
    ]);
    const rejects = [3, 4, 5, 6].map((line) => [line, "beyond-precision"]);
    expect(found).to.deep.equal([["9999.98"], rejects]);
  });
});
