import { parse as csvParse } from "csv-parse/sync";
import { expect } from "chai";
import * as fc from "fast-check";
import Papa from "papaparse";
import { piecesOf, read, textTable } from "../../../../support/pieces";

const names = ["a", "b", "c"];

/** Every shape of field that RFC 4180 has, with the characters that readers trip over. */
const field = fc.oneof(
  fc.string({ maxLength: 12, unit: "grapheme" }).map((text) => text.replaceAll("\0", "")),
  fc.string({
    maxLength: 12,
    unit: fc.constantFrom('"', ",", ";", "\n", "\r", "\r\n", " ", "a", "\\", "é", "漢", "🎉"),
  }),
);
const rows = fc.array(
  fc.tuple(field, field, field).map((row) => [...row]),
  { maxLength: 12 },
);
const newlines = fc.constantFrom("\n", "\r\n", "\r");
const sizes = fc.integer({ min: 1, max: 100 });
const dialects = fc.record({
  delimiter: fc.constantFrom(",", ";", "\t", "|"),
  quote: fc.constantFrom('"' as const, "'" as const),
  quoteAll: fc.boolean(),
  bom: fc.boolean(),
  final: fc.boolean(),
});

/** All fields in quotes where they need them, or everywhere. */
function write(
  table: string[][],
  newline: string,
  dialect: { delimiter: string; quote: string; quoteAll: boolean },
): string {
  const { delimiter, quote, quoteAll } = dialect;
  const write1 = (text: string): string =>
    quoteAll || text === "" || [delimiter, quote, '"', "\r", "\n"].some((each) => text.includes(each))
      ? `${quote}${text.replaceAll(quote, quote + quote)}${quote}`
      : text;
  return table.map((row) => row.map(write1).join(delimiter)).join(newline);
}

/** What the loader takes for blanks. */
const cutBlanks = (text: string): string =>
  text.replace(/^[\t-\r \u00a0]+/, "").replace(/[\t-\r \u00a0]+$/, "");

