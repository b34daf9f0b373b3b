import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { type Table, type TableDefinition, defineTable } from "../../../../../functions/ingest/table";
import records from "../../../../../tables/records";
import { read } from "../../../../support/pieces";

const header = "mcc,merchant,currency,amount,transaction_date,card_type";
const corner = "5411,Corner Market,EUR,1.50,2024-01-01,visa";
const coffee = "5812,Coffee,USD,3.20,2024-01-02,mastercard";
const good = `${header}\n${corner}\n${coffee}\n`;
const row = (
  mcc: string | null,
  merchant: string | null,
  currency: string | null,
  amount: string,
  date: string,
  card: string | null,
) => [mcc, merchant, currency, amount, date, card];
const cornerRow = row("5411", "Corner Market", "EUR", "3.00", "2024-01-01", "visa");
const coffeeRow = row("5812", "Coffee", "USD", "6.40", "2024-01-02", "mastercard");
const both = [cornerRow, coffeeRow];

/** The table records in another format. */
const as = (format: TableDefinition["format"], amount: TableDefinition["format"] = {}): Table =>
  defineTable({
    ...records,
    format: { nulls: ["NULL", "\\N", "nan", "NaN"], ...format },
    columns: records.columns.map(({ format: _, ...column }) => ({
      ...column,
      ...(column.name === "amount" && { format: amount }),
    })),
  });

interface Input {
  what: string;
  file: string | Buffer;
  table?: Table;
  rows?: (string | null)[][];
  /** Each as line, column and code. */
  rejects?: [line: number, column: string | undefined, code: string][];
  failure?: string | RegExp;
}

const amounts = (...written: string[]): string =>
  `${header}\n${written.map((amount) => `5411,x,EUR,${amount},2024-01-01,visa\n`).join("")}`;
const dates = (...written: string[]): string =>
  `${header}\n${written.map((date) => `5411,x,EUR,1,${date},visa\n`).join("")}`;
const amountRow = (amount: string) => row("5411", "x", "EUR", amount, "2024-01-01", "visa");
const dateRow = (date: string) => row("5411", "x", "EUR", "2.00", date, "visa");

