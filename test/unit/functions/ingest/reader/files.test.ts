import { gzipSync } from "node:zlib";
import { as, both, coffee, corner, cornerRow, good, header, itReads, row } from "../../../../support/inputs";

describe("The reader of files as people have them, packed, encoded and under headers of their own,", () => {
  itReads([
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
    {
      what: "no header, declared",
      file: `${corner}\n${coffee}\n`,
      table: as({ header: "none" }),
      rows: both,
    },
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
  ]);
});
