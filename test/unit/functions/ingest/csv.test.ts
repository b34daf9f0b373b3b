import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { records } from "../../../../functions/ingest/columns";
import { readHeader } from "../../../../functions/ingest/csv";
import type { RowEncoder } from "../../../../functions/ingest/encode";
import { type PieceOptions, type Reject, readPieces } from "../../../../functions/ingest/pieces";

interface Read {
  rows: string[][];
  rejects: Reject[];
  offset: number;
  failure?: string;
}

/** What the reader makes of a file, with an encoder that keeps the fields and refuses an mcc of "bad". */
async function read(content: string | Buffer, options: Partial<PieceOptions> = {}): Promise<Read> {
  const bytes = Buffer.from(content);
  const result: Read = { rows: [], rejects: [], offset: 0 };
  let added: string[][] = [];
  const encoder: RowEncoder = {
    add: (fields) => {
      if (fields[0] === "bad" || fields.length !== 6) return "refused";
      added.push(fields.map((field) => Buffer.from(field, "latin1").toString("utf8")));
      return "";
    },
    reset: () => (added = []),
    take: () => {
      result.rows.push(...added);
      added = [];
      return { bytes: Buffer.alloc(0), rows: 0 };
    },
    giveBack: () => undefined,
  };
  const all = { table: records, pieceBytes: 64, maxRecordBytes: 80, maxRejects: 100, ...options };
  const start = { offset: 0, newline: undefined, size: bytes.length };
  for await (const piece of readPieces(Readable.from([bytes]), start, encoder, all)) {
    expect(piece.offset, "offsets only grow").to.be.at.least(result.offset);
    result.rejects.push(...piece.rejects);
    result.offset = piece.offset;
    if (piece.failure !== undefined) result.failure = piece.failure;
  }
  return result;
}

const header = "mcc,merchant,currency,amount,transaction_date,card_type";
const row = (merchant: string, mcc = "1"): string[] => [mcc, merchant, "EUR", "2", "2024-01-01", "visa"];
const tail = "EUR,2,2024-01-01,visa";