describe("The reader of records, for any file,", () => {
  it("finds what was written, and what papaparse and csv-parse find, wherever pieces and parts are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        newlines,
        dialects,
        sizes,
        sizes,
        async (table, newline, dialect, pieceBytes, partBytes) => {
          const { delimiter, quote, bom, final } = dialect;
          const text = `${bom ? "\ufeff" : ""}${write([names, ...table], newline, dialect)}${final ? newline : ""}`;
          const reader = textTable(names, { delimiter, quote, emptyRows: "load", repeatedHeader: "reject" });
          const found = await read(text, reader, { pieceBytes, partBytes });
          expect(found.rejects).to.deep.equal([]);
          expect(found.rows).to.deep.equal(table);
          expect(found.offset).to.equal(Buffer.byteLength(text));
          const bare = text.replace(/^\ufeff/, "");
          const byPapa = Papa.parse<string[]>(bare, {
            delimiter,
            quoteChar: quote,
            newline: newline as "\n",
          });
          const papaRows = byPapa.data.slice(1).filter((row) => row.length > 1);
          expect(found.rows).to.deep.equal(papaRows);
          const byCsvParse = csvParse(bare, { delimiter, quote, escape: quote, record_delimiter: newline });
          expect(found.rows).to.deep.equal(byCsvParse.slice(1));
        },
      ),
      { numRuns: 400 },
    );
  });

  it("finds quoted fields behind blanks where the table trims, and nothing else changes by that", async () => {
    const blanks = fc.constantFrom("", " ", "   ");
    const pads = fc.array(fc.tuple(blanks, blanks), { minLength: 3, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(rows, newlines, pads, sizes, async (table, newline, padding, pieceBytes) => {
        let n = 0;
        const padded = (text: string): string => {
          const [before, behind] = padding[n++ % padding.length]!;
          return `${before}"${text.replaceAll('"', '""')}"${behind}`;
        };
        const text = ["a,b,c", ...table.map((row) => row.map(padded).join(","))].join(newline);
        const format = { trim: true, emptyRows: "load", repeatedHeader: "reject" } as const;
        const found = await read(text, textTable(names, format), { pieceBytes });
        expect(found.rejects).to.deep.equal([]);
        const trimmed = table.map((row) => row.map(cutBlanks));
        expect(found.rows).to.deep.equal(trimmed);
      }),
      { numRuns: 300 },
    );
    const bytes = fc
      .array(fc.constantFrom('"', ",", "\n", "\r\n", "a", " ", 'b"'), { maxLength: 40 })
      .map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => {
        fc.pre(!/(^|[,\n]) +"/.test(body));
        const plain = await read(`a,b\n${body}`, textTable(["a", "b"]));
        const trimming = await read(`a,b\n${body}`, textTable(["a", "b"], { trim: true }));
        expect(trimming.rows).to.deep.equal(plain.rows.map((row) => row.map((text) => cutBlanks(text!))));
        expect(trimming.rejects).to.deep.equal(plain.rejects);
      }),
      { numRuns: 1000 },
    );
  });

  it("makes the same of any bytes wherever they are cut, and rows and rejects are all that they hold", async () => {
    const bytes = fc.array(
      fc.constantFrom(
        '"',
        '"',
        ",",
        ",",
        "\n",
        "\r\n",
        "\r",
        "\\",
        "a",
        "1",
        " ",
        "é",
        "\xff",
        "\0",
        '"\n',
        '",',
        "# ",
      ),
      { maxLength: 60 },
    );
    const options = fc.record({
      escape: fc.constantFrom("doubled" as const, "backslash" as const),
      comment: fc.constantFrom("", "#"),
      emptyRows: fc.constantFrom("skip" as const, "load" as const),
      shortRows: fc.constantFrom("reject" as const, "null" as const),
      footer: fc.constantFrom(0, 0, 1, 2),
      trim: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        bytes,
        options,
        newlines,
        sizes,
        sizes,
        async (parts, format, newline, pieceBytes, partBytes) => {
          const file = Buffer.concat(
            ["a,b", newline, ...parts].map((part) => Buffer.from(part, part === "\xff" ? "latin1" : "utf8")),
          );
          const table = { ...textTable(["a", "b"], format), maxRecordBytes: 24 };
          const whole = await read(file, table);
          expect(await read(file, table, { pieceBytes, partBytes })).to.deep.equal(whole);
          for (const { byteOffset, record, line, code } of whole.rejects) {
            const before = file.subarray(0, byteOffset).toString("latin1");
            if (newline !== "\r") expect(line).to.equal(before.split("\n").length);
            const shown = file.subarray(byteOffset).toString("utf8").replaceAll("\0", "\ufffd");
            if (code !== "too-long")
              expect(shown.startsWith(record.replace(/\ufffd+$/, "")), record).to.equal(true);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("goes on from the end of any piece, as a later hop does, at the very next row", async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        newlines,
        dialects,
        sizes,
        sizes,
        fc.nat(),
        async (table, newline, dialect, a, b, n) => {
          const text = write([names, ...table], newline, dialect) + newline;
          const reader = textTable(names, {
            delimiter: dialect.delimiter,
            quote: dialect.quote,
            emptyRows: "load",
          });
          const pieces = await piecesOf(text, reader, { pieceBytes: a });
          const { offset, layout } = pieces[n % pieces.length]!;
          fc.pre(layout !== undefined && offset < Buffer.byteLength(text));
          const known = JSON.parse(JSON.stringify(layout)) as typeof layout;
          const whole = await read(text, reader);
          const rest = await read(text, reader, { pieceBytes: b, offset, layout: known });
          expect(whole.rows.slice(whole.rows.length - rest.rows.length)).to.deep.equal(rest.rows);
          const before = pieces.slice(0, (n % pieces.length) + 1).reduce((sum, piece) => sum + piece.rows, 0);
          expect(before + rest.rows.length).to.equal(whole.rows.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});
