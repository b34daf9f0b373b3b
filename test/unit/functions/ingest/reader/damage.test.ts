import { randomBytes } from "node:crypto";
import * as zlib from "node:zlib";
import { expect } from "chai";
import { makePlan } from "../../../../../functions/ingest/reader/plan";
import { recordReader } from "../../../../../functions/ingest/reader/records";
import { defineTable } from "../../../../../functions/ingest/table";
import records from "../../../../../tables/records";
import { corner, cornerRow, good, header } from "../../../../support/csvInputs/parts";
import { piecesOf, read, textTable } from "../../../../support/pieces";

const { gzipSync } = zlib;
/** Node has it from 22.15 on. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: (text: string) => Buffer };

const cuts = [1, 7, 100, 1000, 128 * 1024];

describe("The reader of damaged files", () => {
  it("fails with a sentence where a gzip ends early, is changed, or was never one", async () => {
    const packed = gzipSync(good.repeat(50));
    const changed = Buffer.from(packed);
    changed[packed.length - 8]! ^= 1;
    for (const file of [packed.subarray(0, -9), changed, Buffer.from("1f8b08ffff", "hex")]) {
      const { failure } = await read(file, records, { maxRejects: 1000 });
      expect(failure).to.match(/^the file is packed, and damaged or cut off: ./);
    }
  });

  (zstdCompressSync ? it : it.skip)(
    "fails where a zstd ends early, if this version of Node has zstd",
    async () => {
      const long = `a\n${randomBytes(300_000).toString("hex").replace(/.{60}/g, "$&\n")}`;
      const packed = zstdCompressSync!(long);
      const { rows, failure: none } = await read(packed, textTable(["a"]));
      expect([rows.length, none]).to.deep.equal([10_000, undefined]);
      for (const length of [packed.length - 1, packed.length >> 1, 6]) {
        const { failure } = await read(packed.subarray(0, length), textTable(["a"]));
        expect(failure).to.match(/^the file is packed, and damaged or cut off: ./);
      }
    },
  );

  it("takes zeros behind a gzip for padding, and passes over nothing that follows them", async () => {
    const padded = Buffer.concat([gzipSync(good), Buffer.alloc(1000)]);
    const { rows, failure: none } = await read(padded, records);
    expect([rows.length, none]).to.deep.equal([2, undefined]);
    for (const more of [Buffer.from("x"), gzipSync(`${corner}\n`)]) {
      for (const partBytes of [7, 65536]) {
        const { failure } = await read(Buffer.concat([padded, more]), records, { partBytes });
        expect(failure).to.match(/goes on behind its end and zeros/);
      }
    }
    const { failure } = await read(Buffer.concat([gzipSync(good), Buffer.from(`${corner}\n`)]), records);
    expect(failure).to.match(/^the file is packed, and damaged or cut off: incorrect header check/);
  });

  it("holds rejects to a share of the file's records, and only at its end", async () => {
    const rows = (bad: number, rest: number): string => `a,b\n${"x\n".repeat(bad)}${"1,2\n".repeat(rest)}`;
    const table = textTable(["a", "b"]);
    for (const pieceBytes of cuts) {
      const fits = await read(rows(2, 98), table, { maxRejects: "2%", pieceBytes });
      expect(fits.failure).to.equal(undefined);
      expect([fits.rows.length, fits.rejects.length]).to.deep.equal([98, 2]);
      const { failure } = await read(rows(3, 97), table, { maxRejects: "2%", pieceBytes });
      expect(failure).to.equal("3 of 100 records were rejected, more than 2%");
    }
  });

  it("counts what was read before the checkpoint for a share", async () => {
    const table = textTable(["a", "b"]);
    const [first] = await piecesOf("a,b\n1,2\n", table);
    const start = { layout: first!.layout!, offset: 4, maxRejects: "50%" };
    const fits = await read("a,b\nx\n1,2\n", table, { ...start, before: { rows: 2, rejected: 2 } });
    expect(fits.failure).to.equal(undefined);
    const { failure } = await read("a,b\nx\n1,2\n", table, { ...start, before: { rows: 1, rejected: 2 } });
    expect(failure).to.equal("3 of 5 records were rejected, more than 50%");
  });

  it("ends a record at maxRecordBytes and not a byte before", async () => {
    const table = { ...textTable(["a"]), maxRecordBytes: 10 };
    for (const pieceBytes of cuts) {
      const found = await read(`a\n${"x".repeat(10)}\n${"y".repeat(11)}\nz\n`, table, { pieceBytes });
      expect(found.rows).to.deep.equal([["x".repeat(10)], ["z"]]);
      expect(found.rejects.map(({ line, code, byteOffset }) => [line, code, byteOffset])).to.deep.equal([
        [3, "too-long", 13],
      ]);
    }
  });

  for (const { what, long, lines } of [
    { what: "without quotes", long: "x".repeat(5000), lines: 1 },
    { what: "in quotes, with line ends and quotes in it", long: `"${'x""\n'.repeat(1000)}"`, lines: 1001 },
    { what: "with a field in quotes behind another", long: `x,"${"\n".repeat(5000)}"`, lines: 5001 },
  ]) {
    it(`passes over a record that is too long, ${what}, in however many pieces`, async () => {
      const table = { ...textTable(["a", "b"]), maxRecordBytes: 100 };
      for (const pieceBytes of cuts) {
        const found = await read(`a,b\n1,2\n${long}\n3,4\nx\n`, table, { pieceBytes });
        expect(found.rows).to.deep.equal([
          ["1", "2"],
          ["3", "4"],
        ]);
        expect(found.rejects.map(({ line, code }) => [line, code])).to.deep.equal([
          [3, "too-long"],
          [lines + 4, "fields"],
        ]);
        expect(found.rejects[0]!.byteOffset).to.equal(8);
        expect(`${long}\n3,4\nx\n`.startsWith(found.rejects[0]!.record.trimEnd())).to.equal(true);
      }
    });
  }

  for (const begin of ["", '"', 'a,"'])
    it(`passes over what ${begin || "no quote"} begins as soon as it is too long, and keeps none of it`, () => {
      const table = textTable(["a", "b"]);
      const newline = "\n" as const;
      const layout = {
        newline,
        delimiter: ",",
        columns: ["a", "b"],
        spare: 0,
        header: "",
        line: 1,
        decoded: false,
      };
      const reader = recordReader({
        layout,
        plan: makePlan(table, layout),
        format: table.format,
        maxRecordBytes: 100,
        trailing: { bytes: Buffer.alloc(0), count: 0, line: false },
        nextBuffer: () => Buffer.alloc(4096),
        reject: () => true,
      });
      const src = Buffer.alloc(2000, "x");
      src.write(begin);
      // Two bytes more may be its line end.
      expect([reader.read(src, 102, false), reader.passed()]).to.deep.equal([0, 0]);
      expect([reader.read(src, 103, false), reader.passed()]).to.deep.equal([103, 103]);
      expect([reader.read(src.fill("x"), 1999, false), reader.passed()]).to.deep.equal([1999, 2102]);
    });

  it("takes the first line alone for too long where its quote is a stray one", async () => {
    const table = { ...textTable(["a", "b"]), maxRecordBytes: 20 };
    for (const pieceBytes of cuts) {
      const found = await read(`a,b\n"x,1\n${"3,4\n".repeat(10)}`, table, { pieceBytes });
      expect(found.rows.length).to.equal(10);
      expect(found.rejects.map(({ line, code, record }) => [line, code, record])).to.deep.equal([
        [2, "too-long", '"x,1'],
      ]);
      // Also where what comes first is no row either.
      const later = await read(`a,b\n"x,1\n${"bad\n3,4\n".repeat(5)}`, table, { pieceBytes });
      expect(later.rows.length).to.equal(5);
      expect(later.rejects.map(({ line, code }) => [line, code])).to.deep.equal([
        [2, "too-long"],
        ...[3, 5, 7, 9, 11].map((line) => [line, "fields"]),
      ]);
    }
  });

  it("takes quotes out of quotes in fields of any length, and blanks behind them for nothing", async () => {
    const long = `"${"x".repeat(3000)}"${"y".repeat(3000)}"${"z".repeat(5000)}"`;
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    for (const delimiter of [",", "\t"]) {
      const blank = delimiter === "," ? "\t" : " ";
      const file = `a${delimiter}b\n${quote(long)} ${blank}${delimiter}${quote('"')}  \n"x"!${delimiter}1\n"x"${delimiter}"y"\n`;
      const found = await read(file, textTable(["a", "b"], { delimiter }), { pieceBytes: 100_000 });
      expect(found.rows.map((row) => row.join("|"))).to.deep.equal([`${long}|"`, "x|y"]);
      expect(found.rejects.map(({ line, code }) => [line, code])).to.deep.equal([[3, "misquoted"]]);
    }
  });

  it("takes a quoted empty text for a value where a record has no other field, and a blank line for none", async () => {
    const one = await read('a\n""\n\nx\n', textTable(["a"]));
    expect(one.rows).to.deep.equal([[""], ["x"]]);
    const two = await read('a,b\n"",""\n\nx,y\n', textTable(["a", "b"]));
    expect(two.rows).to.deep.equal([["x", "y"]]);
  });

  it("rejects NUL, bytes that are no UTF-8, and surrogates in UTF-8, each alone", async () => {
    const bad = ["00", "ff", "c0af", "c3", "e28a", "eda080", "edbfbf", "f4908080", "f8888080", "80"];
    const good = ["c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "f0908080", "f48fbfbf"];
    const lines = [...bad, ...good].map((hex) => Buffer.from(`61${hex}2c3b0a`, "hex"));
    const file = Buffer.concat([Buffer.from("a,b\n"), ...lines]);
    for (const pieceBytes of cuts) {
      const found = await read(file, textTable(["a", "b"]), { pieceBytes });
      expect(found.rows.map(([a]) => Buffer.from(a!).toString("hex"))).to.deep.equal(
        good.map((hex) => `61${hex}`),
      );
      expect(found.rejects.map(({ line, column, code }) => [line, column, code])).to.deep.equal(
        bad.map((hex, i) => [i + 2, "a", hex === "00" ? "nul-character" : "not-utf-8"]),
      );
    }
  });

  it("adds to each row what it is told, and its line, also behind records of many lines and a checkpoint", async () => {
    const table = defineTable({ ...records, name: "more" });
    const bytes = Buffer.from("0000000378797affffffff", "hex");
    const more = { columns: ["job", "none", "line"], trailing: { bytes, count: 2, line: true } };
    const file = `${header}\n${corner}\n\n5411,"a\nb",EUR,1.50,2024-01-01,visa\n${corner}\nx\n${corner}`;
    const second = Object.assign([...cornerRow], { 1: "a\nb" });
    const wanted = [cornerRow, second, cornerRow, cornerRow].map((row, i) => [
      ...row,
      "xyz",
      null,
      String([2, 4, 6, 8][i]),
    ]);
    for (const pieceBytes of cuts) {
      const pieces = await piecesOf(file, table, { pieceBytes, more });
      const found = await read(file, table, { pieceBytes, more });
      expect(found.rows).to.deep.equal(wanted);
      expect(found.columns.slice(-3)).to.deep.equal(more.columns);
      const { offset, layout, rows } = pieces.find((piece) => piece.rows > 0)!;
      const rest = await read(file, table, { offset, layout: layout!, more });
      expect(rest.rows).to.deep.equal(wanted.slice(rows));
    }
  });
});
