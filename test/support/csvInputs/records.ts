import { defineTable } from "../../../functions/ingest/table";
import { header, corner, coffee, good, row, cornerRow, both, as, type Input } from "./parts";

/** Records, line ends and values of many kinds. */
export const records: readonly Input[] = [
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
    what: "quotes behind blanks where texts are trimmed",
    file: `mcc, "merchant", currency,amount,transaction_date,card_type\n5411, "Market, Corner" ,EUR, "1.50",2024-01-01, visa \n1, "a" b,"x",1,2024-01-01, "c\n1,b,"x",1,2024-01-01,c\n`,
    table: as({ trim: true }),
    rows: [
      row("5411", "Market, Corner", "EUR", "3.00", "2024-01-01", "visa"),
      row("1", '"a" b', "x", "2.00", "2024-01-01", '"c'),
      row("1", "b", "x", "2.00", "2024-01-01", "c"),
    ],
  },
  {
    what: "quotes behind blanks where texts are not trimmed",
    file: `${header}\n5411, "Corner",EUR,1.50,2024-01-01,visa\n5411, "a, b",EUR,1.50,2024-01-01,visa\n`,
    rows: [row("5411", ' "Corner"', "EUR", "3.00", "2024-01-01", "visa")],
    rejects: [[3, undefined, "fields"]],
  },
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
    what: "Ctrl-Z, NUL and blanks on lines of their own, behind a footer",
    file: `${header}\n${corner}\n  \n${coffee}\nTotal 2\n \n\x1a\r\n\0\0\0`,
    table: as({ footer: 1 }),
    rows: both,
  },
  {
    what: "two files joined, each with a byte order mark and a header",
    file: `\ufeff${header}\n${corner}\n\ufeff${header}\n${coffee}\n`,
    rows: both,
  },
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
  { what: "a header and no record", file: `${header}\r\n`, rows: [] },
  { what: "a header without a line end", file: `\ufeff${header}`, rows: [] },
  {
    what: "quotes around the header's names, behind a byte order mark",
    file: `\ufeff"mcc","merchant","currency","amount","transaction_date","card_type"\r\n${corner}\r\n`,
    rows: [cornerRow],
  },
  {
    what: "line ends of three kinds",
    file: `${header}\n${corner}\r\n${coffee}\r\r\n${corner}\n"5411","a\r\nb\nc",,1,2024-01-01,v`,
    rows: [...both, cornerRow, row("5411", "a\r\nb\nc", "", "2.00", "2024-01-01", "v")],
  },
  {
    what: "NUL characters",
    file: `${header}\n5411,a\0b,EUR,1,2024-01-01,v\n${corner}\n5411,a,EUR,1\0,2024-01-01,v\n`,
    rows: [cornerRow],
    rejects: [
      [2, "merchant", "nul-character"],
      [4, "amount", "not-a-number"],
    ],
  },
  {
    what: "one column, with empty texts and blank lines",
    file: 'name\na\n\n""\n"b, c"\n',
    table: defineTable({ name: "names", columns: [{ name: "name", type: "text" }] }),
    rows: [["a"], [""], ["b, c"]],
  },
  { what: "JSON", file: '{"mcc":5411}\n', failure: "the file is JSON: export it as CSV" },
  {
    what: "a page of HTML",
    file: "<html><body>AccessDenied</body></html>\n",
    failure: "the file is an HTML page: look what the download answered",
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
