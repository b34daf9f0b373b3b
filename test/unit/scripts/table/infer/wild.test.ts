import * as zlib from "node:zlib";
import { expect } from "chai";
import { good, goodTypes, header, infer, refusal, rows, typesOf } from "./support";

const { gzipSync } = zlib;
/** Node has it from 22.15 on. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: (text: string) => Buffer };
const utf16be = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const tabbed = good.replaceAll(",", "\t");

/** Files as people have them, that hold the same two rows. */
const same: readonly (readonly [string, string | Buffer, object])[] = [
  ["as it should be", good, {}],
  ["gzip", gzipSync(good), {}],
  ["gzip of two members", Buffer.concat([gzipSync(good.slice(0, 70)), gzipSync(good.slice(70))]), {}],
  ...(zstdCompressSync ? [["zstd", zstdCompressSync(good), {}] as const] : []),
  ["with a byte order mark", `\ufeff${good}`, {}],
  ["UTF-16 from Excel", Buffer.from(`\ufeff${tabbed}`, "utf16le"), { delimiter: "\t", encoding: "utf-16" }],
  ["UTF-16 big endian", utf16be(`\ufeff${good}`), { encoding: "utf-16" }],
  ["UTF-16 without a mark", Buffer.from(good, "utf16le"), { encoding: "utf-16" }],
  ["UTF-16 big endian without a mark", utf16be(good), { encoding: "utf-16" }],
  ["tabs", tabbed, { delimiter: "\t" }],
  ["bars", good.replaceAll(",", "|"), { delimiter: "|" }],
  ["carets", good.replaceAll(",", "^"), { delimiter: "^" }],
  ["Excel's sep line", `sep=,\r\n${good.replaceAll("\n", "\r\n")}`, {}],
  ["Excel's sep line with another sign", `sep=;\r\n${good.replaceAll(",", ";")}`, { delimiter: ";" }],
  ["header twice behind byte order marks", `\ufeff${header}\n${rows[0]}\n\ufeff${header}\n${rows[1]}\n`, {}],
  ["Ctrl-Z on a line of its own", `${good}\x1a\r\n`, {}],
  ["header twice", [header, rows[0], header, rows[1], ""].join("\n"), {}],
  ["preamble", `Exported by Bank Tool 4.2\nAccount: 1234\n\n${good}`, {}],
  ["preamble of a spreadsheet", `Exported by Bank Tool,,,,,\n,,,,,\n${good}`, {}],
  ["comment line", `# exported 2024-01-01\n${good}`, { comment: "#" }],
  ["comment lines within", `${header}\n${rows[0]}\n# a note, with a comma\n${rows[1]}\n`, { comment: "#" }],
  ["trailing empty lines", `${good}\n\n\r\n\n`, {}],
  ["rows of delimiters", `${good}${",,,,,\n".repeat(5)}`, {}],
  ["a trailing delimiter in each line", good.replaceAll("\n", ",\n"), {}],
  ["a trailing delimiter in the records alone", [header, ...rows.map((row) => `${row},`), ""].join("\n"), {}],
  ["CRLF", good.replaceAll("\n", "\r\n"), {}],
  ["LF header, CRLF records", `${header}\n${rows[0]}\r\n${rows[1]}\r\n`, {}],
  ["CRLF header, LF records", `${header}\r\n${rows[0]}\n${rows[1]}\n`, {}],
  ["CR CR LF", good.replaceAll("\n", "\r\r\n"), {}],
  ["lone CR", good.replaceAll("\n", "\r"), {}],
  ["no line end at the end", good.trimEnd(), {}],
  ["Ctrl-Z at the end", `${good}\x1a`, {}],
  ["everything quoted", good.replaceAll(/[^,\n]+/g, '"$&"'), {}],
  ["everything quoted by apostrophes", good.replaceAll(/[^,\n]+/g, "'$&'"), { quote: "'" }],
  ["everything quoted between tabs", tabbed.replaceAll(/[^\t\n]+/g, '"$&"'), { delimiter: "\t" }],
  [
    "Excel's sep line with a sign of regular expressions",
    `sep=*\r\n${good.replaceAll(",", "*")}`,
    { delimiter: "*" },
  ],
  ["a sep line that names no delimiter", `sep="\r\n${good}`, {}],
  ["blanks behind the delimiters", good.replaceAll(",", ", "), { trim: true }],
  ["blanks before quotes", good.replaceAll(/,([^,\n]+)/g, ', "$1"'), { trim: true }],
  ["blanks before one quote", good.replace(",Coffee", ', "Coffee"'), { trim: true }],
  ["a footer", `${good}\nSource: the bank\nAll figures without warranty\n`, { footer: 2 }],
];