describe("The reader of CSV files", () => {
  const shapes: { title: string; text: string; rows: string[][] }[] = [
    { title: "a header alone", text: `${header}\n`, rows: [] },
    { title: "a header without a line end", text: header, rows: [] },
    { title: "rows with \\n", text: `${header}\n1,a,${tail}\n1,b,${tail}\n`, rows: [row("a"), row("b")] },
    {
      title: "rows with \\r\\n",
      text: `${header}\r\n1,a,${tail}\r\n1,b,${tail}\r\n`,
      rows: [row("a"), row("b")],
    },
    { title: "rows with \\r", text: `${header}\r1,a,${tail}\r1,b,${tail}\r`, rows: [row("a"), row("b")] },
    { title: "no final line end", text: `${header}\n1,a,${tail}\n1,b,${tail}`, rows: [row("a"), row("b")] },
    { title: "no final \\r\\n", text: `${header}\r\n1,a,${tail}`, rows: [row("a")] },
    { title: "a byte order mark", text: `\ufeff${header}\n1,a,${tail}\n`, rows: [row("a")] },
    { title: "a quoted header", text: `"mcc",${header.slice(4)}\n1,a,${tail}\n`, rows: [row("a")] },
    {
      title: "blank lines",
      text: `${header}\n\n1,a,${tail}\n\n\n1,b,${tail}\n\n`,
      rows: [row("a"), row("b")],
    },
    { title: "blank \\r\\n lines", text: `${header}\r\n\r\n1,a,${tail}\r\n\r\n`, rows: [row("a")] },
    { title: "quotes in quotes", text: `${header}\n1,"a ""b"", ""c""",${tail}\n`, rows: [row('a "b", "c"')] },
    { title: "a quote inside a field", text: `${header}\n1,5" disk,${tail}\n`, rows: [row('5" disk')] },
    { title: "an empty quoted field", text: `${header}\n1,"",${tail}\n`, rows: [row("")] },
    {
      title: "line ends in quotes",
      text: `${header}\n1,"a\nb\r\nc\rd",${tail}\n`,
      rows: [row("a\nb\r\nc\rd")],
    },
    {
      title: "the file's own line end in quotes",
      text: `${header}\r\n1,"a\r\nb\nc",${tail}\r\n1,d,${tail}\r\n`,
      rows: [row("a\r\nb\nc"), row("d")],
    },
    { title: "a quoted last field", text: `${header}\n1,a,EUR,2,2024-01-01,"visa"`, rows: [row("a")] },
    { title: "characters of 2, 3 and 4 bytes", text: `${header}\n1,äß€🍕,${tail}\n`, rows: [row("äß€🍕")] },
  ];
  for (const { title, text, rows } of shapes) {
    it(`reads ${title}, whatever the size of a piece`, async () => {
      const size = Buffer.byteLength(text);
      for (let pieceBytes = 1; pieceBytes <= size + 1; pieceBytes++) {
        const result = await read(text, { pieceBytes, maxRecordBytes: 1000 });
        expect(result, `pieces of ${pieceBytes} bytes`).to.deep.equal({ rows, rejects: [], offset: size });
      }
    });
  }

  it("makes the same rows and rejects of a nasty file, whatever the size of a piece", async () => {
    const lines = [
      `1,good,${tail}`,
      `bad,"refused, with a\nline break",${tail}`,
      `1,"ä ""quoted"" one",${tail}`,
      `1,"not closed,${tail}`,
      `1,after it,${tail}`,
      `1,"closed"too early,${tail}`,
      "1,too,few",
      "",
      `1,cr at the end,${tail}\r`,
      `1,"fine again",${tail}`,
      `bad,🍕,${tail}`,
      `1,"the file ends in a quote,${tail}`,
    ];
    const text = `\ufeff${header}\n${lines.join("\n")}`;
    const reject = (line: number, reason: string) => ({
      byteOffset: Buffer.byteLength(
        `\ufeff${header}\n${lines
          .slice(0, line)
          .map((l) => `${l}\n`)
          .join("")}`,
      ),
      reason,
      record: lines[line],
    });
    const misquoted = "a quote is not closed, or text follows a closing quote";
    const rejects = [
      reject(1, "refused"),
      reject(3, misquoted),
      reject(5, misquoted),
      reject(6, "refused"),
      reject(8, "the line ends with a carriage return, unlike the header"),
      reject(10, "refused"),
      reject(11, misquoted),
    ];
    const rows = [row("good"), row('ä "quoted" one'), row("after it"), row("fine again")];
    const size = Buffer.byteLength(text);
    for (let pieceBytes = 1; pieceBytes <= size + 1; pieceBytes++) {
      const result = await read(text, { pieceBytes, maxRecordBytes: 1000 });
      expect(result, `pieces of ${pieceBytes} bytes`).to.deep.equal({ rows, rejects, offset: size });
    }
  });

  it("gives up only the line of a quote that is not closed, though the rest of the file is longer than a record", async () => {
    const good = `1,good,${tail}\n`.repeat(50);
    const text = `${header}\n${good}1,"open,${tail}\n${good}`;
    for (const pieceBytes of [1, 7, 64, 1000, 10_000]) {
      const result = await read(text, { pieceBytes });
      expect(result.rows.length, `pieces of ${pieceBytes}`).to.equal(100);
      expect(result.rejects).to.deep.equal([
        {
          byteOffset: Buffer.byteLength(`${header}\n${good}`),
          reason: "the record is longer than 80 bytes, or a quote is not closed",
          record: `1,"open,${tail}`,
        },
      ]);
    }
  });

  it("keeps a reject's text as PostgreSQL can store it", async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${header}\nbad,a\0b`),
      Buffer.from([0xff]),
      Buffer.from(`,${tail}\n`),
    ]);
    const { rejects } = await read(bytes);
    expect(rejects[0]?.record).to.equal(`bad,a\ufffdb\ufffd,${tail}`);
  });

  const failures: {
    title: string;
    text: string | Buffer;
    options?: Partial<PieceOptions>;
    failure: RegExp;
  }[] = [
    { title: "an empty file", text: "", failure: /header is "" and must be "mcc,merchant,/ },
    { title: "another header", text: "id,name\n1,a\n", failure: /header is "id,name" and must be "mcc,/ },
    {
      title: "a header that lacks a column",
      text: "mcc,merchant\n1,a\n",
      failure: /header is "mcc,merchant" and/,
    },
    {
      title: "another delimiter",
      text: `${header.replaceAll(",", ";")}\n1;a\n`,
      failure: /header is "mcc;merchant;.*" and must be "mcc,merchant,/,
    },
    {
      title: "UTF-16, little end first",
      text: Buffer.from(`\ufeff${header}\n`, "utf16le"),
      failure: /^the file is UTF-16, and must be UTF-8$/,
    },
    {
      title: "UTF-16, big end first",
      text: Buffer.from(`\ufeff${header}\n`, "utf16le").swap16(),
      failure: /^the file is UTF-16, and must be UTF-8$/,
    },
    {
      title: "UTF-16 without a byte order mark",
      text: Buffer.from(`${header}\n`, "utf16le"),
      failure: /header is "m\\u0000c\\u0000c\\u0000.* and must be/,
    },
    {
      title: "a gzip",
      text: gzipSync(`${header}\n1,a,${tail}\n`),
      failure: /^the file is a gzip, and must be unpacked first$/,
    },
    { title: "rows without a header", text: `1,a,${tail}\n`, failure: /header is "1,a,EUR/ },
    { title: "a file without a line end", text: "x".repeat(500), failure: /header is "x{100,}" and/ },
    {
      title: "a line longer than a record",
      text: `${header}\n1,a,${tail}\n${"y".repeat(200)}\n`,
      failure: /^the line at byte 82 is longer than 80 bytes$/,
    },
    {
      title: "more rejects than allowed",
      text: `${header}\n${`bad,a,${tail}\n`.repeat(4)}`,
      options: { maxRejects: 3 },
      failure: /^more than 3 records were rejected, the last at byte 140: refused$/,
    },
  ];
  for (const { title, text, options, failure } of failures) {
    it(`fails at ${title}, and says so`, async () => {
      const result = await read(text, options);
      expect(result.failure).to.match(failure);
      expect(result.rows.length).to.be.at.most(1);
    });
  }

  it("throws when the file is cut short, which a retry may mend", async () => {
    const encoder: RowEncoder = {
      add: () => "",
      reset: () => undefined,
      take: () => ({ bytes: Buffer.alloc(0), rows: 0 }),
      giveBack: () => undefined,
    };
    const start = { offset: 0, newline: undefined, size: 1000 };
    const options = { table: records, pieceBytes: 64, maxRecordBytes: 80, maxRejects: 0 };
    const pieces = readPieces(Readable.from([Buffer.from(`${header}\n`)]), start, encoder, options);
    let message = "";
    try {
      for await (const piece of pieces) expect(piece.offset).to.be.at.most(1000);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).to.equal("The file has 1000 bytes, and 56 were sent");
  });

  it("waits for the byte behind a \\r before it decides what ends a line", () => {
    expect(readHeader("a,b\r", false)).to.equal(undefined);
    expect(readHeader("a,b\r\n", false)).to.deep.equal({ names: ["a", "b"], newline: "\r\n", end: 5 });
    expect(readHeader("a,b\r1", false)).to.deep.equal({ names: ["a", "b"], newline: "\r", end: 4 });
  });
});