const inputs: Input[] = [
  { what: "a good file", file: good, rows: both },
  { what: "a gzip", file: gzipSync(good), rows: both },
  {
    what: "a gzip of several members",
    file: Buffer.concat([gzipSync(`${header}\n${corner}\n`), gzipSync(`${coffee}\n`)]),
    rows: both,
  },
  { what: "a zip", file: Buffer.from("504b0304140000000000", "hex"), failure: "the file is a zip archive" },
  {
    what: "Latin-1 that is not declared",
    file: Buffer.from(`${header}\n${corner}\n5812,Café,EUR,3.20,2024-01-02,visa\n${coffee}\n`, "latin1"),
    rows: both,
    rejects: [[3, "merchant", "not-utf-8"]],
  },
  {
    what: "Latin-1 that is declared",
    file: Buffer.from(`${header}\n5812,Café Zürich,EUR,3.20,2024-01-02,visa\n`, "latin1"),
    table: as({ encoding: "latin1" }),
    rows: [row("5812", "Café Zürich", "EUR", "6.40", "2024-01-02", "visa")],
  },
  {
    what: "UTF-16 from Excel",
    file: Buffer.from(`\ufeff${good.replaceAll(",", "\t").replaceAll("\n", "\r\n")}`, "utf16le"),
    table: as({ delimiter: "auto" }),
    rows: both,
  },
  { what: "UTF-16 without a byte order mark", file: Buffer.from(good, "utf16le"), rows: both },
  { what: "UTF-16, big end first", file: Buffer.from(good, "utf16le").swap16(), rows: both },
  {
    what: "semicolons that are not declared",
    file: good.replaceAll(",", ";"),
    failure: 'the delimiter is ";" and not ","',
  },
  {
    what: "semicolons and decimal commas that are declared",
    file: good.replaceAll(",", ";").replaceAll("1.50", "1,50").replaceAll("3.20", "3,20"),
    table: as({ delimiter: ";", decimal: "," }),
    rows: both,
  },
  { what: "tabs", file: good.replaceAll(",", "\t"), table: as({ delimiter: "\t" }), rows: both },
  { what: "a sep= line", file: `sep=,\r\n${good.replaceAll("\n", "\r\n")}`, rows: both },
  { what: "a sep= line of another delimiter", file: `sep=;\r\n${good.replaceAll(",", ";")}`, rows: both },
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
  {
    what: "a header in another order",
    file: "merchant,mcc,currency,amount,transaction_date,card_type\nCorner Market,5411,EUR,1.50,2024-01-01,visa\n",
    rows: [["Corner Market", "5411", "EUR", "3.00", "2024-01-01", "visa"]],
  },
  {
    what: "a header in other letters and with blanks",
    file: `MCC, Merchant ,currency,"AMOUNT",Transaction_Date,card_type\n${corner}\n`,
    rows: [cornerRow],
  },
  { what: "an extra column", file: `${header},terminal_id\n${corner},X1\n`, rows: [cornerRow] },
  {
    what: "an extra column that is refused",
    file: `${header},terminal_id\n${corner},X1\n`,
    table: as({ extraColumns: "refuse" }),
    failure: "the file's header doesn't fit the table records: unknown: terminal_id",
  },
  {
    what: "an optional column that is missing",
    file: "mcc,merchant,currency,amount,transaction_date\n5411,Corner Market,EUR,1.50,2024-01-01\n",
    rows: [cornerRow.slice(0, 5)],
  },
  {
    what: "an optional column whose lack is refused",
    file: "mcc,merchant,currency,amount,transaction_date\n5411,Corner Market,EUR,1.50,2024-01-01\n",
    table: as({ missingColumns: "refuse" }),
    failure: "the file's header doesn't fit the table records: missing: card_type",
  },
  {
    what: "a required column that is missing, and a misspelt one",
    file: "mcc,merchant,currency,amout,transaction_date,card_type\n",
    failure: "the file's header doesn't fit the table records: missing: amount; unknown: amout",
  },
  {
    what: "a column that is there twice",
    file: `${header},Amount\n${corner},2\n`,
    failure: "the file's header doesn't fit the table records: twice: Amount",
  },
  { what: "a trailing comma in all lines", file: `${header},\n${corner},\n`, rows: [cornerRow] },
  { what: "a trailing comma in the header alone", file: `${header},\n${corner}\n`, rows: [cornerRow] },
  { what: "a trailing comma in the records alone", file: `${header}\n${corner},\n`, rows: [cornerRow] },
  {
    what: "no header",
    file: `${corner}\n${coffee}\n`,
    failure:
      /^the file has no header of the table records: missing: amount, transaction_date; its first line is "5411,/,
  },
  { what: "no header, declared", file: `${corner}\n${coffee}\n`, table: as({ header: "none" }), rows: both },
  {
    what: "no header and another delimiter",
    file: `${corner}\n${coffee}\n`.replaceAll(",", "|"),
    table: as({ header: "none", delimiter: "auto" }),
    rows: both,
  },
  { what: "the header again", file: `${header}\n${corner}\n${header}\n${coffee}\n`, rows: both },
  {
    what: "the header again, refused",
    file: `${header}\n${corner}\n${header}\n${coffee}\n`,
    table: as({ repeatedHeader: "reject" }),
    rows: both,
    rejects: [[3, undefined, "repeated-header"]],
  },
  {
    what: "lines before the header",
    file: `Exported by "Bank" Tool 4.2\nAccount: 1234\n\n${good}`,
    rows: both,
  },
  {
    what: "two lines before the header, counted",
    file: `${header}\nx\n${good}`,
    table: as({ skipLines: 2 }),
    rows: both,
  },
  {
    what: "lines that are not to be there",
    file: `x\n${good}`,
    table: as({ skipLines: 0 }),
    failure: /^the file has no header/,
  },
  { what: "a comment before the header", file: `# exported\n${good}`, rows: both },
  {
    what: "comments anywhere",
    file: `# a\n${header}\n# "b\n${corner}\n#c\n${coffee}\n# d`,
    table: as({ comment: "#" }),
    rows: both,
  },
  {
    what: "texts that mean NULL",
    file: `${header}\nNULL,a,EUR,1,2024-01-01,v\n\\N,b,EUR,1,2024-01-01,v\nNaN,c,EUR,1,2024-01-01,v\nN/A,d,EUR,1,2024-01-01,v\n1,NULL,"NULL",1,2024-01-01,\\N\n1,nan,,1,2024-01-01,""\n`,
    rows: [
      row(null, "a", "EUR", "2.00", "2024-01-01", "v"),
      row(null, "b", "EUR", "2.00", "2024-01-01", "v"),
      row(null, "c", "EUR", "2.00", "2024-01-01", "v"),
      row("1", null, "NULL", "2.00", "2024-01-01", null),
      row("1", null, "", "2.00", "2024-01-01", ""),
    ],
    rejects: [[5, "mcc", "not-a-whole-number"]],
  },
  {
    what: "empty texts that mean NULL",
    file: `${header}\n1,,"",1,2024-01-01,x\n`,
    table: as({ nulls: ["", "x"] }),
    rows: [row("1", null, "", "2.00", "2024-01-01", null)],
  },
  { what: "blank lines at the end", file: `${good}\n\n\r\n\n`, rows: both },
  { what: "rows of commas", file: `${good}${",,,,,\n".repeat(1200)}`, rows: both },
  {
    what: "rows of commas that are to be loaded",
    file: `${good},,,,,\n\n`,
    table: as({ emptyRows: "load" }),
    rows: both,
    rejects: [
      [4, "amount", "empty"],
      [5, undefined, "fields"],
    ],
  },
  {
    what: "inch marks",
    file: `${header}\n5411,6" Sub,EUR,1,2024-01-01,visa\n5411,"6"" Sub",EUR,1,2024-01-01,visa\n${corner}\n`,
    rows: [
      ...['6" Sub', '6" Sub'].map((merchant) => row("5411", merchant, "EUR", "2.00", "2024-01-01", "visa")),
      cornerRow,
    ],
  },
  {
    what: "backslashes before quotes, declared",
    file: `${header}\n5411,"Joe \\"The Best\\" Diner",EUR,1,2024-01-01,visa\n5411,"19\\"",EUR,1,2024-01-01,visa\n5411,"ends in backslash\\",EUR,1,2024-01-01,visa\n5411,"C:\\\\x\\n",EUR,1,2024-01-01,visa\n${corner}\n`,
    table: as({ escape: "backslash" }),
    rows: ['Joe "The Best" Diner', '19"', "ends in backslash\\", "C:\\x\\n"]
      .map((merchant) => row("5411", merchant, "EUR", "2.00", "2024-01-01", "visa"))
      .concat([cornerRow]),
  },
  {
    what: "backslashes before quotes, not declared",
    file: `${header}\n5411,"Joe \\"The Best\\" Diner",EUR,1,2024-01-01,visa\n5411,"ends in backslash\\",EUR,1,2024-01-01,visa\n${corner}\n`,
    rows: [row("5411", "ends in backslash\\", "EUR", "2.00", "2024-01-01", "visa"), cornerRow],
    rejects: [[2, undefined, "misquoted"]],
  },
  { what: "\\n behind a header with \\r\\n", file: good.replace("\n", "\r\n"), rows: both },
  {
    what: "\\r\\n behind a header with \\n",
    file: `${header}\n${`${corner}\n${coffee}\n`.replaceAll("\n", "\r\n")}`,
    rows: both,
  },
  { what: "\\r\\r\\n", file: good.replaceAll("\n", "\r\r\n"), rows: both },
  { what: "\\r", file: good.replaceAll("\n", "\r"), rows: both },
  { what: "Ctrl-Z at the end", file: `${good}\x1a`, rows: both },
  {
    what: "a row of sums",
    file: `${good}Total,,,4.70,,\n`,
    rows: both,
    rejects: [[4, "mcc", "not-a-whole-number"]],
  },
  {
    what: "a footer, declared",
    file: `${good}Total,,,4.70,,\nend\n\n`,
    table: as({ footer: 2 }),
    rows: both,
  },
  {
    what: "short and long rows",
    file: `${good}5411,Corner Market,EUR,1.50,2024-01-01\n${corner},x\n`,
    rows: both,
    rejects: [
      [4, undefined, "fields"],
      [5, undefined, "fields"],
    ],
  },
  {
    what: "short and long rows that are taken",
    file: `${header}\n5411,Corner Market,EUR,1.50,2024-01-01\n${corner},x,y\n1,a\n`,
    table: as({ shortRows: "null", longRows: "cut" }),
    rows: [Object.assign([...cornerRow], { 5: null }), cornerRow],
    rejects: [[4, "amount", "empty"]],
  },
  { what: "JSON", file: '{"mcc":5411}\n', failure: "the file is JSON" },
  {
    what: "a page of HTML",
    file: "<html><body>AccessDenied</body></html>\n",
    failure: "the file is an HTML page",
  },
  { what: "nothing", file: "", failure: "the file is empty" },
  {
    what: "an inch mark in the header",
    file: 'size 12",price\n1,2\n3,4\n5,6\n',
    table: defineTable({
      name: "sizes",
      columns: [
        { name: "size", header: 'size 12"', type: "integer" },
        { name: "price", type: "integer" },
      ],
    }),
    rows: [
      ["1", "2"],
      ["3", "4"],
      ["5", "6"],
    ],
  },
  {
    what: "numbers beyond int",
    file: 'Entity,Date,Supplier,Transaction number,Amount\nHMRC,05/01/2011,A,5100080972,"75,307.72"\nHMRC,06/01/2011,B,1700097407,"-2,610.12"\n',
    table: defineTable({
      name: "spending",
      columns: [
        { name: "day", header: "Date", type: "date", format: { dates: "DD/MM/YYYY" } },
        { name: "number", header: "Transaction number", type: "bigint" },
        { name: "amount", type: "numeric", format: { thousands: "," } },
      ],
    }),
    rows: [
      ["2011-01-05", "5100080972", "75307.72"],
      ["2011-01-06", "1700097407", "-2610.12"],
    ],
  },
  {
    what: 'texts as Excel guards them, ="…"',
    file: `${header}\n="5411",="007","=""x""",="1",2024-01-01,visa\n`,
    rows: [row("5411", "007", "x", "2.00", "2024-01-01", "visa")],
  },
  {
    what: "a field of 300,000 bytes",
    file: `${header}\n${corner}\n5411,"${"x".repeat(300_000)}",EUR,1,2024-01-01,visa\n${coffee}\n`,
    rows: both,
    rejects: [[3, undefined, "too-long"]],
  },
  {
    what: "a field of 300,000 bytes in many lines",
    file: `${header}\n${corner}\n5411,"${"x\n".repeat(150_000)}",EUR,1,2024-01-01,visa\n${coffee}\n`,
    rows: both,
    rejects: [[3, undefined, "too-long"]],
  },
];

describe("The reader of files as people have them", () => {
  for (const { what, file, table = records, rows = [], rejects = [], failure } of inputs) {
    it(`reads ${what}`, async () => {
      for (const pieceBytes of [7, 1000, 10_000, 128 * 1024]) {
        if (pieceBytes < 5000 && file.length > 100_000) continue;
        const found = await read(file, table, { pieceBytes });
        const order = table.columns.map(({ name }) => name).filter((name) => found.columns.includes(name));
        expect(found.failure ?? "").to.match(failure instanceof RegExp ? failure : /.*/);
        if (!(failure instanceof RegExp)) expect(found.failure).to.equal(failure);
        expect([...found.columns].sort()).to.deep.equal([...order].sort());
        expect(found.rows, `pieces of ${pieceBytes}`).to.deep.equal(rows);
        expect(found.rejects.map(({ line, column, code }) => [line, column, code])).to.deep.equal(rejects);
      }
    });
  }
});