describe("a file's format, found from its bytes", () => {
  for (const [what, content, format] of same)
    it(`finds the same two rows: ${what}`, async () => {
      const found = await infer(content);
      expect(typesOf(found)).to.deep.equal(goodTypes);
      expect(found.counts).to.include({ rows: 2, malformed: 0, longRows: 0, shortRows: 0 });
      expect(found.definition.format).to.deep.equal({ delimiter: ",", ...format });
    });

  const single: readonly (readonly [string, string, string])[] = [
    ["times of day", "t\n12:30\n1:05\n", "time"],
    ["points in time", "2024-01-01 00:00:00\n2024-01-02 00:00:00\n", "timestamp"],
    ["two words", `name\n${"Anna Smith\nBob Jones\n".repeat(20)}`, "text"],
    ["texts with commas", 'txt\n"a, b, c"\n"he said ""hi"", then left"\n', "text"],
  ];
  for (const [what, content, type] of single)
    it(`finds one column: ${what}`, async () => {
      expect((await infer(content)).definition.columns.map((c) => c.type)).to.deep.equal([type]);
    });

  it("finds blanks between numbers", async () => {
    const { definition } = await infer("lat lon name\n1.5 2.5 a\n1.6 2.6 b\n1.7 2.7 c\n");
    expect(definition.format.delimiter).to.equal(" ");
    expect(definition.columns.map(({ type }) => type)).to.deep.equal(["numeric", "numeric", "text"]);
  });

  it("takes # for the start of a name where the header has it", async () => {
    expect(Object.keys(typesOf(await infer("#id,name\n1,a\n2,b\n")))).to.deep.equal(["id", "name"]);
  });

  it("reads columns in any order, more of them or less", async () => {
    expect(Object.keys(typesOf(await infer("merchant,mcc\nCorner Market,5411\n")))).to.deep.equal([
      "merchant",
      "mcc",
    ]);
    expect(
      typesOf(
        await infer(good.replaceAll(/$/gm, ",X1").replace("type,X1", "type,terminal_id").replace(/,X1$/, "")),
      ),
    ).to.have.keys([...Object.keys(goodTypes), "terminal_id"]);
  });

  it("finds semicolons with decimal commas", async () => {
    const { definition } = await infer(
      `${header.replaceAll(",", ";")}\n5411;Corner Market;EUR;1,50;2024-01-01;visa\n5812;Coffee;USD;3,20;2024-01-02;mastercard\n`,
    );
    expect(definition.format.delimiter).to.equal(";");
    expect(definition.columns[3]).to.deep.equal({
      name: "amount",
      type: "numeric",
      format: { decimal: "," },
    });
    expect(definition.columns[0]?.type).to.equal("integer");
  });

  it("finds Latin letters of one byte, and asks whether they are right", async () => {
    const found = await infer(Buffer.from(`${good}5812,Café Zürich,EUR,3.20,2024-01-02,visa\n`, "latin1"));
    expect(found.definition.format.encoding).to.equal("windows-1252");
    expect(found.unsure[0]?.question).to.contain("Café Zürich");
  });

  it("reads the signs that Windows-1252 has more than Latin-1, in names too", async () => {
    const { definition } = await infer(Buffer.from("Preis \x80,Ort\n1,K\xf6ln\n", "latin1"));
    expect(definition.columns[0]?.header).to.equal("Preis €");
  });

  it("takes one pair of letters that could be UTF-8 for no sign of it", async () => {
    const text = `${header}\n${"5812,Café,EUR,3.20,2024-01-02,visa\n".repeat(20)}5812,Ã©,EUR,3.20,2024-01-02,visa\n`;
    expect((await infer(Buffer.from(text, "latin1"))).definition.format.encoding).to.equal("windows-1252");
  });

  it("finds letters of one byte that come first behind the head of the file", async () => {
    const lines = `${rows[0]}\n`.repeat(20_000);
    const found = await infer(
      Buffer.from(`${header}\n${lines}5812,Caf\xe9,EUR,3.20,2024-01-02,visa\n`, "latin1"),
    );
    expect(found.definition.format.encoding).to.equal("windows-1252");
    expect(found.counts.rows).to.equal(20_001);
  });

  it("keeps UTF-8 where only a few bytes are wrong, and says so", async () => {
    const text = Buffer.from(`${header}\n${"5411,Bäckerei,EUR,1.50,2024-01-01,visa\n".repeat(50)}5411,`);
    const found = await infer(
      Buffer.concat([text, Buffer.from("Caf\xe9,EUR,1.50,2024-01-01,visa\n", "latin1")]),
    );
    expect(found.definition.format.encoding).to.equal(undefined);
    expect(found.unsure.map(({ question }) => question).join()).to.contain("1 bytes aren't UTF-8");
  });

  it("keeps UTF-8 where wrong bytes come far behind many letters in UTF-8", async () => {
    const [letters, plain] = ["Bäckerei", "Bakery"].map((name) =>
      `5411,${name},EUR,1.50,2024-01-01,visa\n`.repeat(28_000),
    );
    const found = await infer(
      Buffer.concat([
        Buffer.from(`${header}\n${letters}${plain}`),
        Buffer.from("5411,Caf\xe9,EUR,1,2024-01-01,v\n", "latin1"),
      ]),
    );
    expect(found.definition.format.encoding).to.equal(undefined);
    expect(found.unsure.map(({ question }) => question).join()).to.contain("1 bytes aren't UTF-8");
  });

  it("takes an inch mark in a header or a field for a letter", async () => {
    const found = await infer('size 12",price\n1,2\n3,4\n5,6\n');
    expect(found.definition.columns).to.deep.equal([
      { name: "size_12", header: 'size 12"', type: "integer" },
      { name: "price", type: "integer" },
    ]);
    expect((await infer(`${header}\n5411,6" Sub,EUR,1,2024-01-01,visa\n${rows[0]}\n`)).counts.rows).to.equal(
      2,
    );
  });

  it("finds backslashes before quotes", async () => {
    const found = await infer(
      `${header}\n5411,"Joe \\"The Best\\" Diner",EUR,1,2024-01-01,visa\n5411,"19\\"",EUR,1,2024-01-01,visa\n`,
    );
    expect(found.definition.format.escape).to.equal("backslash");
    expect(found.counts).to.include({ rows: 2, malformed: 0 });
  });

  it("tells records that will be rejected: another width, a quote out of place", async () => {
    const found = await infer(
      `${good}5411,short,EUR\n5411,"a"b,EUR,1,2024-01-01,visa\n1,2,3,4,5,6,7\n${rows[0]}\n`,
    );
    expect(found.counts).to.include({ rows: 3, shortRows: 1, longRows: 1, malformed: 1 });
    expect(found.unsure[0]?.question).to.contain("line 4").and.to.contain("5411,short");
    expect(typesOf(found)).to.deep.equal(goodTypes);
  });

  it("fills up short rows where all that they have fits", async () => {
    const found = await infer(`a,b,c,d\n${"1,2024-01-01\n2,2024-01-02,x,y\n".repeat(5)}1,2024-01-01,x,y,z\n`);
    expect(found.counts.longRows).to.equal(1);
    expect(found.definition.format.shortRows).to.equal("null");
    expect(found.counts.rows).to.equal(10);
  });

  it("requires no column that short rows lack", async () => {
    const { definition, columns } = await infer(
      `a,b,c\n${"1,2024-01-01,x\n".repeat(120)}${"1,2024-01-01\n".repeat(4)}`,
    );
    expect(definition.format.shortRows).to.equal("null");
    expect(definition.columns.map(({ required }) => required)).to.deep.equal([true, true, undefined]);
    expect(columns.map(({ nulls }) => nulls)).to.deep.equal([0, 0, 4]);
  });

  it("does not fill up short rows whose values are in the wrong columns", async () => {
    const found = await infer(
      `a,b,c\n${"1,2024-01-01,x\n".repeat(9)}${"2024-01-02,y\n".repeat(4)}2,2024-01-01,x\n`,
    );
    expect(found.definition.format.shortRows).to.equal(undefined);
    expect(found.counts).to.include({ rows: 10, shortRows: 4 });
  });

  it("cuts what long rows have more when it is blank", async () => {
    const found = await infer(`a,b\n${"1,2,,\n".repeat(4)}`);
    expect(found.definition.format.longRows).to.equal("cut");
    expect(found.counts.rows).to.equal(4);
  });

  it("stops at the end of a sample", async () => {
    const long = `${header}\n${`${rows[0]}\n`.repeat(60_000)}`;
    const { counts } = await infer(long, { sampleBytes: 1000 });
    expect(counts.rows).to.be.greaterThan(100).and.lessThan(60_000);
  });

  it("tells when a file holds more than one table", async () => {
    const found = await infer(`${good},,,,,\nRefunds,,,,,\n${header}\n${rows[0]}\n`);
    const told = found.unsure.map(({ question }) => question).join();
    expect(told).to.contain("Refunds").and.to.contain("The header comes again 1 times, first in line 6");
  });

  it("tells of signs that were lost when a file was converted", async () => {
    const found = await infer(good.replace("Corner Market", "HR \u0096 Pensions"));
    expect(found.unsure[0]?.question).to.contain("HR \\u0096 Pensions".replace("\\u0096", "\u0096"));
  });
});

