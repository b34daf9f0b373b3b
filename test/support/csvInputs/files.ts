import { gzipSync } from "node:zlib";
import { defineTable } from "../../../functions/ingest/table";
import {
  header,
  corner,
  coffee,
  good,
  row,
  cornerRow,
  both,
  as,
  amounts,
  dates,
  amountRow,
  dateRow,
  type Input,
} from "./parts";

const texts = (...columns: string[]) =>
  defineTable({ name: "texts", columns: columns.map((name) => ({ name, type: "text" })) });

/** Files packed, encoded and under headers of their own. */
export const files: readonly Input[] = [
  { what: "a good file", file: good, rows: both },
  { what: "a gzip", file: gzipSync(good), rows: both },
  {
    what: "a gzip of several members",
    file: Buffer.concat([gzipSync(`${header}\n${corner}\n`), gzipSync(`${coffee}\n`)]),
    rows: both,
  },
  {
    what: "a zip",
    file: Buffer.from("504b0304140000000000", "hex"),
    failure: "the file is a zip: unpack it first",
  },
  {
    what: "a gzip with zeros behind it",
    file: Buffer.concat([gzipSync(good), Buffer.alloc(600)]),
    rows: both,
  },
  {
    what: "a gzip with something else behind it",
    file: Buffer.concat([gzipSync(good), Buffer.from(`${corner}\n`)]),
    failure: /^the file is packed, and damaged or cut off: /,
  },
  {
    what: "a gzip cut off",
    file: gzipSync(good).subarray(0, -9),
    failure: /^the file is packed, and damaged/,
  },
  {
    what: "a gzip in a gzip",
    file: gzipSync(gzipSync(good)),
    failure: "what is packed is a gzip: unpack it first",
  },
  { what: "a gzip of UTF-16", file: gzipSync(Buffer.from(`\ufeff${good}`, "utf16le")), rows: both },
  ...(
    [
      ["7b5c727466315c616e7369", "an RTF text: save it as CSV"],
      ["425a683931415926", "a bzip2 archive: unpack it first"],
      ["fd377a585a0000", "an xz archive: unpack it first"],
      ["504152311504", "a Parquet file: export it as CSV"],
      ["4f52430a0b00", "an ORC file: export it as CSV"],
      ["d0cf11e0a1b11ae1", "an Excel workbook (xls): save the sheet as CSV"],
      [
        "504b03041400060008000000210000005b436f6e74656e745f54797065735d2e786d6c",
        "an Excel workbook (xlsx): save the sheet as CSV",
      ],
      [
        `504b0304140000080000${Buffer.from("mimetypeapplication/vnd.oasis.opendocument.spreadsheet").toString("hex")}`,
        "an OpenDocument sheet: save it as CSV",
      ],
    ] as const
  ).flatMap(([bytes, failure]): Input[] => [
    { what: failure, file: Buffer.from(bytes, "hex"), failure: `the file is ${failure}` },
    {
      what: `${failure}, in a gzip`,
      file: gzipSync(Buffer.from(bytes, "hex")),
      failure: `what is packed is ${failure}`,
    },
  ]),
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
    failure:
      /^the delimiter is ";" and not ",": in tables\/records.ts say format: \{ delimiter: ";" \}, .*npm run table -- new FILE/,
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
    rows: [cornerRow],
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
    failure:
      /^the file's header doesn't fit the table records: unknown: terminal_id\. In tables\/records.ts .* npm run table -- new FILE/,
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
    failure:
      /^the file's header doesn't fit the table records: missing: card_type\. In tables\/records.ts .* npm run table -- new FILE/,
  },
  {
    what: "a required column that is missing, and a misspelt one",
    file: "mcc,merchant,currency,amout,transaction_date,card_type\n",
    failure:
      /^the file's header doesn't fit the table records: missing: amount; unknown: amout\. In tables\/records.ts .* npm run table -- new FILE/,
  },
  {
    what: "a column that is there twice",
    file: `${header},Amount\n${corner},2\n`,
    failure:
      /^the file's header doesn't fit the table records: twice: Amount\. In tables\/records.ts .* npm run table -- new FILE/,
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
  {
    what: "a header that begins with a signature's letters",
    file: "ORCID,n\nx,1\n",
    table: texts("ORCID", "n"),
    rows: [["x", "1"]],
  },
  {
    what: "names in angle brackets between tabs",
    file: "<DATE>\t<TIME>\nx\t1\n",
    table: texts("<DATE>", "<TIME>"),
    failure: /^the delimiter is "\\t" and not ","/,
  },
  { what: "no header, declared", file: `${corner}\n${coffee}\n`, table: as({ header: "none" }), rows: both },
];