describe("a file that is no CSV", () => {
  const kinds: readonly (readonly [string, string | Buffer, string])[] = [
    ["zip", Buffer.from("PK\x03\x04\x14\x00a.csv", "latin1"), "the file is a zip: unpack it first"],
    [
      "xlsx",
      Buffer.from("PK\x03\x04\x14\x00[Content_Types].xml", "latin1"),
      "the file is an Excel workbook (xlsx): save the sheet as CSV",
    ],
    [
      "xls",
      Buffer.from("d0cf11e0a1b11ae1", "hex"),
      "the file is an Excel workbook (xls): save the sheet as CSV",
    ],
    [
      "zstd",
      Buffer.from("28b52ffd00", "hex"),
      zstdCompressSync
        ? "the file is packed, and damaged or cut off: unexpected end of file. Pack and upload it again"
        : "the file is a zstd archive, which this version of Node can't unpack: unpack it first",
    ],
    ["bzip2", "BZh91AY", "the file is a bzip2 archive: unpack it first"],
    ["xz", Buffer.from("fd377a585a0000", "hex"), "the file is an xz archive: unpack it first"],
    ["parquet", "PAR1....", "the file is a Parquet file: export it as CSV"],
    ["zip in gzip", gzipSync("PK\x03\x04....x"), "what is packed is a zip: unpack it first"],
    [
      "a gzip cut off",
      gzipSync(good).subarray(0, 40),
      "the file is packed, and damaged or cut off: unexpected end of file. Pack and upload it again",
    ],
    [
      "binary",
      Buffer.from([1, 0, 2, 0, 0, 0, 9, 8, 0, 0, 7, 7, 0]),
      "the file is binary (it has zero bytes): export it as CSV",
    ],
    [
      "html",
      "<html><body>AccessDenied</body></html>",
      "the file is an HTML page: look what the download answered",
    ],
    [
      "html with a doctype",
      "\n<!DOCTYPE html>\n<p>",
      "the file is an HTML page: look what the download answered",
    ],
    ["xml", '<?xml version="1.0"?><a/>', "the file is XML: export it as CSV"],
    ["json", '{"mcc":5411}\n', "the file is JSON: export it as CSV"],
    ["json array", '[\n {"mcc":5411}]', "the file is JSON: export it as CSV"],
    ["empty", "", "the file is empty: it has no header and no records"],
    ["too wide", `${"a,".repeat(2000)}b`, "it has 2001 columns, and PostgreSQL's tables at most 1600"],
    ["nothing but blank lines", "\n\n\n", "the file has no header and no records, only blank lines"],
    ["nothing but a byte order mark", "\ufeff", "the file is empty: it has no header and no records"],
  ];
  for (const [what, content, sentence] of kinds)
    it(`is refused by name: ${what}`, async () => {
      expect(await refusal(content)).to.equal(sentence);
    });
});
